"""On a real server: each service's user may do what the service does, and nothing of another's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from kernel.adapters.mysql.connection import Connection, Connector
from kernel.adapters.mysql.errors import DRIVER_FAULTS, number_of
from taskledger.database_users import RIGHTS, prepare, statements
from taskledger_local.mysql_server import Server, a_database

pytestmark = pytest.mark.mysql

DENIED = {1044, 1142, 1227}


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    connection = await Connector(url).connect()
    try:
        yield connection
    finally:
        await connection.close()


def of(url: str, user: str, database: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{user}:of-a-test@{parts.hostname}:{parts.port}", path=f"/{database}").geturl()


async def denied(url: str, statement: str) -> bool:
    try:
        async with connected(url) as connection:
            await connection.rows(statement.encode())
    except DRIVER_FAULTS as error:
        if number_of(error) not in DENIED:
            raise
        return True
    return False


def test_on_rds_they_connect_by_tokens_over_tls() -> None:
    made = [text for text in statements({"read": "r", "notify": "n"}) if text.startswith("CREATE USER")]
    assert len(made) == len(RIGHTS)
    assert all("AWSAuthenticationPlugin" in text and text.endswith("REQUIRE SSL") for text in made)


async def test_a_service_may_do_its_own_work_and_nothing_else(mysql: Server) -> None:
    with a_database(mysql) as read, a_database(mysql) as notify:
        names = {"read": urlsplit(read).path[1:], "notify": urlsplit(notify).path[1:]}
        for _ in range(2):  # a second release does no harm
            await prepare(read, names, "BY 'of-a-test'")
        async with connected(read) as first:
            for user in RIGHTS:
                await first.rows(f"ALTER USER '{user}'@'%' REQUIRE NONE".encode())  # the server of tests has no TLS
        try:
            projector = of(read, "log_projector", names["read"])
            assert not await denied(projector, "CREATE TABLE g1_tasks (id INT PRIMARY KEY)")
            assert not await denied(projector, "INSERT INTO g1_tasks VALUES (1)")
            reader = of(read, "task_service", names["read"])
            assert not await denied(reader, "SELECT * FROM g1_tasks")
            assert await denied(reader, "INSERT INTO g1_tasks VALUES (2)")
            assert await denied(reader, "DROP TABLE g1_tasks")
            notifier = of(read, "notify_service", names["notify"])
            assert not await denied(notifier, "CREATE TABLE inbox (id INT PRIMARY KEY)")
            assert await denied(notifier, f"SELECT * FROM {names['read']}.g1_tasks")
            assert await denied(projector, f"SELECT * FROM {names['notify']}.inbox")
        finally:
            async with connected(read) as first:
                for user in RIGHTS:
                    await first.rows(f"DROP USER '{user}'@'%'".encode())
