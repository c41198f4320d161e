"""Alarms that name their runbook and tell one topic."""

from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from taskledger_aws.application_metrics import DIMENSION, NAMESPACE, Measured
from taskledger_aws.names import title
from taskledger_aws.variables import METRICS_EVERY

RUNBOOKS: Final = "docs/operate/runbooks"


class Alarms:
    """Makes alarms in a stack."""

    def __init__(self, scope: Construct, topic: sns.ITopic) -> None:
        self._scope = scope
        self._tell = actions.SnsAction(topic)

    def add(
        self,
        name: str,
        says: str,
        metric: cloudwatch.IMetric,
        *,
        above: float | None = None,
        below: float | None = None,
        times: int = 1,
        runbook: str | None = None,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
        alone: bool = True,
    ) -> cloudwatch.Alarm:
        """An alarm for what is `above` or `below` a value for `times` periods. Not `alone`, it tells nobody itself."""
        threshold = above if above is not None else below
        if threshold is None:
            raise ValueError(f"{name} has no limit")
        over = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
        under = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        alarm = cloudwatch.Alarm(
            self._scope,
            title(name),
            alarm_name=f"taskledger-{name}",
            alarm_description=_described(says, runbook or name),
            metric=metric,
            threshold=threshold,
            comparison_operator=over if above is not None else under,
            evaluation_periods=times,
            treat_missing_data=missing,
        )
        if alone:
            alarm.add_alarm_action(self._tell)
            alarm.add_ok_action(self._tell)
        return alarm

    def own(self, measured: Measured, runbook: str, says: str, *, statistic: str = "Maximum", **limits: Any) -> None:
        """An alarm on a metric that a service writes itself, named after its runbook and the service."""
        metric = cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=measured.name,
            dimensions_map={DIMENSION: measured.service},
            statistic=statistic,
            period=Duration.seconds(METRICS_EVERY),
        )
        self.add(f"{runbook}-{measured.service}", f"{says} ({measured.service})", metric, runbook=runbook, **limits)

    def together(self, name: str, says: str, runbook: str, *alarms: cloudwatch.Alarm) -> None:
        """An alarm for when all of these are in alarm."""
        composite = cloudwatch.CompositeAlarm(
            self._scope,
            title(name),
            composite_alarm_name=f"taskledger-{name}",
            alarm_description=_described(says, runbook),
            alarm_rule=cloudwatch.AlarmRule.all_of(
                *(cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM) for alarm in alarms)
            ),
        )
        composite.add_alarm_action(self._tell)
        composite.add_ok_action(self._tell)


def _described(says: str, runbook: str) -> str:
    return f"{says}. {RUNBOOKS}/{runbook}.md"
