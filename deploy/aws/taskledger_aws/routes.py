"""Which requests the load balancer sends to which service."""

from collections.abc import Sequence
from itertools import count
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb

from taskledger_aws.containers import PORT, PRIVATE, Container
from taskledger_aws.edge import NOT_FOUND

_VALUES_OF_A_RULE: Final = 5


class Routes:
    """The rules of a listener, in the order in which they are made."""

    def __init__(self, stack: Stack, listener: elb.IApplicationListener) -> None:
        self._stack, self._listener = stack, listener
        self._priorities = count(1)
        self._refuse_private()

    def to(self, container: Container, service: ecs.Ec2Service) -> elb.ApplicationTargetGroup:
        """Send what is a service's to its containers that are well."""
        group = elb.ApplicationTargetGroup(
            self._stack,
            f"{container.title}Targets",
            vpc=service.cluster.vpc,
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
        return group

    def _refuse_private(self) -> None:
        """Before every other rule. CloudFront refuses these too, however they are written."""
        answer = elb.ListenerAction.fixed_response(404, content_type="application/json", message_body=NOT_FOUND)
        self._rule(PRIVATE, answer)

    def _rule(self, paths: Sequence[str], action: elb.ListenerAction) -> None:
        priority = next(self._priorities)
        elb.ApplicationListenerRule(
            self._stack,
            f"Rule{priority}",
            listener=self._listener,
            priority=priority,
            conditions=[elb.ListenerCondition.path_patterns(list(paths))],
            action=action,
        )
