"""A connection to MySQL or MariaDB by aiomysql: how it is made, and what is said over it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from aiomysql.connection import Connection as Driver  # type: ignore[import-untyped]
from pymysql.constants import CLIENT, FIELD_TYPE
from pymysql.converters import conversions

from kernel.adapters.aws.iam_login import IamLogin
from kernel.adapters.aws.secret import Login, LoginSecret
from kernel.adapters.mysql.errors import ACCESS_DENIED, DRIVER_FAULTS, UNKNOWN_DATABASE, number_of
from kernel.adapters.options import from_query
from kernel.ports.database import DatabaseUnavailable, Row

# Strict, so that what does not fit is refused; it leaves backslashes their meaning, which literals count on.
_SESSION: Final = (
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;"
    "SET autocommit = 1, sql_mode = 'TRADITIONAL', time_zone = '+00:00',"
    " innodb_lock_wait_timeout = {lock}, lock_wait_timeout = {lock}, {longest};"
    "SET NAMES utf8mb4 COLLATE utf8mb4_bin;"
    "SELECT @@max_allowed_packet"
)
_LONGEST_ON_MYSQL: Final = "max_execution_time = {milliseconds}"
_LONGEST_ON_MARIADB: Final = "max_statement_time = {seconds}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How connections are made and kept; times are in seconds. Each may stand in the URL's query by its name."""

    pool: int = 10
    """How many connections there may be at once."""
    connect_timeout: float = 3.0
    """How long making a connection may take, with all that is said before the first statement; and a sign of life."""
    timeout: float = 10.0
    """How long a short query may take, with the wait for a connection."""
    long_timeout: float = 120.0
    """How long a long query or a transaction may take. The server, too, ends a statement that takes longer."""
    lock_timeout: float = 5.0
    """How long a statement may wait for a lock."""
    recycle: float = 1800.0
    """A connection older than this is replaced, so that a fail-over or another certificate is followed."""
    ping_after: float = 5.0
    """A connection that lay idle longer than this is asked for a sign of life before it is used."""
    ssl: str = ""
    """`verify` (by the system's authorities), or a file with the server's authority; empty: no TLS."""
    secret: str = ""
    """The secret of Secrets Manager that has user and password, rather than the URL; read again when it was changed."""
    iam: int = 0
    """1: the URL's user connects by a token of IAM, as RDS takes it, rather than by a password; only over TLS."""
    create: int = 0
    """1: the database is made where the server has none of its name."""


class Connection:
    """One connection. `made` and `used` are times of the event loop's clock, by which the pool judges it."""

    def __init__(self, driver: Any, largest: int) -> None:
        self._driver = driver
        self.largest = largest
        """How many bytes a packet may have."""
        self.made = self.used = asyncio.get_running_loop().time()
        self.in_order = True
        self.broken = False

    async def rows(self, sql: bytes) -> Sequence[Row]:
        """The rows of a query; of a statement that has none, no rows."""
        await self._driver.query(sql)
        return self._driver._result.rows or ()

    async def hits(self, packet: bytes) -> AsyncIterator[int]:
        """Carry out the statements of a packet; of each, how many rows it hit."""
        # Not through the driver's cursors: those ask for every warning, and MySQL warns of each VALUES(column).
        yield await self._driver.query(packet)
        while self._driver._result.has_next:
            yield await self._driver.next_result()

    async def ping(self) -> None:
        """Return when the server answers."""
        await self._driver.ping(reconnect=False)

    async def commit(self) -> None:
        """Make what was done last."""
        await self._driver.commit()

    async def undo(self) -> None:
        """Undo what was not committed, after an error; then all is in order again."""
        await self._driver.rollback()
        self.in_order = True

    def break_off(self) -> None:
        """Close at once, in the middle of whatever is being said; the server undoes what was not committed."""
        self.broken = True
        self._driver.close()

    async def close(self) -> None:
        """Say good-bye."""
        self.broken = True
        with suppress(*DRIVER_FAULTS):
            await self._driver.ensure_closed()


