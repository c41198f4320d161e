"""Metrics that AWS has of a deployment, by what they are about."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elb

from taskledger_aws.compute import ComputeStack
from taskledger_aws.edge import EdgeStack
from taskledger_aws.events import EventsStack
from taskledger_aws.stores import Stores

_FIVE = Duration.minutes(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Of these stacks."""

    stores: Stores
    pipe_name: str
    events: EventsStack
    edge: EdgeStack
    compute: ComputeStack

    def requests(self, period: Duration = _FIVE) -> cloudwatch.Metric:
        """Requests that reached the balancer."""
        return self.edge.balancer.metrics.request_count(period=period, statistic="Sum")

    def errors(self, period: Duration = _FIVE) -> cloudwatch.MathExpression:
        """Answers of 5xx, the services' and the balancer's own."""
        balancer = self.edge.balancer.metrics
        return cloudwatch.MathExpression(
            label="5xx",
            expression="FILL(theirs, 0) + FILL(its, 0)",
            using_metrics={
                "theirs": balancer.http_code_target(
                    elb.HttpCodeTarget.TARGET_5XX_COUNT, period=period, statistic="Sum"
                ),
                "its": balancer.http_code_elb(elb.HttpCodeElb.ELB_5XX_COUNT, period=period, statistic="Sum"),
            },
            period=period,
        )

    def error_ratio(self, period: Duration, least: int) -> cloudwatch.MathExpression:
        """Of a window's requests, how many were answered by 5xx: 0 to 1, and 0 below so many."""
        balancer = self.edge.balancer.metrics
        return cloudwatch.MathExpression(
            label="faults",
            expression=f"IF(FILL(theirs, 0) + FILL(its, 0) >= {least}, (FILL(theirs, 0) + FILL(its, 0)) / asked, 0)",
            using_metrics={
                "asked": self.requests(period),
                "theirs": balancer.http_code_target(
                    elb.HttpCodeTarget.TARGET_5XX_COUNT, period=period, statistic="Sum"
                ),
                "its": balancer.http_code_elb(elb.HttpCodeElb.ELB_5XX_COUNT, period=period, statistic="Sum"),
            },
            period=period,
        )

    def response_time(self, statistic: str, period: Duration = _FIVE) -> cloudwatch.Metric:
        """Seconds until a service began to answer; of a live stream too, so its length does not count."""
        return self.edge.balancer.metrics.target_response_time(period=period, statistic=statistic)

    def healthy(self) -> Mapping[str, cloudwatch.Metric]:
        """How many containers of each service answer."""
        return {
            name: group.metrics.healthy_host_count(period=Duration.minutes(1), statistic="Minimum")
            for name, group in self.compute.groups.items()
        }

    def pipe(self, metric: str, period: Duration = _FIVE) -> cloudwatch.Metric:
        """A metric of the pipe from the log to the bus."""
        return cloudwatch.Metric(
            namespace="AWS/EventBridge/Pipes",
            metric_name=metric,
            dimensions_map={"PipeName": self.pipe_name},
            statistic="Sum",
            period=period,
        )

    def pipe_failures(self) -> cloudwatch.MathExpression:
        """Executions that failed, in whole or in part, or took too long."""
        names = {"failed": "ExecutionFailed", "partly": "ExecutionPartiallyFailed", "late": "ExecutionTimeout"}
        return cloudwatch.MathExpression(
            label="pipe failures",
            expression=" + ".join(f"FILL({name}, 0)" for name in names),
            using_metrics={name: self.pipe(metric) for name, metric in names.items()},
            period=_FIVE,
        )

    def written_unseen(self) -> cloudwatch.MathExpression:
        """1 where the log was written to and the pipe took nothing of its stream, else 0."""
        return cloudwatch.MathExpression(
            label="written, not piped",
            expression="IF(FILL(written, 0) > 0 AND FILL(taken, 0) == 0, 1, 0)",
            using_metrics={
                "written": self.table(self.stores.log, "ConsumedWriteCapacityUnits"),
                "taken": self.pipe("Invocations"),
            },
            period=_FIVE,
        )

    def database(self, metric: str, statistic: str = "Average") -> cloudwatch.Metric:
        """A metric of the MySQL server."""
        return cloudwatch.Metric(
            namespace="AWS/RDS",
            metric_name=metric,
            dimensions_map={"DBInstanceIdentifier": self.stores.database},
            statistic=statistic,
            period=_FIVE,
        )

    def throttled(self, table: str) -> cloudwatch.MathExpression:
        """Calls that DynamoDB refused on a table."""
        return cloudwatch.MathExpression(
            label="refused",
            expression="FILL(reads, 0) + FILL(writes, 0)",
            using_metrics={
                "reads": self.table(table, "ReadThrottleEvents"),
                "writes": self.table(table, "WriteThrottleEvents"),
            },
            period=_FIVE,
        )

    @staticmethod
    def reputation(rate: str) -> cloudwatch.Metric:
        """What part of the account's mails bounced, or was complained of: 0 to 1."""
        return cloudwatch.Metric(
            namespace="AWS/SES", metric_name=f"Reputation.{rate}", statistic="Average", period=Duration.hours(1)
        )

    @staticmethod
    def mails(metric: str) -> cloudwatch.Metric:
        """How many mails SES sent, delivered, got back."""
        return cloudwatch.Metric(namespace="AWS/SES", metric_name=metric, statistic="Sum", period=_FIVE)

    @staticmethod
    def table(name: str, metric: str) -> cloudwatch.Metric:
        """A metric of a DynamoDB table."""
        return cloudwatch.Metric(
            namespace="AWS/DynamoDB",
            metric_name=metric,
            dimensions_map={"TableName": name},
            statistic="Sum",
            period=_FIVE,
        )
