"""The services as containers: what they run with, what they may do, how many there are, who reaches them."""

from collections.abc import Sequence
from itertools import count
from typing import Any, Final

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.containers import AUTH, CONTAINERS, NOTIFY, OPERATOR, PORT, PRIVATE, USER, Container
from taskledger_aws.data import DataStack
from taskledger_aws.delivery import DeliveryStack
from taskledger_aws.edge import NOT_FOUND, EdgeStack
from taskledger_aws.events import EventsStack
from taskledger_aws.given import Given
from taskledger_aws.log_groups import log_group
from taskledger_aws.machines import Machines
from taskledger_aws.mail import MailStack
from taskledger_aws.network import NetworkStack
from taskledger_aws.permissions import Resources, statements
from taskledger_aws.profile import Profile
from taskledger_aws.variables import Places, variables
from taskledger_aws.verification import Verification

HEALTH: Final = (
    "test -e /tmp/ready || { python -m kernel.probe /readyz && touch /tmp/ready; } && python -m kernel.probe /livez"
)
"""Once ready, alive is enough: whoever is restarted because MySQL is away could not write to the log meanwhile."""

STOP_SECONDS: Final = 40
"""After SIGTERM: 15 for answers (`kernel.serve.GRACE_SECONDS`), the rest for consumers to finish what they hold."""

_VALUES_OF_A_RULE: Final = 5


