"""Numbered steps of a database that must not be made anew: what an older program made is lifted, once, in order.

The read model needs none, for the log gives it back. A number is of the shape that a database has: 1 is the first, and
`steps[n]` lifts from n + 1 to n + 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, TypeAlias

from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, literal, select

from kernel.ports.database import Database, DatabaseRefused, Statement, Write, upsert
from kernel.ports.faults import NewerData

metadata: Final = MetaData()

schema_steps: Final = Table(
    "schema_steps",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
    # The program that made it so: what an older one tells of.
    Column("program", String(32), nullable=False),
)

_READ: Final = Statement(
    select(schema_steps.c.number, schema_steps.c.program).where(schema_steps.c.name == bindparam("name"))
)
_PUT: Final = upsert(schema_steps)


@dataclass(frozen=True, slots=True)
class AddColumns:
    """Columns that a table gains; each may be null or has a server default, for there are rows already."""

    table: Table
    columns: tuple[str, ...]


Change: TypeAlias = AddColumns | Write
"""A write of a step may be carried out again after a crash."""

Step: TypeAlias = Sequence[Change]


async def lift(database: Database, name: str, tables: MetaData, steps: Sequence[Step] = ()) -> None:
    """Bring the tables to the newest shape, whoever made them; new tables are made by themselves.

    Raises NewerData where a newer program has been here, DatabaseUnavailable.
    """
    await database.create(metadata)
    newest = 1 + len(steps)
    rows = await database.fetch(_READ, {"name": name})
    if rows:
        number, program = rows[0]
    else:
        number, program = (1 if await _is_made(database, tables) else newest), ""
    if number > newest:
        raise NewerData(
            f"The database of {name} has shape {number}, which Taskledger {program} made; this one,"
            f" {_program()}, knows {newest}. Start Taskledger {program} or newer."
        )
    for reached, step in enumerate(steps[number - 1 :], number + 1):
        for change in step:
            if isinstance(change, AddColumns):
                await database.add_columns(change.table, *change.columns)
        writes = [change for change in step if isinstance(change, Write)]
        await database.write(*writes, Write(_PUT, {"name": name, "number": reached, "program": _program()}))
    await database.create(tables)
    if not rows and number == newest:
        await database.write(Write(_PUT, {"name": name, "number": newest, "program": _program()}))


async def _is_made(database: Database, tables: MetaData) -> bool:
    """Whether the tables are there, made by a program that did not number them."""
    try:
        await database.fetch(Statement(select(literal(1)).select_from(tables.sorted_tables[0]).limit(1)))
    except DatabaseRefused:
        return False
    return True


def _program() -> str:
    return version("taskledger-kernel")
