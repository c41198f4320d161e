"""Traces: a collector of OpenTelemetry on every machine, which takes the spans of its containers to X-Ray."""

from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.log_groups import log_group
from taskledger_aws.machines import Machines
from taskledger_aws.profile import Profile

IMAGE: Final = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
PORT: Final = 4318
CPU, MEMORY = 64, 128

ENDPOINT: Final = f"http://172.17.0.1:{PORT}"
"""Where a container on Docker's bridge finds its machine. Others do not: the machines' group is closed to them."""

SAMPLED: Final = 0.05
"""Of the traces that begin here."""

CONFIGURATION: Final = f"""\
receivers:
  otlp:
    protocols:
      http: {{endpoint: "0.0.0.0:{PORT}"}}
processors:
  memory_limiter: {{check_interval: 1s, limit_mib: 90, spike_limit_mib: 20}}
  batch: {{timeout: 5s, send_batch_size: 50}}
exporters:
  awsxray: {{indexed_attributes: [http.route]}}
service:
  pipelines:
    traces: {{receivers: [otlp], processors: [memory_limiter, batch], exporters: [awsxray]}}
"""


class Collector(Construct):
    """A daemon: ECS puts one on each machine before other tasks."""

    def __init__(self, scope: Construct, construct_id: str, *, profile: Profile, machines: Machines) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(
            self,
            "Role",
            description="What the collector of traces does on AWS",
            assumed_by=iam.ServicePrincipal(
                "ecs-tasks.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            ),
        )
        role.add_to_policy(
            iam.PolicyStatement(actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"], resources=["*"])
        )
        acknowledge(role, {"AwsSolutions-IAM5[Resource::*]": "X-Ray knows no resource of a segment."})
        task = ecs.Ec2TaskDefinition(
            self, "Task", family="taskledger-collector", network_mode=ecs.NetworkMode.BRIDGE, task_role=role
        )
        acknowledge(task, {"AwsSolutions-ECS2": "Its configuration is no secret."})
        linux = ecs.LinuxParameters(self, "Linux", init_process_enabled=True)
        linux.drop_capabilities(ecs.Capability.ALL)
        container = task.add_container(
            "main",
            container_name="collector",
            image=ecs.ContainerImage.from_registry(IMAGE),
            cpu=CPU,
            memory_limit_mib=MEMORY,
            readonly_root_filesystem=True,
            privileged=False,
            docker_security_options=["no-new-privileges"],
            linux_parameters=linux,
            environment={"AOT_CONFIG_CONTENT": CONFIGURATION},
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix="collector",
                log_group=log_group(self, "Log", "/taskledger/collector", profile.log_days),
                mode=ecs.AwsLogDriverMode.NON_BLOCKING,
            ),
            health_check=ecs.HealthCheck(command=["CMD", "/healthcheck"], interval=Duration.seconds(30)),
        )
        container.add_port_mappings(ecs.PortMapping(container_port=PORT, host_port=PORT))
        service = ecs.Ec2Service(
            self,
            "Daemon",
            service_name="collector",
            cluster=machines.cluster,
            task_definition=task,
            daemon=True,
            min_healthy_percent=0,
            max_healthy_percent=100,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
        )
        service.node.add_dependency(role)
        if task.execution_role is not None:
            service.node.add_dependency(task.execution_role)
