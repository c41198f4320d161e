"""The rows of notify-service from one database to another: inbox, ledger, preferences, feed and checkpoints."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Table, and_, bindparam, or_, select

from kernel.consuming import checkpoints
from kernel.ports.database import Database, Row, Statement, Write, upsert
from notify_service import tables

# How far a consumer has reconciled is not among them: streams change once more at the target, all of them.
CHECKPOINTS: Final = (checkpoints.checkpoints,)
TOLD: Final = (
    tables.preferences,
    tables.members,
    tables.notices,
    tables.inbox,
    tables.deliveries,
    tables.feed,
)

_PAGE: Final = 200


async def copy_rows(folder: Database, target: Database, copied: Sequence[Table]) -> None:
    """Write every row of some tables, over those with the same keys. Raises DatabaseUnavailable, DatabaseRefused."""
    for database in (folder, target):
        for metadata in (checkpoints.metadata, tables.metadata):
            await database.create(metadata)
    for table in copied:
        put = upsert(table)
        names = table.columns.keys()
        async for _, rows in _pages(folder, table):
            await target.write(Write(put, [dict(zip(names, row, strict=True)) for row in rows]))


async def different_rows(folder: Database, target: Database, compared: Sequence[Table], differences: list[str]) -> int:
    """Compare every row with that of the same key at the target and add to `differences`; how many rows there are."""
    count = 0
    for table in compared:
        between = Statement(select(table).where(_behind(table), _upto(table)))
        async for after, rows in _pages(folder, table):
            last = _key(table, rows[-1])
            found = await target.fetch(between, _bound("after", after) | _bound("upto", last), long=True)
            lost = set(rows) - set(found)
            differences += [f"{table.name} {_key(table, row)} is another row at the target" for row in lost]
            count += len(rows)
    return count


async def _pages(database: Database, table: Table) -> AsyncIterator[tuple[Row, Sequence[Row]]]:
    """All rows by their primary key, some at a time, each time with the key that they come behind."""
    keys = list(table.primary_key)
    page = Statement(select(table).where(_behind(table)).order_by(*keys).limit(_PAGE))
    after: Row = tuple(-1 if isinstance(key.type, Integer) else "" for key in keys)
    while rows := await database.fetch(page, _bound("after", after), long=True):
        yield after, rows
        after = _key(table, rows[-1])


def _key(table: Table, row: Row) -> Row:
    names = table.columns.keys()
    return tuple(row[names.index(key.name)] for key in table.primary_key)


def _bound(name: str, key: Row) -> dict[str, Any]:
    return {f"{name}_{index}": part for index, part in enumerate(key)}


def _behind(table: Table) -> ColumnElement[bool]:
    """Not as one comparison of tuples, for which MySQL would use no index."""
    first, *second = table.primary_key
    behind = first > bindparam("after_0")
    for key in second:
        behind = or_(behind, and_(first == bindparam("after_0"), key > bindparam("after_1")))
    return behind


def _upto(table: Table) -> ColumnElement[bool]:
    first, *second = table.primary_key
    if not second:
        return first <= bindparam("upto_0")
    return or_(first < bindparam("upto_0"), and_(first == bindparam("upto_0"), second[0] <= bindparam("upto_1")))
