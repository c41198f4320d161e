"""Every night the read model is compared with the log, as `taskledger verify` does it for a person."""

from typing import Final

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from taskledger_aws.application_metrics import NAMESPACE
from taskledger_aws.containers import OPERATOR

PATTERN: Final = '[word="Generation", generation, streams, s, events, e, differences, d="differences"]'
"""What `taskledger verify` prints first: Generation 1: 12 streams, 345 events, 0 differences."""

METRIC: Final = "verify_differences"


class Verification(Construct):
    """The operator's task, run by a schedule; its first line becomes a metric."""

    def __init__(
        self, scope: Construct, construct_id: str, *, cluster: ecs.ICluster, task: ecs.Ec2TaskDefinition, capacity: str
    ) -> None:
        super().__init__(scope, construct_id)
        execution = task.execution_role
        if execution is None:
            raise ValueError("the operator's task has no execution role")
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["ecs:RunTask"],
                resources=[task.task_definition_arn],
                conditions={"ArnEquals": {"ecs:cluster": cluster.cluster_arn}},
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[task.task_role.role_arn, execution.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            )
        )
        events.CfnRule(
            self,
            "EveryNight",
            name="taskledger-verify",
            description="The read model against the log",
            schedule_expression="cron(30 3 * * ? *)",
            targets=[
                events.CfnRule.TargetProperty(
                    id="verify",
                    arn=cluster.cluster_arn,
                    role_arn=role.role_arn,
                    ecs_parameters=events.CfnRule.EcsParametersProperty(
                        task_definition_arn=task.task_definition_arn,
                        task_count=1,
                        capacity_provider_strategy=[
                            events.CfnRule.CapacityProviderStrategyItemProperty(capacity_provider=capacity, weight=1)
                        ],
                    ),
                    input=f'{{"containerOverrides":[{{"name":"{OPERATOR}","command":["verify"]}}]}}',
                )
            ],
        )

    @staticmethod
    def measured(scope: Construct, lines: logs.ILogGroup) -> cloudwatch.Metric:
        """The differences that a night found, by the lines of the operator's log group."""
        made = logs.MetricFilter(
            scope,
            "Differences",
            log_group=lines,
            filter_pattern=logs.FilterPattern.literal(PATTERN),
            metric_namespace=NAMESPACE,
            metric_name=METRIC,
            metric_value="$differences",
        )
        return made.metric()
