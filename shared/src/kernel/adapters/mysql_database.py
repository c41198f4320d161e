"""A SQL database on MySQL 8 or MariaDB, by aiomysql or asyncmy."""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from pymysql.constants import CLIENT
from sqlalchemy import MetaData
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement, DropTable

from kernel.sql import (
    DatabaseRefused,
    DatabaseUnavailable,
    DialectName,
    DuplicateRow,
    ExpectationFailed,
    Row,
    Statement,
    Write,
)

T = TypeVar("T")

_DIALECT: Final = mysql.dialect()

# Numbers of server and client errors: https://dev.mysql.com/doc/mysql-errors/8.4/en/
_DUPLICATE: Final = 1062
_VICTIM: Final = frozenset({1205, 1213})  # lock wait time-out, dead-lock
_PASSING: Final = _VICTIM | {
    1040,  # too many connections
    1053,  # shutdown in progress
    1129,  # host blocked after failed connects
    1152,  # aborted connection
    1203,  # too many connections of the user
    1290,  # read-only: the old primary after a fail-over
    1317,  # query interrupted
    1836,  # read-only mode
    1927,  # connection killed
    2003,  # cannot connect
    2006,  # server gone
    2013,  # lost connection
    2014,  # commands out of sync
    3024,  # maximum execution time
    4031,  # disconnected for idleness
}

# Strict, so that what does not fit is refused.
_SQL_MODE: Final = "TRADITIONAL"
# No gap is locked, so that consumers hardly ever meet in a dead-lock; what must not change meanwhile is `expect`ed.
_ISOLATION: Final = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
# The drivers would write anything else as its text.
_TYPES: Final = frozenset({int, str, bytes, type(None)})
# Text is compared by its bytes, as SQLite does it: every database sorts alike, and a cursor means the same everywhere.
_BYTEWISE: Final = " ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
_ATTEMPTS: Final = 6
_CREATE_LOCK: Final = "taskledger-create"

