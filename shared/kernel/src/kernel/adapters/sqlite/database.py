"""A SQL database in one SQLite file."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable, DDLElement, DropTable

from kernel.adapters.sqlite.engine import GroupCommitWriter, Readers, Synchronous, connect, is_passing
from kernel.ports.database import (
    DatabaseRefused,
    DatabaseUnavailable,
    DialectName,
    DuplicateRow,
    ExpectationFailed,
    Row,
    Statement,
    Write,
)

_DIALECT: Final = sqlite.dialect()

_One: TypeAlias = tuple[Any, ...]

_DUPLICATES: Final = frozenset(
    {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_ROWID}
)

# What the driver raises for values that SQLite has no form for: other types, lone surrogates, integers over 64 bits.
_FAULTS: Final = (sqlite3.Error, OverflowError, UnicodeEncodeError)


class SqliteDatabase:
    """A `Database` in a SQLite file that several processes may share."""

    dialect: DialectName = "sqlite"

    def __init__(self, path: Path, writing: sqlite3.Connection, reading: sqlite3.Connection) -> None:
        self._reading = reading
        self._readers = Readers(path, path.stem)
        self._writer = GroupCommitWriter(writing, path.stem)

    @classmethod
    async def open(cls, path: Path, synchronous: Synchronous = "FULL") -> "SqliteDatabase":
        """Open or create the file. Raises DatabaseUnavailable.

        With `synchronous="NORMAL"` a power cut may undo the newest transactions, oldest kept first and none by halves:
        enough for what can be computed again from the log, for its checkpoints are undone together with its rows.
        """

        def prepare() -> tuple[sqlite3.Connection, sqlite3.Connection]:
            return connect(path, synchronous), connect(path)

        try:
            return cls(path, *await asyncio.to_thread(prepare))
        except sqlite3.Error as error:
            raise DatabaseUnavailable(f"{path}: {error}") from error

    async def create(self, metadata: MetaData) -> None:
        made: list[DDLElement] = []
        for table in metadata.sorted_tables:
            made.append(CreateTable(table, if_not_exists=True))
            made.extend(CreateIndex(index, if_not_exists=True) for index in table.indexes)
        await self._define(made)

    async def add_columns(self, table: Table, *columns: str) -> None:
        texts = {name: str(CreateColumn(table.c[name]).compile(dialect=_DIALECT)) for name in columns}

        def work(db: sqlite3.Connection) -> None:
            there = {row[1] for row in db.execute(f'PRAGMA table_info("{table.name}")')}
            for name, text in texts.items():
                if name not in there:
                    db.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {text}')

        await self._run(work)

    async def drop(self, metadata: MetaData) -> None:
        await self._define([DropTable(table, if_exists=True) for table in reversed(metadata.sorted_tables)])

    async def fetch(
        self, statement: Statement, params: Mapping[str, Any] | None = None, *, long: bool = False
    ) -> Sequence[Row]:
        compiled = statement.compiled("sqlite")
        sql, values = compiled.sql, compiled.bind(params or {})
        try:
            if long:
                return await self._readers.run(lambda db: db.execute(sql, values).fetchall())
            return self._reading.execute(sql, values).fetchall()
        except _FAULTS as error:
            raise _translated(error) from error

    async def write(self, *writes: Write, durable: bool = True) -> None:
        bound = [_bound(write) for write in writes]

        def work(db: sqlite3.Connection) -> None:
            for index, (sql, values, expect) in enumerate(bound):
                run = db.executemany(sql, values) if isinstance(values, list) else db.execute(sql, values)
                if expect is not None and run.rowcount != expect:
                    raise ExpectationFailed(index)

        await self._run(work, durable=durable)

    async def ping(self) -> None:
        try:
            self._reading.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            await self._writer.probe()
        except sqlite3.Error as error:
            raise _translated(error) from error

    async def close(self) -> None:
        await self._writer.close()
        await self._readers.close()
        self._reading.close()

    async def _define(self, definitions: Sequence[DDLElement]) -> None:
        statements = [str(definition.compile(dialect=_DIALECT)) for definition in definitions]

        def work(db: sqlite3.Connection) -> None:
            for statement in statements:
                db.execute(statement)

        await self._run(work)

    async def _run(self, work: Callable[[sqlite3.Connection], None], *, durable: bool = True) -> None:
        try:
            await self._writer.submit(work, durable=durable)
        except _FAULTS as error:
            raise _translated(error) from error


def _bound(write: Write) -> tuple[str, _One | list[_One], int | None]:
    compiled = write.statement.compiled("sqlite")
    if isinstance(write.params, Mapping):
        return compiled.sql, compiled.bind(write.params), write.expect
    return compiled.sql, [compiled.bind(params) for params in write.params], write.expect


def _translated(error: BaseException) -> Exception:
    if getattr(error, "sqlite_errorcode", None) in _DUPLICATES:
        return DuplicateRow(str(error))
    if is_passing(error):
        return DatabaseUnavailable(str(error))
    return DatabaseRefused(f"{type(error).__name__}: {error}")
