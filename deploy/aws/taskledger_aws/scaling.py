"""What services follow besides their processor: what waits for each consumer, the live streams that each holds."""

from typing import Final

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from taskledger_aws.application_metrics import DIMENSION, LIVE_STREAMS, NAMESPACE
from taskledger_aws.containers import Container

MESSAGES_FOR_EACH: Final = 1_000
"""Messages that may wait for each task of a consumer: some seconds of its work."""

STREAMS_FOR_EACH: Final = 3_000
"""Live streams that each task of notify-service may hold: 34 kB each, in less than half of its memory."""

OUT_SECONDS: Final = 60
IN_SECONDS: Final = 300

Specification = scaling.CfnScalingPolicy.CustomizedMetricSpecificationProperty


def follow(
    scope: Construct, container: Container, target: ecs.ScalableTaskCount, metric: Specification, value: float
) -> None:
    """Have a service keep a metric at a value, by as many tasks as that takes."""
    found = scope.node.find_child(container.title).node.find_child("TaskCount").node.find_child("Target")
    if not isinstance(found, scaling.ScalableTarget):
        raise TypeError("a service without a target of scaling")
    scaling.CfnScalingPolicy(
        scope,
        f"{container.title}{'Streams' if metric.metric_name else 'Backlog'}",
        policy_name=f"taskledger-{container.name}-{'streams' if metric.metric_name else 'backlog'}",
        policy_type="TargetTrackingScaling",
        scaling_target_id=found.scalable_target_id,
        target_tracking_scaling_policy_configuration=scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
            target_value=value,
            scale_out_cooldown=OUT_SECONDS,
            scale_in_cooldown=IN_SECONDS,
            customized_metric_specification=metric,
        ),
    )


def waiting_for_each(service: str, queue: str) -> Specification:
    """Messages in a queue for each task: every one reports its processor once a minute, so their number is known."""
    return Specification(
        metrics=[
            _of(
                "waiting",
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                {"QueueName": queue},
                "Average",
            ),
            _of(
                "running",
                "AWS/ECS",
                "CPUUtilization",
                {"ClusterName": "taskledger", "ServiceName": service},
                "SampleCount",
            ),
            scaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty(
                id="each", expression="FILL(waiting, 0) / FILL(running, 1)", return_data=True
            ),
        ]
    )


def open_streams() -> Specification:
    """Live streams that a task of notify-service has open, on average."""
    return Specification(
        namespace=NAMESPACE,
        metric_name=LIVE_STREAMS.name,
        dimensions=[scaling.CfnScalingPolicy.MetricDimensionProperty(name=DIMENSION, value=LIVE_STREAMS.service)],
        statistic="Average",
    )


def _of(
    identifier: str, namespace: str, name: str, dimensions: dict[str, str], statistic: str
) -> scaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty:
    policy = scaling.CfnScalingPolicy
    return policy.TargetTrackingMetricDataQueryProperty(
        id=identifier,
        return_data=False,
        metric_stat=policy.TargetTrackingMetricStatProperty(
            stat=statistic,
            metric=policy.TargetTrackingMetricProperty(
                namespace=namespace,
                metric_name=name,
                dimensions=[
                    policy.TargetTrackingMetricDimensionProperty(name=key, value=value)
                    for key, value in dimensions.items()
                ],
            ),
        ),
    )