_TABLES: Final = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
_INDEXES: Final = (
    "SELECT DISTINCT table_name, index_name FROM information_schema.statistics WHERE table_schema = DATABASE()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How connections are made and kept; times are in seconds. Each may stand in the URL's query by its name."""

    pool: int = 10
    connect_timeout: float = 3.0
    timeout: float = 10.0
    long_timeout: float = 120.0
    recycle: int = 1800
    ssl: str = ""
    """`verify` (the system's authorities), or the path of a file with the server's authority; empty: no TLS."""


class MysqlDatabase:
    """A `Database` on a MySQL-compatible server, through a pool of connections."""

    dialect: DialectName = "mysql"

    def __init__(self, pool: Any, options: Options, where: str) -> None:
        self._pool = pool
        self._options = options
        self._where = where

    @classmethod
    async def open(cls, url: str) -> "MysqlDatabase":
        """Take on a database at `mysql://user:password@host:port/name`, or `mysql+asyncmy://` for the other driver.

        The first connection is made when the first statement needs it. Raises ValueError for a URL that is none.
        """
        parts = urlsplit(url)
        driver = parts.scheme.partition("+")[2] or "aiomysql"
        name = parts.path.removeprefix("/")
        if driver not in ("aiomysql", "asyncmy") or not parts.hostname or not name:
            raise ValueError("a database is named as mysql://user:password@host:port/name")
        options = _options(parts.query)
        module = import_module(driver)
        connecting: dict[str, Any] = {
            "host": parts.hostname,
            "port": parts.port or 3306,
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "db": unquote(name),
            "charset": "utf8mb4",
            "autocommit": True,
            "connect_timeout": options.connect_timeout,
            # Rows that were matched count, not those that became another: an update to the same value hits its row.
            "client_flag": CLIENT.FOUND_ROWS,
            "sql_mode": _SQL_MODE,
            "init_command": _ISOLATION,
            "ssl": _tls(options.ssl),
        }
        if driver == "aiomysql":
            connecting["cursorclass"] = _silent(module)
        pool = await module.create_pool(minsize=0, maxsize=options.pool, pool_recycle=options.recycle, **connecting)
        return cls(pool, options, f"{parts.hostname}:{parts.port or 3306}/{name}")

    async def create(self, metadata: MetaData) -> None:
        async def work(connection: Any) -> None:
            await _run(connection, "SELECT GET_LOCK(%s, 60)", (_CREATE_LOCK,))
            try:
                tables = {row[0] for row in await _run(connection, _TABLES)}
                indexes = {tuple(row) for row in await _run(connection, _INDEXES)}
                for table in metadata.sorted_tables:
                    if table.name not in tables:
                        await _run(connection, _text(CreateTable(table)) + _BYTEWISE)
                    for index in table.indexes:
                        if (table.name, index.name) not in indexes:
                            await _run(connection, _text(CreateIndex(index)))
            finally:
                await _run(connection, "SELECT RELEASE_LOCK(%s)", (_CREATE_LOCK,))

        await self._retried(work, self._options.long_timeout)

    async def drop(self, metadata: MetaData) -> None:
        async def work(connection: Any) -> None:
            tables = {row[0] for row in await _run(connection, _TABLES)}
            for table in reversed(metadata.sorted_tables):
                if table.name in tables:
                    await _run(connection, _text(DropTable(table)))

        await self._retried(work, self._options.long_timeout)

    async def fetch(
        self, statement: Statement, params: Mapping[str, Any] | None = None, *, long: bool = False
    ) -> Sequence[Row]:
        compiled = statement.compiled("mysql")
        values = compiled.bind(params or {})
        return await self._retried(
            lambda connection: _run(connection, compiled.sql, values),
            self._options.long_timeout if long else self._options.timeout,
        )

    async def write(self, *writes: Write, durable: bool = True) -> None:
        bound = [_bound(write) for write in writes]
        if not bound:
            return

        async def work(connection: Any) -> None:
            await connection.begin()
            async with connection.cursor() as cursor:
                for index, (sql, values, expect) in enumerate(bound):
                    if isinstance(values, list):
                        hit = await cursor.executemany(sql, values) if values else 0
                    else:
                        hit = await cursor.execute(sql, values)
                    if expect is not None and hit != expect:
                        raise ExpectationFailed(index)
            try:
                await connection.commit()
            except Exception as error:
                # Nobody knows whether it was done, so it is not tried again here.
                raise DatabaseUnavailable(f"{self._where}: the outcome of a commit is not known: {error}") from error

        await self._retried(work, self._options.long_timeout)

    async def ping(self) -> None:
        await self._retried(lambda connection: _run(connection, "SELECT 1"), self._options.timeout)

    async def close(self) -> None:
        self._pool.close()
        await self._pool.wait_closed()

    async def _retried(self, work: Callable[[Any], Awaitable[T]], within: float) -> T:
        """Do `work` on a connection; what the server undid as a whole, or never got, is done again."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with asyncio.timeout(within), self._connection() as connection:
                    return await work(connection)
            except (ExpectationFailed, DatabaseUnavailable):
                raise
            except TimeoutError as error:
                raise DatabaseUnavailable(f"{self._where}: no answer in {within:g} s") from error
            except Exception as error:
                known = _translated(error, self._where)
                number = _number(error)
                # A connection of the pool may have died while it lay idle; the next one is made anew.
                again = number in _VICTIM or (isinstance(known, DatabaseUnavailable) and attempt == 1)
                if not again or attempt == _ATTEMPTS:
                    raise known from error
                if number not in _VICTIM:
                    await self._pool.clear()
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - spreads load, keeps no secret
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        connection = await self._pool.acquire()
        clean = False
        try:
            yield connection
            clean = True
        except ExpectationFailed:
            await connection.rollback()
            clean = True
            raise
        except Exception as error:
            if _number(error) is not None and _number(error) not in _PASSING - _VICTIM:
                await connection.rollback()
                clean = True
            raise
        finally:
            if not clean:
                # Broken off in the middle of a conversation: what came next on it would answer something else.
                connection.close()
            await self._pool.release(connection)


def _options(query: str) -> Options:
    given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
    kinds: dict[str, Callable[[str], Any]] = {
        "pool": int,
        "connect_timeout": float,
        "timeout": float,
        "long_timeout": float,
        "recycle": int,
        "ssl": str,
    }
    unknown = given.keys() - kinds.keys()
    if unknown:
        raise ValueError(f"a database's URL knows {', '.join(kinds)}; not {', '.join(sorted(unknown))}")
    return Options(**{name: kinds[name](value) for name, value in given.items()})


def _tls(setting: str) -> ssl.SSLContext | None:
    if not setting:
        return None
    return ssl.create_default_context(cafile=None if setting == "verify" else setting)


def _silent(module: Any) -> Any:
    """aiomysql's cursor that does not ask for warnings: strict mode makes errors of what matters."""

    class Silent(module.Cursor):  # type: ignore[misc]
        async def _show_warnings(self, connection: Any) -> None:
            return None

    return Silent


def _text(definition: DDLElement) -> str:
    # The drivers take a percent sign as a parameter only where there are parameters.
    return str(definition.compile(dialect=_DIALECT))


async def _run(connection: Any, sql: str, values: tuple[Any, ...] | None = None) -> Sequence[Row]:
    async with connection.cursor() as cursor:
        await cursor.execute(sql, values)
        rows: Sequence[Row] = await cursor.fetchall()
        return rows


def _bound(write: Write) -> tuple[str, Any, int | None]:
    compiled = write.statement.compiled("mysql")
    if isinstance(write.params, Mapping):
        return compiled.sql, _checked(compiled.bind(write.params)), write.expect
    return compiled.sql, [_checked(compiled.bind(params)) for params in write.params], write.expect


def _checked(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for value in values:
        if type(value) not in _TYPES:
            raise DatabaseRefused(f"a value is a {type(value).__name__}, not an integer, text or bytes")
    return values


def _number(error: BaseException) -> int | None:
    """The number of a server's or client's error, None of what is neither."""
    first = error.args[0] if error.args else None
    is_driver = type(error).__module__.partition(".")[0] in ("pymysql", "asyncmy", "aiomysql")
    return first if is_driver and isinstance(first, int) else None


def _translated(error: Exception, where: str) -> Exception:
    number = _number(error)
    if number == _DUPLICATE:
        return DuplicateRow(str(error))
    broken = isinstance(error, OSError | EOFError | RuntimeError) or number == 0
    if broken or number in _PASSING:
        return DatabaseUnavailable(f"{where}: {error}")
    return DatabaseRefused(f"{type(error).__name__}: {error}")
