"""The services as containers: how many there are, where they run, who reaches them."""

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from constructs import Construct

from taskledger_aws.cluster import ClusterStack
from taskledger_aws.containers import AUTH, CONTAINERS, NOTIFY, PORT, PROJECT, TASK, Container
from taskledger_aws.delivery import DeliveryStack
from taskledger_aws.edge import EdgeStack
from taskledger_aws.events import EventsStack
from taskledger_aws.given import Given
from taskledger_aws.mail import MailStack
from taskledger_aws.profile import Profile
from taskledger_aws.routes import Routes
from taskledger_aws.scaling import MESSAGES_FOR_EACH, STREAMS_FOR_EACH, follow, open_streams, waiting_for_each
from taskledger_aws.task_definitions import PORT_NAME, TaskDefinitions


class ComputeStack(Stack):
    """Four services on the cluster."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        profile: Profile,
        given: Given,
        cluster: ClusterStack,
        events: EventsStack,
        mail: MailStack,
        delivery: DeliveryStack,
        edge: EdgeStack,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._profile, self._events = profile, events
        self._machines = cluster.machines
        self._definitions = TaskDefinitions(
            self, profile=profile, given=given, cluster=cluster, events=events, mail=mail, delivery=delivery, edge=edge
        )
        self.lines = self._definitions.lines
        self._routes = Routes(self, edge.listener)
        self.groups: dict[str, elb.ApplicationTargetGroup] = {}
        self.services = {container.name: self._service(container) for container in CONTAINERS}
        for container in CONTAINERS:
            if container is not AUTH:
                # Service Connect resolves what there was when a task began.
                self.services[container.name].node.add_dependency(self.services[AUTH.name])
            if container in (PROJECT, NOTIFY):
                # Who reads events is of a release before who writes them, so that nobody meets one unknown to it.
                self.services[TASK.name].node.add_dependency(self.services[container.name])

    def _service(self, container: Container) -> ecs.Ec2Service:
        task = self._definitions.of(container.name, container.memory)
        service = ecs.Ec2Service(
            self,
            container.title,
            service_name=container.name,
            cluster=self._machines.cluster,
            task_definition=task,
            # Not how many: a deployment would undo what scaling has done.
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            capacity_provider_strategies=[
                ecs.CapacityProviderStrategy(capacity_provider=self._machines.capacity.capacity_provider_name, weight=1)
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
        # A task that begins before its roles may do anything is given up, and with it the stack.
        for role in (task.task_role, task.execution_role):
            if role is not None:
                service.node.add_dependency(role)
        if container.prefixes:
            self.groups[container.name] = self._routes.to(container, service)
        self._scale(container, service)
        return service

    def _connection(self, container: Container) -> ecs.ServiceConnectProps:
        """auth-service and task-service are found by their names; the others find them."""
        if container not in (AUTH, TASK):
            return ecs.ServiceConnectProps()
        return ecs.ServiceConnectProps(
            services=[
                ecs.ServiceConnectService(
                    port_mapping_name=PORT_NAME, discovery_name=container.name, dns_name=container.name, port=PORT
                )
            ]
        )

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
        # All track a target, so a service grows when any of them says so and shrinks when all do.
        if container.queue is not None:
            follow(self, container, target, waiting_for_each(container.name, container.queue.name), MESSAGES_FOR_EACH)
        if container is NOTIFY:
            follow(self, container, target, open_streams(), STREAMS_FOR_EACH)
