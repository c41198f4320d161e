"""How large a deployment is. The context value `profile` chooses, single values override: `-c profile=production`."""

from dataclasses import dataclass, fields, replace
from typing import Any, Final

from constructs import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Sizes and safety of one deployment."""

    zones: int
    """Availability zones that the network spans."""
    nat_gateways: int
    database_class: str
    """The instance class of RDS, such as `t4g.micro`."""
    database_storage: int
    """GiB at the beginning; it grows by itself to four times as much."""
    database_connections: int
    """So many at once are nearly all that its memory allows."""
    database_multi_az: bool
    backup_days: int
    copies: bool
    """Whether backups have to be copied to another region."""
    protect: bool
    """Whether what holds data refuses to be deleted. `release.py` says so after the first release that passed, for a
    creation that failed before must be undone whole."""
    archive_days: int
    """How long the bus keeps events for a replay into other consumers; ours replay from the log."""
    log_days: int
    """How long lines of logs are kept: 7, 30, 90 or 365."""
    machine_class: str
    """The instance class of the machines that containers run on. Images are built for its processor."""
    machines: int
    machines_at_most: int
    task_cpu: int
    """Units of a task of a service, at most: 1024 are a core, of which 256 are for the proxy beside it."""
    tasks: int
    """Containers of each service."""
    tasks_at_most: int
    insights: bool
    """Whether CloudWatch measures each container by itself (Container Insights)."""
    mails_a_day: int
    """What SES lets go in 24 hours, as its console says."""
    budget: int
    """US dollars that a month may cost before somebody is told."""
    price_class: str
    """Where CloudFront answers: PRICE_CLASS_100, PRICE_CLASS_200 or PRICE_CLASS_ALL."""


PROFILES: Final = {
    "small": Profile(
        zones=2,
        nat_gateways=1,
        database_class="t4g.micro",
        database_storage=20,
        database_connections=60,
        database_multi_az=False,
        backup_days=7,
        copies=False,
        protect=False,
        archive_days=7,
        log_days=30,
        machine_class="t4g.small",
        machines=2,
        machines_at_most=4,
        task_cpu=512,
        tasks=1,
        tasks_at_most=2,
        insights=False,
        mails_a_day=50_000,
        budget=200,
        price_class="PRICE_CLASS_100",
    ),
    "production": Profile(
        zones=3,
        nat_gateways=2,
        database_class="m7g.large",
        database_storage=100,
        database_connections=500,
        database_multi_az=True,
        backup_days=35,
        copies=True,
        protect=False,
        archive_days=30,
        log_days=90,
        machine_class="m7g.large",
        machines=4,
        machines_at_most=24,
        task_cpu=896,
        tasks=2,
        tasks_at_most=10,
        insights=True,
        mails_a_day=50_000,
        budget=2_000,
        price_class="PRICE_CLASS_ALL",
    ),
}


class UnknownProfile(ValueError):
    """The context names a profile that there is not."""


def profile_of(node: Node) -> Profile:
    """The profile that a construct's context asks for. Raises UnknownProfile."""
    name = node.try_get_context("profile") or "small"
    if name not in PROFILES:
        raise UnknownProfile(f"profile is one of {', '.join(PROFILES)}, not {name}")
    chosen = PROFILES[name]
    given = {
        field.name: _like(getattr(chosen, field.name), value)
        for field in fields(Profile)
        if (value := node.try_get_context(field.name)) is not None
    }
    return replace(chosen, **given)


def _like(default: bool | int | str, value: Any) -> bool | int | str:
    """A context value of the command line is text; of cdk.json it has its type."""
    match default:
        case bool():
            return str(value).lower() == "true"
        case int():
            return int(value)
        case str():
            return str(value)
