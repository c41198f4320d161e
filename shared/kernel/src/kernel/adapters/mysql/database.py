"""A SQL database on MySQL 8 or MariaDB, by aiomysql."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import MetaData, Table
from sqlalchemy.dialects.mysql.base import MySQLDialect, MySQLTypeCompiler
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable, DDLElement, DropTable

from kernel.adapters.mysql.connection import Connection, Connector
from kernel.adapters.mysql.errors import DRIVER_FAULTS, fault_of, translated
from kernel.adapters.mysql.pool import Pool
from kernel.adapters.mysql.text import Packet, packets, text_of
from kernel.ports.database import (
    DatabaseRefused,
    DatabaseUnavailable,
    DialectName,
    ExpectationFailed,
    Row,
    Statement,
    Write,
)

T = TypeVar("T")

_ATTEMPTS: Final = 6
_CREATE_LOCK_SECONDS: Final = 60

_TABLES: Final = b"SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
_COLUMNS: Final = (
    b"SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '%b'"
)
_INDEXES: Final = (
    b"SELECT DISTINCT table_name, index_name FROM information_schema.statistics WHERE table_schema = DATABASE()"
)
# Text is equal and sorted by its bytes, trailing spaces included, as in SQLite: MySQL and MariaDB each have a collation
# for that, by another name. `utf8mb4_bin`, which both have, takes 'a' and 'a ' for the same key.
_COLLATIONS: Final = (
    b"SELECT collation_name FROM information_schema.collations"
    b" WHERE collation_name IN ('utf8mb4_0900_bin', 'utf8mb4_nopad_bin') ORDER BY collation_name"
)


class _Types(MySQLTypeCompiler):
    """Text and bytes without a length hold 16 MiB, not 64 KiB."""

    def visit_text(self, type_: Any, **_: Any) -> str:
        return "MEDIUMTEXT"

    def visit_large_binary(self, type_: Any, **_: Any) -> str:
        return "MEDIUMBLOB"


class _Dialect(MySQLDialect):
    type_compiler_cls = _Types


_DIALECT: Final = _Dialect()


class MysqlDatabase:
    """A `Database` on a MySQL-compatible server, through a pool of connections.

    A transaction travels in one packet, and its COMMIT in a second. What the server undid, or never had the COMMIT of,
    is done again within a bound; when the answer to a COMMIT is lost, nobody knows, and DatabaseUnavailable is raised.
    """

    dialect: DialectName = "mysql"

    def __init__(self, connector: Connector) -> None:
        self._options = connector.options
        self._where = connector.where
        self._create_lock = "taskledger-" + hashlib.sha256(connector.database.encode()).hexdigest()[:32]
        self._pool = Pool(connector.database, connector.connect, connector.options)

    @classmethod
    async def open(cls, url: str) -> "MysqlDatabase":
        """Take on a database at `mysql://user:password@host:port/name`.

        The URL's query may have `kernel.adapters.mysql.connection.Options`. The first connection is made when the first
        statement needs it. Raises ValueError for a URL that is none.
        """
        return cls(Connector(url))

    async def create(self, metadata: MetaData) -> None:
        await self._alone(lambda connection: _define(connection, metadata))

    async def add_columns(self, table: Table, *columns: str) -> None:
        async def work(connection: Connection) -> None:
            there = {row[0] for row in await connection.rows(_COLUMNS % table.name.encode())}
            for name in columns:
                if name not in there:
                    column = str(CreateColumn(table.c[name]).compile(dialect=_DIALECT))
                    await connection.rows(f"ALTER TABLE `{table.name}` ADD COLUMN {column}".encode())

        await self._alone(work)

    async def _alone(self, define: Callable[[Connection], Awaitable[None]]) -> None:
        """Define something while no other process does: services start together, and each makes what it needs."""

        async def work(connection: Connection) -> None:
            lock = b"('%b', %d)" % (self._create_lock.encode(), _CREATE_LOCK_SECONDS)
            if await connection.rows(b"SELECT GET_LOCK" + lock) != ((1,),):
                raise DatabaseUnavailable(f"{self._where}: another process has been creating tables for long")
            try:
                await define(connection)
            except BaseException:
                connection.break_off()  # which frees the lock
                raise
            await connection.rows(b"SELECT RELEASE_LOCK('%b')" % self._create_lock.encode())

        await self._done(work, self._options.long_timeout)

    async def drop(self, metadata: MetaData) -> None:
        async def work(connection: Connection) -> None:
            tables = {row[0] for row in await connection.rows(_TABLES)}
            for table in reversed(metadata.sorted_tables):
                if table.name in tables:
                    await connection.rows(_definition(DropTable(table, if_exists=True)))

        await self._done(work, self._options.long_timeout)

    async def fetch(
        self, statement: Statement, params: Mapping[str, Any] | None = None, *, long: bool = False
    ) -> Sequence[Row]:
        sql = text_of(statement.compiled("mysql"), params or {})
        return await self._done(
            lambda connection: connection.rows(sql), self._options.long_timeout if long else self._options.timeout
        )

    async def write(self, *writes: Write, durable: bool = True) -> None:
        script = list(packets(writes))

        async def work(connection: Connection) -> None:
            await _carry_out(connection, writes, script)
            try:
                await connection.commit()
            except DRIVER_FAULTS as error:
                raise DatabaseUnavailable(f"{self._where}: a commit was not answered: {error}") from error

        if writes:
            await self._done(work, self._options.long_timeout)

    async def ping(self) -> None:
        await self._done(Connection.ping, self._options.timeout)

    async def close(self) -> None:
        await self._pool.close()

    async def _done(self, work: Callable[[Connection], Awaitable[T]], within: float) -> T:
        """Do `work` on a connection: again where the server undid it, once more where the connection was dead."""
        fault: Exception = DatabaseUnavailable("never tried")
        try:
            async with asyncio.timeout(within):
                for attempt in range(1, _ATTEMPTS + 1):
                    try:
                        return await self._tried(work)
                    except DRIVER_FAULTS as error:
                        kind, fault = fault_of(error), translated(error, self._where)
                        if not (kind == "victim" or (kind == "lost" and attempt == 1)):
                            raise fault from error
                        if kind == "lost":
                            self._pool.drop_idle()
                    await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - spreads load, keeps no secret
        except TimeoutError as error:
            raise DatabaseUnavailable(f"{self._where}: no answer in {within:g} s") from error
        raise fault

    async def _tried(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        async with self._pool.connection() as connection:
            try:
                return await work(connection)
            except (ExpectationFailed, DatabaseRefused):
                await connection.undo()
                raise
            except DRIVER_FAULTS as error:
                if fault_of(error) != "lost" and not connection.broken:
                    await connection.undo()
                raise


async def _carry_out(connection: Connection, writes: Sequence[Write], script: Sequence[Packet]) -> None:
    """Begin a transaction and do all of it but the COMMIT."""
    hits = [0] * len(writes)
    for packet in script:
        if len(packet.text) >= connection.largest:
            raise DatabaseRefused(f"a statement has {len(packet.text)} bytes, the server takes {connection.largest}")
        owners = iter(packet.owners)
        try:
            async for hit in connection.hits(packet.text):
                owner = next(owners)
                if owner is not None:
                    hits[owner] += hit
        except DRIVER_FAULTS as error:
            # Its cause may be that a write before it did not hit what it should.
            if fault_of(error) != "lost":
                _check(writes, hits, next(owners, None) or 0)
            raise
    _check(writes, hits, len(writes))


def _check(writes: Sequence[Write], hits: Sequence[int], end: int) -> None:
    for index in range(end):
        expect = writes[index].expect
        if expect is not None and hits[index] != expect:
            raise ExpectationFailed(index)


async def _define(connection: Connection, metadata: MetaData) -> None:
    collation = (await connection.rows(_COLLATIONS))[0][0]
    options = f" ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE {collation}".encode()
    tables = {row[0] for row in await connection.rows(_TABLES)}
    indexes = {tuple(row) for row in await connection.rows(_INDEXES)}
    for table in metadata.sorted_tables:
        if table.name not in tables:
            await connection.rows(_definition(CreateTable(table)) + options)
        for index in table.indexes:
            if (table.name, index.name) not in indexes:
                await connection.rows(_definition(CreateIndex(index)))


def _definition(definition: DDLElement) -> bytes:
    return str(definition.compile(dialect=_DIALECT)).strip().encode()
