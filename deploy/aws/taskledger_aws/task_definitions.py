"""What a container runs with: its image, its variables, what it may do, how much it may take, when it is well."""

from typing import Final

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.cluster import ClusterStack
from taskledger_aws.containers import AUTH, CONTAINERS, NOTIFY, OPERATOR, PORT, USER
from taskledger_aws.delivery import DeliveryStack
from taskledger_aws.edge import EdgeStack
from taskledger_aws.events import EventsStack
from taskledger_aws.given import Given
from taskledger_aws.log_groups import log_group
from taskledger_aws.mail import MailStack
from taskledger_aws.names import title
from taskledger_aws.permissions import Resources, statements
from taskledger_aws.profile import Profile
from taskledger_aws.stores import Stores
from taskledger_aws.variables import USERS, Places, variables

HEALTH: Final = (
    "test -e /tmp/ready || { python -m kernel.process.probe /readyz && touch /tmp/ready; }"
    " && python -m kernel.process.probe /livez"
)
"""Once ready, alive is enough: whoever is restarted because MySQL is away could not write to the log meanwhile."""

STOP_SECONDS: Final = 40
"""After SIGTERM: 15 for answers (`kernel.process.serve.GRACE_SECONDS`), the rest for consumers to end."""

PROXY_CPU, PROXY_MEMORY = 256, 64
"""Units and MiB that Service Connect's proxy is to have beside a task's own container:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html"""

PORT_NAME: Final = "http"
"""By which Service Connect knows a container's port."""


class TaskDefinitions:
    """Makes those of a stack; `lines` are their log groups, by the container's name."""

    def __init__(
        self,
        stack: Stack,
        *,
        profile: Profile,
        given: Given,
        cluster: ClusterStack,
        events: EventsStack,
        mail: MailStack,
        delivery: DeliveryStack,
        edge: EdgeStack,
    ) -> None:
        self._stack, self._profile, self._given = stack, profile, given
        self._events, self._mail, self._delivery, self._edge = events, mail, delivery, edge
        self._secret, self._stores = cluster.secret, Stores(stack, given)
        self.lines: dict[str, logs.LogGroup] = {}

    def of(self, name: str, memory: int) -> ecs.Ec2TaskDefinition:
        """The task of a container that may take so many MiB."""
        task = self._definition(name)
        container = self._add_container(task, name, memory)
        if name != OPERATOR:
            container.add_port_mappings(
                ecs.PortMapping(container_port=PORT, host_port=0, name=PORT_NAME, app_protocol=ecs.AppProtocol.http)
            )
            # Service Connect runs its proxy in the task and asks for limits of the whole.
            whole = task.node.default_child
            if not isinstance(whole, ecs.CfnTaskDefinition):
                raise TypeError("a task definition without one of CloudFormation")
            whole.cpu, whole.memory = str(self._profile.task_cpu), str(memory + PROXY_MEMORY)
        return task

    def _definition(self, name: str) -> ecs.Ec2TaskDefinition:
        role = iam.Role(
            self._stack,
            f"{title(name)}Role",
            description=f"What {name} does on AWS",
            assumed_by=iam.ServicePrincipal(
                "ecs-tasks.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": self._stack.account},
                    "ArnLike": {"aws:SourceArn": self._stack.format_arn(service="ecs", resource="*")},
                },
            ),
        )
        for statement in statements(name, self._resources()):
            role.add_to_policy(statement)
        if name in (NOTIFY.name, AUTH.name):
            acknowledge(role, {"AwsSolutions-IAM5[Resource::*]": "ses:GetAccount knows no resource."})
        task = ecs.Ec2TaskDefinition(
            self._stack,
            f"{title(name)}Task",
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

    def _add_container(self, task: ecs.Ec2TaskDefinition, name: str, memory: int) -> ecs.ContainerDefinition:
        linux = ecs.LinuxParameters(self._stack, f"{title(name)}Linux", init_process_enabled=True)
        linux.drop_capabilities(ecs.Capability.ALL)
        linux.add_tmpfs(
            ecs.Tmpfs(
                container_path="/tmp",  # noqa: S108 - the container's own
                size=32,
                mount_options=[ecs.TmpfsMountOption.NOSUID, ecs.TmpfsMountOption.NODEV, ecs.TmpfsMountOption.NOEXEC],
            )
        )
        lines = self.lines[name] = log_group(
            self._stack, f"{title(name)}Log", f"/taskledger/{name}", self._profile.log_days
        )
        runs_on = name != OPERATOR
        return task.add_container(
            "main",
            container_name=name,
            image=ecs.ContainerImage.from_ecr_repository(
                self._delivery.repositories[name], self._given.version_of(name)
            ),
            memory_reservation_mib=memory * 3 // 4,
            memory_limit_mib=memory,
            cpu=self._profile.task_cpu - PROXY_CPU,
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
            region=self._stack.region,
            public_url=self._edge.url,
            stores=self._stores,
            registration=self._given.registration,
            sender=self._mail.sender,
            configuration_set=self._mail.configuration_set.configuration_set_name,
        )

    def _resources(self) -> Resources:
        consumed = {container.name: container.queue.name for container in CONTAINERS if container.queue is not None}
        return Resources(
            log=self._stores.arn(self._stores.log),
            keys=self._stores.arn(self._stores.keys),
            answers=self._stores.arn(self._stores.answers),
            queues={name: self._events.queues[queue].queue_arn for name, queue in consumed.items()},
            dead={name: self._events.dead[queue].queue_arn for name, queue in consumed.items()},
            sender=[
                self._mail.identity.email_identity_arn,
                self._stack.format_arn(
                    service="ses",
                    resource="configuration-set",
                    resource_name=self._mail.configuration_set.configuration_set_name,
                ),
            ],
            database_secret=lambda: self._stores.database_secret,
            database_users=lambda name: self._stack.format_arn(
                service="rds-db",
                resource="dbuser",
                resource_name=f"{self._stores.database_resource}/{USERS[name]}",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            ),
        )
