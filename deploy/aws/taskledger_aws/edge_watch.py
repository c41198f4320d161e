"""What only the region of CloudFront knows: its errors and latency, and how long the certificate is good."""

from typing import Any, Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from taskledger_aws.alarms import Alarms
from taskledger_aws.edge import EdgeStack
from taskledger_aws.given import Given
from taskledger_aws.objective import OBJECTIVE, TIERS, burns
from taskledger_aws.topics import topic

SLOW_SECONDS: Final = 2.0


class EdgeWatchStack(Stack):
    """Alarms in us-east-1, on a topic of their own: an alarm looks at metrics of its own region."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        given: Given,
        edge: EdgeStack,
        certificate: acm.ICertificate | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        alarms = Alarms(self, topic(self, given, "taskledger-alarms-edge"))
        self._distribution = edge.distribution.distribution_id
        for tier in TIERS:
            burns(alarms, "edge-budget", "The edge's faults", tier, self._ratio, objective=OBJECTIVE)
        alarms.add(
            "edge-slow",
            "One answer of a hundred takes more than two seconds to begin, seen from the edge",
            self._of("OriginLatency", "p99", Duration.minutes(5)),
            above=SLOW_SECONDS * 1000,
            times=6,
            runbook="slow-answers",
        )
        if certificate is not None:
            alarms.add(
                "certificate-ends",
                "The certificate ends within a month: it was not renewed by itself",
                cloudwatch.Metric(
                    namespace="AWS/CertificateManager",
                    metric_name="DaysToExpiry",
                    dimensions_map={"CertificateArn": certificate.certificate_arn},
                    statistic="Minimum",
                    period=Duration.days(1),
                ),
                below=30,
                runbook="certificate",
            )

    def _ratio(self, window: Duration, least: int) -> cloudwatch.MathExpression:
        """Of a window's requests, how many CloudFront answered by 5xx: 0 to 1, and 0 below so many faults."""
        return cloudwatch.MathExpression(
            label="faults",
            expression=f"IF(FILL(asked, 0) * FILL(percent, 0) / 100 >= {least}, percent / 100, 0)",
            using_metrics={
                "asked": self._of("Requests", "Sum", window),
                "percent": self._of("5xxErrorRate", "Average", window),
            },
            period=window,
        )

    def _of(self, metric: str, statistic: str, period: Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/CloudFront",
            metric_name=metric,
            dimensions_map={"DistributionId": self._distribution, "Region": "Global"},
            statistic=statistic,
            period=period,
        )