class ComputeStack(Stack):
    """A cluster on machines of our own, four services, and a task for the `taskledger` command."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        profile: Profile,
        given: Given,
        network: NetworkStack,
        data: DataStack,
        events: EventsStack,
        mail: MailStack,
        delivery: DeliveryStack,
        edge: EdgeStack,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._profile, self._given = profile, given
        self._data, self._events, self._mail, self._delivery, self._edge = data, events, mail, delivery, edge
        self.machines = Machines(self, "Machines", profile=profile, network=network)
        self._priorities = count(1)
        self._secret = secrets.Secret(
            self,
            "ServiceSecret",
            description="By which services know each other",
            generate_secret_string=secrets.SecretStringGenerator(password_length=64, exclude_punctuation=True),
        )
        acknowledge(
            self._secret,
            {"AwsSolutions-SMG4": "Both sides have to change at once: docs/operate/rotate-keys.md says how."},
        )
        self._refuse_private()
        self.lines: dict[str, logs.LogGroup] = {}
        self.groups: dict[str, elb.ApplicationTargetGroup] = {}
        self.services = {container.name: self._service(container) for container in CONTAINERS}
        for container in CONTAINERS:
            if container is not AUTH:
                # Service Connect resolves what there was when a task began.
                self.services[container.name].node.add_dependency(self.services[AUTH.name])
        self.operator = self._operator()
        CfnOutput(self, "ClusterName", value=self.machines.cluster.cluster_name)

    # --- what a container is ---

    def _service(self, container: Container) -> ecs.Ec2Service:
        task = self._task(container.name)
        made = self._container(task, container.name, container.memory)
        made.add_port_mappings(
            ecs.PortMapping(container_port=PORT, host_port=0, name="http", app_protocol=ecs.AppProtocol.http)
        )
        service = ecs.Ec2Service(
            self,
            container.title,
            service_name=container.name,
            cluster=self.machines.cluster,
            task_definition=task,
            # Not how many: a deployment would undo what scaling has done.
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            capacity_provider_strategies=[
                ecs.CapacityProviderStrategy(capacity_provider=self.machines.capacity.capacity_provider_name, weight=1)
            ],
            placement_strategies=[
                ecs.PlacementStrategy.spread_across(ecs.BuiltInAttributes.AVAILABILITY_ZONE),
                ecs.PlacementStrategy.packed_by_memory(),
            ],
            availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.ENABLED,
            service_connect_configuration=self._connection(container),
            health_check_grace_period=Duration.seconds(120) if container.prefixes else None,
            enable_ecs_managed_tags=True,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
        if container.prefixes:
            self._route(container, service)
        self._scale(container, service)
        return service

    def _task(self, name: str) -> ecs.Ec2TaskDefinition:
        role = iam.Role(
            self,
            f"{_title(name)}Role",
            description=f"What {name} does on AWS",
            assumed_by=iam.ServicePrincipal(
                "ecs-tasks.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": self.account},
                    "ArnLike": {"aws:SourceArn": self.format_arn(service="ecs", resource="*")},
                },
            ),
        )
        for statement in statements(name, self._resources()):
            role.add_to_policy(statement)
        if name == NOTIFY.name:
            acknowledge(role, {"AwsSolutions-IAM5[Resource::*]": "ses:GetAccount knows no resource."})
        task = ecs.Ec2TaskDefinition(
            self,
            f"{_title(name)}Task",
            family=f"taskledger-{name}",
            network_mode=ecs.NetworkMode.BRIDGE,
            task_role=role,
        )
        acknowledge(
            task,
            {
                "AwsSolutions-ECS2": "They say where things are; what is secret comes from Secrets Manager.",
                "AwsSolutions-IAM5[Resource::*]": "ecr:GetAuthorizationToken knows no resource.",
            },
        )
        return task

    def _container(self, task: ecs.Ec2TaskDefinition, name: str, memory: int) -> ecs.ContainerDefinition:
        linux = ecs.LinuxParameters(self, f"{_title(name)}Linux", init_process_enabled=True)
        linux.drop_capabilities(ecs.Capability.ALL)
        linux.add_tmpfs(
            ecs.Tmpfs(
                container_path="/tmp",  # noqa: S108 - the container's own
                size=32,
                mount_options=[ecs.TmpfsMountOption.NOSUID, ecs.TmpfsMountOption.NODEV, ecs.TmpfsMountOption.NOEXEC],
            )
        )
        lines = self.lines[name] = log_group(self, f"{_title(name)}Log", f"/taskledger/{name}", self._profile.log_days)
        runs_on = name != OPERATOR
        return task.add_container(
            "main",
            container_name=name,
            image=ecs.ContainerImage.from_ecr_repository(
                self._delivery.repositories[name], self._given.version_of(name)
            ),
            memory_reservation_mib=memory * 3 // 4,
            memory_limit_mib=memory,
            cpu=128,
            user=USER,
            readonly_root_filesystem=True,
            privileged=False,
            docker_security_options=["no-new-privileges"],
            linux_parameters=linux,
            environment=dict(variables(name, self._places())),
            secrets={"SERVICE_SECRET": ecs.Secret.from_secrets_manager(self._secret)},
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix=name, log_group=lines, mode=ecs.AwsLogDriverMode.NON_BLOCKING
            ),
            stop_timeout=Duration.seconds(STOP_SECONDS),
            health_check=ecs.HealthCheck(
                command=["CMD-SHELL", HEALTH],
                interval=Duration.seconds(10),
                timeout=Duration.seconds(6),
                retries=3,
                start_period=Duration.seconds(120),
            )
            if runs_on
            else None,
            ulimits=[ecs.Ulimit(name=ecs.UlimitName.NOFILE, soft_limit=65536, hard_limit=65536)],
        )

    def _places(self) -> Places:
        return Places(
            region=self.region,
            public_url=self._edge.url,
            database=self._data.database.instance_endpoint.socket_address,
            database_secret=self._database_secret,
            sender=self._mail.sender,
            configuration_set=self._mail.configuration_set.configuration_set_name,
        )

    @property
    def _database_secret(self) -> str:
        secret = self._data.database.secret
        if secret is None:
            raise ValueError("the database has no secret")
        return secret.secret_full_arn or secret.secret_arn

    def _resources(self) -> Resources:
        consumed = {container.name: container.queue.name for container in CONTAINERS if container.queue is not None}
        return Resources(
            log=self._data.log.table_arn,
            keys=self._data.keys.table_arn,
            queues={name: self._events.queues[queue].queue_arn for name, queue in consumed.items()},
            dead={name: self._events.dead[queue].queue_arn for name, queue in consumed.items()},
            sender=[
                self._mail.identity.email_identity_arn,
                self.format_arn(
                    service="ses",
                    resource="configuration-set",
                    resource_name=self._mail.configuration_set.configuration_set_name,
                ),
            ],
            database_secret=self._database_secret,
        )

    # --- who reaches it ---

    def _connection(self, container: Container) -> ecs.ServiceConnectProps:
        """auth-service is found by its name; the others find it."""
        if container is not AUTH:
            return ecs.ServiceConnectProps()
        return ecs.ServiceConnectProps(
            services=[
                ecs.ServiceConnectService(
                    port_mapping_name="http", discovery_name=AUTH.name, dns_name=AUTH.name, port=PORT
                )
            ]
        )

    def _route(self, container: Container, service: ecs.Ec2Service) -> None:
        group = elb.ApplicationTargetGroup(
            self,
            f"{container.title}Targets",
            vpc=self.machines.cluster.vpc,
            protocol=elb.ApplicationProtocol.HTTP,
            target_type=elb.TargetType.INSTANCE,
            targets=[service.load_balancer_target(container_name=container.name, container_port=PORT)],
            health_check=elb.HealthCheck(
                port="traffic-port",
                path="/livez",  # what a container stands on is away for all of them at once
                interval=Duration.seconds(10),
                timeout=Duration.seconds(5),
                healthy_threshold_count=2,
                unhealthy_threshold_count=3,
            ),
            deregistration_delay=Duration.seconds(20),
            load_balancing_algorithm_type=elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
        )
        paths = [path for prefix in container.prefixes for path in (f"/api/{prefix}", f"/api/{prefix}/*")]
        for begun in range(0, len(paths), _VALUES_OF_A_RULE):
            self._rule(paths[begun : begun + _VALUES_OF_A_RULE], elb.ListenerAction.forward([group]))
        self.groups[container.name] = group

    def _refuse_private(self) -> None:
        """Before every other rule. CloudFront refuses these too, however they are written."""
        answer = elb.ListenerAction.fixed_response(404, content_type="application/json", message_body=NOT_FOUND)
        self._rule(PRIVATE, answer)

    def _rule(self, paths: Sequence[str], action: elb.ListenerAction) -> None:
        priority = next(self._priorities)
        elb.ApplicationListenerRule(
            self,
            f"Rule{priority}",
            listener=self._edge.listener,
            priority=priority,
            conditions=[elb.ListenerCondition.path_patterns(list(paths))],
            action=action,
        )

    # --- how many there are ---

    def _scale(self, container: Container, service: ecs.Ec2Service) -> None:
        target = service.auto_scale_task_count(
            min_capacity=self._profile.tasks, max_capacity=self._profile.tasks_at_most
        )
        target.scale_on_cpu_utilization(
            "Cpu",
            target_utilization_percent=60,
            scale_in_cooldown=Duration.minutes(5),
            scale_out_cooldown=Duration.minutes(1),
        )
        if container.queue is not None:
            target.scale_on_metric(
                "QueueAge",
                metric=self._events.queues[container.queue.name].metric_approximate_age_of_oldest_message(
                    period=Duration.minutes(1), statistic="Maximum"
                ),
                # Seconds: nobody waits so long for a list.
                scaling_steps=[
                    scaling.ScalingInterval(upper=5, change=-1),
                    scaling.ScalingInterval(lower=30, change=+1),
                    scaling.ScalingInterval(lower=120, change=+3),
                ],
                adjustment_type=scaling.AdjustmentType.CHANGE_IN_CAPACITY,
                cooldown=Duration.minutes(2),
                evaluation_periods=2,
            )

    def _operator(self) -> ecs.Ec2TaskDefinition:
        """The `taskledger` command: `deploy/aws/operate.py` runs it for a person, a schedule every night."""
        task = self._task(OPERATOR)
        self._container(task, OPERATOR, 512)
        Verification(
            self,
            "Verification",
            cluster=self.machines.cluster,
            task=task,
            capacity=self.machines.capacity.capacity_provider_name,
        )
        return task


def _title(name: str) -> str:
    return "".join(part.title() for part in name.split("-"))