class Connector:
    """Makes connections to the database of a URL."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for a URL that is none."""
        parts = urlsplit(url)
        name = unquote(parts.path.removeprefix("/"))
        if parts.scheme != "mysql" or not parts.hostname or not name:
            raise ValueError("a database is named as mysql://user:password@host:port/name")
        self.options = from_query(Options, parts.query)
        self.database = name
        self.where = f"{parts.hostname}:{parts.port or 3306}/{name}"
        self._tls = _tls(self.options.ssl)
        self._login = Login(unquote(parts.username or ""), unquote(parts.password or ""))
        self._logins: LoginSecret | IamLogin | None = None
        if self.options.secret:
            self._logins = LoginSecret(self.options.secret)
        if self.options.iam:
            if self._tls is None or self.options.secret or not self._login.user:
                raise ValueError("a token of IAM goes over TLS (ssl=), for a user that the URL names, without a secret")
            self._logins = IamLogin(self._login.user, parts.hostname, parts.port or 3306)
        self._arguments: Mapping[str, Any] = {
            "host": parts.hostname,
            "port": parts.port or 3306,
            "charset": "utf8mb4",
            "autocommit": None,
            # Rows that were matched count, not those that became another: an update to the same value hits its row.
            "client_flag": CLIENT.FOUND_ROWS | CLIENT.MULTI_STATEMENTS,
            "ssl": self._tls,
            "conv": {**conversions, FIELD_TYPE.NEWDECIMAL: _number},
        }

    async def connect(self) -> Connection:
        """A new connection, its session set. Raises DatabaseUnavailable, or what the driver raises."""
        login = self._login if self._logins is None else await self._logins.login()
        try:
            return await self._connect_as(login)
        except DRIVER_FAULTS as error:
            if number_of(error) != ACCESS_DENIED or not isinstance(self._logins, LoginSecret):
                raise
            changed = await self._logins.login(refused=login)
            if changed == login:
                raise
            return await self._connect_as(changed)

    async def _connect_as(self, login: Login) -> Connection:
        try:
            return await self._connect_to(self.database, login)
        except DRIVER_FAULTS as error:
            if number_of(error) != UNKNOWN_DATABASE or not self.options.create:
                raise
        connection = await self._connect_to("", login)
        try:
            quoted = self.database.replace("`", "``")
            await connection.rows(f"CREATE DATABASE IF NOT EXISTS `{quoted}`".encode())
        finally:
            await connection.close()
        return await self._connect_to(self.database, login)

    async def _connect_to(self, database: str, login: Login) -> Connection:
        driver: Any = Driver(**self._arguments, user=login.user, password=login.password, db=database)
        try:
            async with asyncio.timeout(self.options.connect_timeout):
                # `aiomysql.connect` would leave the socket open if it was cancelled here.
                await driver._connect()
                return await self._begin(driver)
        except TimeoutError as error:
            driver.close()
            raise DatabaseUnavailable(f"{self.where}: no connection in {self.options.connect_timeout:g} s") from error
        except BaseException:
            driver.close()
            raise

    async def _begin(self, driver: Any) -> Connection:
        if self._tls is not None and not driver._secure:
            # aiomysql goes on without when the server offers none.
            raise DatabaseUnavailable(f"{self.where}: the server offers no TLS")
        mariadb = "mariadb" in driver.get_server_info().lower()
        longest = _LONGEST_ON_MARIADB if mariadb else _LONGEST_ON_MYSQL
        seconds = self.options.long_timeout
        session = _SESSION.format(
            lock=max(1, round(self.options.lock_timeout)),
            longest=longest.format(seconds=seconds, milliseconds=round(1000 * seconds)),
        )
        await driver.query(session.encode())
        while driver._result.has_next:
            await driver.next_result()
        return Connection(driver, driver._result.rows[0][0])


def _tls(setting: str) -> ssl.SSLContext | None:
    if not setting:
        return None
    return ssl.create_default_context(cafile=None if setting == "verify" else setting)


def _number(text: str | bytes) -> int | float:
    """A decimal, which is what a sum of integers comes as."""
    try:
        return int(text)
    except ValueError:
        return float(text)
