"""The SQL port: statements described once in SQLAlchemy Core, compiled once per dialect, run by the bare driver.

Tables use only integers, text and bytes, so that rows need no conversion (times are RFC 3339 text or integer
microseconds). A transaction is data: a sequence of writes, each of which may state how many rows it must hit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal, Protocol, TypeAlias

from sqlalchemy import ClauseElement, MetaData, Table
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

DialectName: TypeAlias = Literal["sqlite", "mysql"]
Row: TypeAlias = tuple[Any, ...]

_DIALECTS = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "mysql": mysql.dialect(paramstyle="format"),
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL text of one dialect with the names of its positional parameters, and constants bound in the statement."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]

    def bind(self, params: Mapping[str, Any]) -> tuple[Any, ...]:
        """The positional values for the driver. Raises KeyError when a parameter is missing."""
        return self.pick({**self.constants, **params} if self.constants else params)


def _picking(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda params: tuple(params[name] for name in names)


class Statement:
    """A statement that is compiled once per dialect.

    Given as a clause, or as a function of the dialect's name where the dialects differ (`upsert` below).
    Parameters are named `bindparam`s.
    """

    __slots__ = ("_by_dialect", "_make")

    def __init__(self, clause: ClauseElement | Callable[[DialectName], ClauseElement]) -> None:
        self._make = (lambda _: clause) if isinstance(clause, ClauseElement) else clause
        self._by_dialect: dict[DialectName, Compiled] = {}

    def compiled(self, dialect: DialectName) -> Compiled:
        """The statement in a dialect."""
        known = self._by_dialect.get(dialect)
        if known is None:
            made = self._make(dialect).compile(dialect=_DIALECTS[dialect])
            if not isinstance(made, SQLCompiler):
                raise TypeError("a statement queries or changes rows; tables are defined by Database.create")
            names = tuple(made.positiontup or ())
            constants = {name: made.params[name] for name in names if not made.binds[name].required}
            known = self._by_dialect[dialect] = Compiled(str(made), names, constants, _picking(names))
        return known


def upsert(table: Table) -> Statement:
    """Insert a row with a value for every column, or overwrite the row with the same primary key."""
    keys = {column.name for column in table.primary_key}
    values = [column.name for column in table.columns if column.name not in keys]

    def make(dialect: DialectName) -> ClauseElement:
        if dialect == "sqlite":
            insert = sqlite.insert(table)
            if not values:
                return insert.on_conflict_do_nothing()
            return insert.on_conflict_do_update(
                index_elements=[table.c[name] for name in keys], set_={name: insert.excluded[name] for name in values}
            )
        into = mysql.insert(table)
        # VALUES(column) rather than an alias: MariaDB knows no row alias.
        return into.on_duplicate_key_update({name: into.inserted[name] for name in values or sorted(keys)})

    return Statement(make)


@dataclass(frozen=True, slots=True)
class Write:
    """One statement of a transaction. With `expect`, the transaction is undone unless so many rows were hit.

    `params` is one mapping, or a sequence of them for executemany (then `expect` is of all of them together). A row
    that is updated to what it was is hit. Of an `upsert` nothing can be expected: databases count its hits differently.
    """

    statement: Statement
    params: Mapping[str, Any] | Sequence[Mapping[str, Any]] = field(default_factory=dict)
    expect: int | None = None


class ExpectationFailed(Exception):
    """A write hit another number of rows than it expected; the transaction was undone. `index` tells which write."""

    def __init__(self, index: int) -> None:
        super().__init__(f"write {index} hit another number of rows than expected")
        self.index = index


class DuplicateRow(Exception):
    """A row with this primary or unique key exists; the transaction was undone."""


class DatabaseRefused(Exception):
    """The database refuses the statement or the data, now and later; the transaction was undone."""


class DatabaseUnavailable(Exception):
    """The database does not answer, is locked, or ended the transaction as a dead-lock's victim; retry."""


class Database(Protocol):
    """A SQL database. `dialect` names its SQL."""

    dialect: DialectName

    async def create(self, metadata: MetaData) -> None:
        """Create the tables and indexes that do not exist."""
        ...

    async def add_columns(self, table: Table, *columns: str) -> None:
        """Add those of a table's columns that it lacks; each may be null or has a server default."""
        ...

    async def drop(self, metadata: MetaData) -> None:
        """Drop the tables that exist."""
        ...

    async def fetch(
        self, statement: Statement, params: Mapping[str, Any] | None = None, *, long: bool = False
    ) -> Sequence[Row]:
        """All rows of a query. `long` marks one that may take over a millisecond: it must not run on the event loop.

        Raises DatabaseUnavailable, DatabaseRefused.
        """
        ...

    async def write(self, *writes: Write, durable: bool = True) -> None:
        """Carry out all writes in one transaction, durable unless `durable` is False.

        One that is not survives the end of the process, but perhaps not a power cut, where it is undone as a whole
        together with everything after it: enough for what a checkpoint in the same transaction has done again.
        Raises ExpectationFailed, DuplicateRow, DatabaseRefused, DatabaseUnavailable; then nothing is written.
        """
        ...

    async def ping(self) -> None:
        """Return when the database answers. Raises DatabaseUnavailable."""
        ...

    async def close(self) -> None:
        """Finish what was accepted and let go of every resource."""
        ...
