"""A database of an older program is lifted by numbered steps, on each kind of database."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, insert, select, update

from kernel.consuming import steps
from kernel.consuming.steps import AddColumns, Step
from kernel.ports.database import Database, DatabaseRefused, Statement, Write
from kernel.ports.faults import NewerData
from kernel.process.platform import Platform

FIRST = MetaData()
OLD = Table("people", FIRST, Column("id", String(16), primary_key=True))
NEWEST = MetaData()
NEW = Table(
    "people",
    NEWEST,
    Column("id", String(16), primary_key=True),
    Column("rhythm", String(16), nullable=False, server_default="quiet"),
    Column("minutes", Integer, nullable=True),
)
Table("watched", NEWEST, Column("id", String(16), primary_key=True))

ADD_OLD = Statement(insert(OLD).values(id=bindparam("id")))
READ = Statement(select(NEW.c.id, NEW.c.rhythm, NEW.c.minutes))
WATCHED = Statement(select(NEWEST.tables["watched"].c.id))
STEPS: list[Step] = [
    [AddColumns(NEW, ("rhythm",))],
    [AddColumns(NEW, ("minutes",)), Write(Statement(update(NEW).values(minutes=3)))],
]


@pytest.fixture
async def database(sql_url: str) -> AsyncIterator[Database]:
    async with Platform() as platform:
        yield await platform.database(sql_url)


async def an_old_one(database: Database) -> None:
    await database.create(FIRST)
    await database.write(Write(ADD_OLD, {"id": "ann"}))


async def test_what_an_unnumbered_program_made_is_lifted_with_its_rows(database: Database) -> None:
    await an_old_one(database)
    for _ in range(2):
        await steps.lift(database, "people", NEWEST, STEPS)
        assert list(await database.fetch(READ)) == [("ann", "quiet", 3)]
    assert list(await database.fetch(WATCHED)) == []


async def test_a_step_that_a_crash_cut_short_is_finished(database: Database) -> None:
    await an_old_one(database)
    await database.add_columns(NEW, "rhythm", "minutes")  # all but the number
    await steps.lift(database, "people", NEWEST, STEPS)
    assert list(await database.fetch(READ)) == [("ann", "quiet", 3)]


async def test_each_step_is_taken_once(database: Database) -> None:
    await an_old_one(database)
    await steps.lift(database, "people", FIRST, ())
    await steps.lift(database, "people", NEWEST, STEPS)
    await database.write(Write(Statement(update(NEW).values(minutes=9))))
    await steps.lift(database, "people", NEWEST, STEPS)
    assert list(await database.fetch(READ)) == [("ann", "quiet", 9)]


async def test_a_new_one_has_the_newest_shape_at_once(database: Database) -> None:
    await steps.lift(database, "people", NEWEST, STEPS)
    assert list(await database.fetch(READ)) == []


async def test_an_older_program_is_refused_with_the_version_that_it_needs(database: Database) -> None:
    await steps.lift(database, "people", NEWEST, STEPS)
    with pytest.raises(NewerData, match=r"has shape 3, which Taskledger \d.* made; this one.* knows 1"):
        await steps.lift(database, "people", FIRST, ())


async def test_a_column_is_not_made_up_where_no_table_is(database: Database) -> None:
    with pytest.raises(DatabaseRefused):
        await database.add_columns(NEW, "rhythm")
