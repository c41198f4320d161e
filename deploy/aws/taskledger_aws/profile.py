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
    database_multi_az: bool
    backup_days: int
    protect: bool
    """Whether what holds data refuses to be deleted."""
    archive_days: int
    """How long the bus keeps events for a replay into other consumers; ours replay from the log."""


PROFILES: Final = {
    "small": Profile(
        zones=2,
        nat_gateways=1,
        database_class="t4g.micro",
        database_storage=20,
        database_multi_az=False,
        backup_days=7,
        protect=True,
        archive_days=7,
    ),
    "production": Profile(
        zones=3,
        nat_gateways=2,
        database_class="m7g.large",
        database_storage=100,
        database_multi_az=True,
        backup_days=35,
        protect=True,
        archive_days=30,
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
