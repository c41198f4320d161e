"""The objective of the requests, and the alarms that its budget of faults is used up too fast."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from taskledger_aws.alarms import Alarms

OBJECTIVE: Final = 0.999
"""Of the requests of 30 days, so many are not answered by a fault of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """How many times faster than allowed the budget is used up, over a long and a short window.

    `times`: how many long windows in a row. A window counts from so many faults on: one of few requests is no outage.
    """

    name: str
    rate: float
    long: Duration
    short: Duration
    times: int = 1
    faults_in_long: int = 10
    faults_in_short: int = 3


TIERS: Final = (
    Tier(name="fast", rate=14.4, long=Duration.hours(1), short=Duration.minutes(5)),
    Tier(name="slow", rate=6.0, long=Duration.hours(6), short=Duration.minutes(30)),
    Tier(name="creeping", rate=1.0, long=Duration.days(1), times=3, short=Duration.hours(6)),
)
"""2 % of the budget in an hour, 5 % in six, 10 % in three days. Source: https://sre.google/workbook/alerting-on-slos/"""


def burns(
    alarms: Alarms,
    name: str,
    what: str,
    tier: Tier,
    ratio: Callable[[Duration, int], cloudwatch.IMetric],
    *,
    objective: float,
) -> None:
    """An alarm for when a tier's windows both say so; `ratio` is of a window, 0 below so many faults."""
    windows = [
        alarms.add(
            f"{name}-{tier.name}-{which}",
            f"{what} use up the budget {tier.rate:g} times too fast over {times} x {window.to_human_string()}",
            ratio(window, least),
            above=round(tier.rate * (1 - objective), 6),
            times=times,
            runbook="budget-burns",
            alone=False,
        )
        for which, window, times, least in (
            ("long", tier.long, tier.times, tier.faults_in_long),
            ("short", tier.short, 1, tier.faults_in_short),
        )
    ]
    says = f"{what}: the budget burns {tier.name}, both windows say so"
    alarms.together(f"{name}-{tier.name}", says, "budget-burns", *windows)
