"""A user of MySQL for each service, who may do there what the service does; on AWS they connect by tokens of IAM."""

from collections.abc import Mapping, Sequence
from typing import Final

from kernel.adapters.mysql.connection import Connector

BY_TOKEN: Final = "WITH AWSAuthenticationPlugin AS 'RDS'"  # noqa: S105 - no password
"""How RDS knows them: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html"""

_READS: Final = "SELECT"
_OWNS: Final = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES"

RIGHTS: Final[Mapping[str, tuple[str, str]]] = {
    "task_service": ("read", _READS),
    "log_projector": ("read", _OWNS),
    "notify_service": ("notify", _OWNS),
}
"""User -> the database that is theirs to use, and what they may do in it."""


def statements(databases: Mapping[str, str], identified: str = BY_TOKEN) -> Sequence[str]:
    """What makes databases and users, or leaves them as they are; `databases`: `read` and `notify` -> their names."""
    made = [f"CREATE DATABASE IF NOT EXISTS `{name}`" for name in databases.values()]
    for user, (which, rights) in RIGHTS.items():
        made.append(f"CREATE USER IF NOT EXISTS '{user}'@'%' IDENTIFIED {identified} REQUIRE SSL")
        made.append(f"GRANT {rights} ON `{databases[which]}`.* TO '{user}'@'%'")
    return made


async def prepare(url: str, databases: Mapping[str, str], identified: str = BY_TOKEN) -> None:
    """Do it, as the user of a URL who may. Raises DatabaseUnavailable, or what the driver raises."""
    connection = await Connector(url).connect()
    try:
        for statement in statements(databases, identified):
            await connection.rows(statement.encode())
    finally:
        await connection.close()
