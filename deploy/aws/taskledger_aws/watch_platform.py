"""What AWS itself says of a deployment: containers that are missing, releases that failed, credits, ports, quotas."""

import json
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_logs as logs
from constructs import Construct

from taskledger_aws.alarms import Alarms
from taskledger_aws.application_metrics import NAMESPACE
from taskledger_aws.containers import CONTAINERS
from taskledger_aws.log_groups import log_group
from taskledger_aws.profile import Profile

_FIVE: Final = Duration.minutes(5)

TOLD: Final = "/aws/events/taskledger"
"""The log group of what AWS says of this deployment: states of services and tasks, rotations that failed."""

PATTERNS: Final = {
    "containers": {
        "source": ["aws.ecs"],
        "detail-type": [
            "ECS Deployment State Change",
            "ECS Service Action",
            "ECS Task State Change",
            "ECS Container Instance State Change",
        ],
    },
    "rotation": {
        "source": ["aws.secretsmanager"],
        "detail-type": ["AWS Service Event via CloudTrail"],
        "detail": {"eventName": ["RotationFailed", "RotationAbandoned"]},
    },
}


class Platform(Construct):
    """Alarms on it, and the log group that keeps it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, alarms: Alarms, profile: Profile, nat: list[str]
    ) -> None:
        super().__init__(scope, construct_id)
        self._alarms, self._profile = alarms, profile
        self._told()
        self._containers()
        self._credits(nat)

    def _told(self) -> None:
        group = log_group(self, "Told", TOLD, self._profile.log_days)
        stack = Stack.of(self)
        arn = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{TOLD}"
        logs.CfnResourcePolicy(
            self,
            "RulesMayWrite",
            policy_name="taskledger-events",
            policy_document=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                            "Resource": f"{arn}:*",
                        }
                    ],
                }
            ),
        )
        for name, pattern in PATTERNS.items():
            events.CfnRule(
                self,
                f"Tells{name.title()}",
                name=f"taskledger-{name}",
                description=f"What AWS says of {name}",
                event_pattern=pattern,
                targets=[events.CfnRule.TargetProperty(id="log", arn=arn)],
            ).node.add_dependency(group)
        for name, pattern, says in (
            (
                "deployment-failed",
                '{ $.detail.eventName = "SERVICE_DEPLOYMENT_FAILED" }',
                "A new release did not start",
            ),
            ("rotation-failed", '{ $.detail.eventName = "Rotation*" }', "The database's password was not changed"),
        ):
            made = logs.MetricFilter(
                self,
                f"Count{name.title().replace('-', '')}",
                log_group=group,
                filter_pattern=logs.FilterPattern.literal(pattern),
                metric_namespace=NAMESPACE,
                metric_name=name.replace("-", "_"),
                metric_value="1",
            )
            self._alarms.add(name, says, made.metric(statistic="Sum", period=_FIVE), above=0)

    def _containers(self) -> None:
        for container in CONTAINERS:
            # Each running task reports its processor once a minute.
            running = cloudwatch.Metric(
                namespace="AWS/ECS",
                metric_name="CPUUtilization",
                dimensions_map={"ClusterName": "taskledger", "ServiceName": container.name},
                statistic="SampleCount",
                period=Duration.minutes(1),
            )
            self._alarms.add(
                f"containers-missing-{container.name}",
                f"Fewer tasks of {container.name} run than are wanted at least",
                running,
                below=self._profile.tasks,
                times=15,
                runbook="containers-missing",
                missing=cloudwatch.TreatMissingData.BREACHING,
            )

    def _credits(self, nat: list[str]) -> None:
        if self._profile.machine_class.startswith("t"):
            self._alarms.add(
                "credits-machines",
                "Machines work more than they have credits for: each further hour of a core costs",
                _metric("AWS/EC2", "CPUSurplusCreditsCharged", {}, "Maximum"),
                above=0,
                times=3,
                runbook="credits",
            )
        for number, gateway in enumerate(nat, start=1):
            self._alarms.add(
                f"nat-ports-{number}",
                "A NAT gateway has no port left for a connection",
                _metric("AWS/NATGateway", "ErrorPortAllocation", {"NatGatewayId": gateway}, "Sum"),
                above=0,
                runbook="nat-ports",
            )


def system_errors(table: str) -> cloudwatch.MathExpression:
    """Calls of a table that DynamoDB answered with a fault of its own."""
    calls = ("GetItem", "Query", "TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem")
    names = {
        call.lower(): _metric("AWS/DynamoDB", "SystemErrors", {"TableName": table, "Operation": call}, "Sum")
        for call in calls
    }
    return cloudwatch.MathExpression(
        label="DynamoDB's own faults",
        expression=" + ".join(f"FILL({name}, 0)" for name in names),
        using_metrics=names,
        period=_FIVE,
    )


def budget(scope: Construct, dollars: int, mail: str | None) -> None:
    """Tell somebody when a month becomes dearer than thought; without an address it is seen in the console."""
    told = [budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=mail)] if mail else []
    limits = (("ACTUAL", 80), ("FORECASTED", 100))
    budgets.CfnBudget(
        scope,
        "Budget",
        budget=budgets.CfnBudget.BudgetDataProperty(
            budget_name="taskledger",
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=budgets.CfnBudget.SpendProperty(amount=dollars, unit="USD"),
            cost_filters={"TagKeyValue": ["user:application$taskledger"]},
        ),
        notifications_with_subscribers=[
            budgets.CfnBudget.NotificationWithSubscribersProperty(
                notification=budgets.CfnBudget.NotificationProperty(
                    comparison_operator="GREATER_THAN",
                    notification_type=kind,
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=told,
            )
            for kind, percent in limits
        ]
        if told
        else None,
    )


def _metric(namespace: str, name: str, dimensions: dict[str, str], statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace, metric_name=name, dimensions_map=dimensions, statistic=statistic, period=_FIVE
    )
