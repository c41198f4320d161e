"""User and password come from Secrets Manager, and may change while the service runs."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import orjson
import pymysql
import pytest
from aiobotocore.session import get_session
from sqlalchemy import select, text

from kernel.adapters.mysql.database import MysqlDatabase
from kernel.ports.database import DatabaseUnavailable, Statement
from taskledger_local.emulator import Emulator
from taskledger_local.mysql_server import Server

if TYPE_CHECKING:
    from types_aiobotocore_secretsmanager import SecretsManagerClient

WHERE: Final = Statement(select(text("DATABASE()")))


@pytest.fixture
def administer(mysql: Server) -> Callable[[str], None]:
    def administer(statement: str) -> None:
        parts = urlsplit(mysql.url(""))
        connection = pymysql.connect(
            host=parts.hostname or "",
            port=parts.port or 0,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)

    return administer


@pytest.fixture
def user(administer: Callable[[str], None]) -> Iterator[str]:
    """A user with the password `first`, who may do everything with databases of the same name and more letters."""
    name = f"u{uuid4().hex[:12]}"
    administer(f"CREATE USER '{name}'@'%' IDENTIFIED BY 'first'")
    administer(f"GRANT ALL ON `{name}%`.* TO '{name}'@'%'")
    administer(f"CREATE DATABASE {name}")
    yield name
    administer(f"DROP USER '{name}'@'%'")
    for database in (name, f"{name}_new"):
        administer(f"DROP DATABASE IF EXISTS {database}")


@pytest.fixture
async def client(aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> "AsyncIterator[SecretsManagerClient]":
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", aws.endpoint)
    async with get_session().create_client("secretsmanager") as client:
        yield client


def said(user: str, password: str) -> str:
    return orjson.dumps({"username": user, "password": password, "engine": "mysql"}).decode()


@pytest.fixture
async def secret(client: "SecretsManagerClient", user: str) -> str:
    made = await client.create_secret(Name=user, SecretString=said(user, "first"))
    return made["ARN"]


@asynccontextmanager
async def opened(mysql: Server, name: str, options: str) -> AsyncIterator[MysqlDatabase]:
    where = urlsplit(mysql.url(name))
    url = where._replace(netloc=f"{where.hostname}:{where.port}", query=options).geturl()
    database = await MysqlDatabase.open(url)
    try:
        yield database
    finally:
        await database.close()


async def test_a_password_that_changes_is_followed(
    mysql: Server, user: str, secret: str, client: "SecretsManagerClient", administer: Callable[[str], None]
) -> None:
    async with opened(mysql, user, f"secret={secret}&recycle=0.000001") as database:
        assert await database.fetch(WHERE) == ((user,),)
        administer(f"ALTER USER '{user}'@'%' IDENTIFIED BY 'second'")
        with pytest.raises(DatabaseUnavailable):  # between the one change and the other nobody gets in
            await database.fetch(WHERE)
        await client.put_secret_value(SecretId=secret, SecretString=said(user, "second"))
        assert await database.fetch(WHERE) == ((user,),)


async def test_a_secret_that_cannot_be_read_is_a_database_that_is_away(mysql: Server, user: str, aws: Emulator) -> None:
    async with opened(mysql, user, "secret=there-is-none") as database:
        with pytest.raises(DatabaseUnavailable):
            await database.ping()


async def test_what_is_no_login_is_told_without_its_text(
    mysql: Server, user: str, secret: str, client: "SecretsManagerClient"
) -> None:
    await client.put_secret_value(SecretId=secret, SecretString='{"username": "hidden"')
    async with opened(mysql, user, f"secret={secret}") as database:
        with pytest.raises(DatabaseUnavailable) as told:
            await database.ping()
    assert "hidden" not in str(told.value)


async def test_a_missing_database_is_made_where_the_url_says_so(mysql: Server, user: str) -> None:
    where = urlsplit(mysql.url(f"{user}_new"))._replace(
        netloc=f"{user}:first@{urlsplit(mysql.url('')).netloc.rpartition('@')[2]}"
    )
    plain = where.geturl()
    without = await MysqlDatabase.open(plain)
    with pytest.raises(DatabaseUnavailable):
        await without.ping()
    await without.close()
    database = await MysqlDatabase.open(f"{plain}?create=1")
    assert await database.fetch(WHERE) == ((f"{user}_new",),)
    await database.close()
