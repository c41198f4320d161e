"""What every adapter of `Database` promises."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from kernel.ports.database import Database, DatabaseRefused, DuplicateRow, ExpectationFailed, Statement, Write, upsert
from kernel.process.platform import Platform

metadata = MetaData()
things = Table(
    "contract_things",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("amount", BigInteger, nullable=True),
    Column("document", LargeBinary, nullable=True),
    Column("note", Text, nullable=True),
    Index("contract_things_by_amount", "amount"),
)

ADD: Final = Statement(insert(things).values(id=bindparam("id"), name=bindparam("name"), amount=bindparam("amount")))
PUT: Final = upsert(things)
SET: Final = Statement(update(things).where(things.c.id == bindparam("id_")).values(amount=bindparam("new")))
MOVE: Final = Statement(
    update(things)
    .where((things.c.id == bindparam("id_")) & (things.c.amount == bindparam("old")))
    .values(amount=bindparam("new"))
)
ADD_TO: Final = Statement(
    update(things).where(things.c.id == bindparam("id_")).values(amount=things.c.amount + bindparam("more"))
)
CLEAR: Final = Statement(update(things).where(things.c.id == bindparam("id_")).values(amount=None, note="cleared"))
REMOVE: Final = Statement(delete(things).where(things.c.id == bindparam("id_")))
AMOUNTS: Final = Statement(select(things.c.id, things.c.amount).order_by(things.c.id))
READ: Final = Statement(
    select(things.c.name, things.c.amount, things.c.document, things.c.note).where(things.c.id == bindparam("id_"))
)
COUNT: Final = Statement(select(func.count()).select_from(things))


@pytest.fixture
async def database(database: Database) -> Database:
    await database.create(metadata)
    return database


def add(thing: str, amount: int | None = 0) -> Write:
    return Write(ADD, {"id": thing, "name": f"name of {thing}", "amount": amount})


def put(thing: str, **values: Any) -> Write:
    row: Mapping[str, Any] = {"id": thing, "name": thing, "amount": None, "document": None, "note": None, **values}
    return Write(PUT, row)


async def amounts(database: Database) -> dict[str, int | None]:
    return dict(tuple(row) for row in await database.fetch(AMOUNTS))


async def test_values_come_back_as_they_went(database: Database) -> None:
    await database.write(
        put("a", name="이름", amount=2**62, document=b"\x00\xff", note="\N{GRINNING FACE} 'quoted' \\ %s ? :x")
    )
    expected = ("이름", 2**62, b"\x00\xff", "\N{GRINNING FACE} 'quoted' \\ %s ? :x")
    for long in (False, True):
        assert [tuple(row) for row in await database.fetch(READ, {"id_": "a"}, long=long)] == [expected]
    await database.write(put("a"))
    assert [tuple(row) for row in await database.fetch(READ, {"id_": "a"})] == [("a", None, None, None)]


async def test_creating_again_keeps_the_rows_and_dropping_removes_them(database: Database) -> None:
    await database.write(add("a"))
    await database.create(metadata)
    assert await amounts(database) == {"a": 0}
    await database.drop(metadata)
    await database.drop(metadata)
    with pytest.raises(DatabaseRefused):
        await database.fetch(AMOUNTS)
    await database.create(metadata)
    assert await amounts(database) == {}


async def test_constants_of_a_statement_are_bound(database: Database) -> None:
    await database.write(add("a", 5), Write(CLEAR, {"id_": "a"}))
    assert [tuple(row) for row in await database.fetch(READ, {"id_": "a"})] == [("name of a", None, None, "cleared")]


async def test_a_missing_parameter_is_an_error_and_writes_nothing(database: Database) -> None:
    with pytest.raises(KeyError):
        await database.write(add("a"), Write(SET, {"id_": "a"}))
    assert await amounts(database) == {}


async def test_writes_of_a_transaction_are_done_in_order(database: Database) -> None:
    await database.write(add("a", 1), Write(MOVE, {"id_": "a", "old": 1, "new": 2}, expect=1), add("b"))
    await database.write(Write(REMOVE, {"id_": "b"}), add("b", 7))
    assert await amounts(database) == {"a": 2, "b": 7}


async def test_one_statement_writes_many_rows(database: Database) -> None:
    rows = [{"id": f"{n:03}", "name": f"{n}", "amount": n} for n in range(300)]
    await database.write(Write(ADD, rows), Write(ADD, []))
    assert [tuple(row) for row in await database.fetch(COUNT)] == [(300,)]


async def test_many_rows_of_one_statement_are_expected_together(database: Database) -> None:
    await database.write(*(add(name, 1) for name in "abc"))
    moves = [{"id_": name, "old": 1, "new": 2} for name in "abc"]
    await database.write(Write(MOVE, moves, expect=3))
    assert await amounts(database) == {"a": 2, "b": 2, "c": 2}
    some = [{"id_": "a", "old": 2, "new": 3}, {"id_": "b", "old": 1, "new": 3}]
    with pytest.raises(ExpectationFailed):
        await database.write(Write(MOVE, some, expect=2))
    assert await amounts(database) == {"a": 2, "b": 2, "c": 2}


async def test_what_need_not_be_durable_is_there_for_every_reader(database: Database) -> None:
    await database.write(add("a", 1), durable=False)
    await database.write(add("b", 2))
    assert await amounts(database) == {"a": 1, "b": 2}


async def test_another_number_of_rows_than_expected_undoes_the_transaction(database: Database) -> None:
    await database.write(add("a", 1))
    for write, expect in [
        (Write(MOVE, {"id_": "a", "old": 9, "new": 2}, expect=1), 1),
        (Write(SET, {"id_": "a", "new": 2}, expect=0), 0),
        (Write(REMOVE, {"id_": "nobody"}, expect=1), 1),
    ]:
        assert write.expect == expect
        with pytest.raises(ExpectationFailed) as failed:
            await database.write(add("b"), write)
        assert failed.value.index == 1
    assert await amounts(database) == {"a": 1}


async def test_a_write_that_missed_counts_before_what_went_wrong_after_it(database: Database) -> None:
    await database.write(add("a", 1))
    missed = Write(MOVE, {"id_": "a", "old": 9, "new": 2}, expect=1)
    with pytest.raises(ExpectationFailed) as failed:
        await database.write(missed, add("a"), add("b"))
    assert failed.value.index == 0
    with pytest.raises(DuplicateRow):
        await database.write(add("a"), missed)
    assert await amounts(database) == {"a": 1}


async def test_a_large_transaction_is_carried_out_or_undone_as_a_whole(database: Database) -> None:
    many = 3_000
    rows = [
        {"id": f"{n:05}", "name": f"{n}", "amount": 1, "document": b"\0" * 700, "note": "?" * 300} for n in range(many)
    ]
    moves = [{"id_": f"{n:05}", "old": 1, "new": 2} for n in range(many)]
    await database.write(Write(PUT, rows), Write(MOVE, moves, expect=many))
    assert set((await amounts(database)).values()) == {2}
    again = [{**move, "old": 2, "new": 3} for move in moves]
    again[many // 2]["old"] = 1
    with pytest.raises(ExpectationFailed) as failed:
        await database.write(Write(PUT, rows), Write(MOVE, moves), Write(MOVE, again, expect=many))
    assert failed.value.index == 2
    with pytest.raises(DuplicateRow):
        await database.write(Write(MOVE, moves), add("new"), add("00007"))
    assert set((await amounts(database)).values()) == {2}


async def test_transactions_that_take_the_same_rows_the_other_way_round_all_come_through(
    database: Database, second_database: Database
) -> None:
    names = [f"{n}" for n in range(8)]
    await database.write(*(add(name, 0) for name in names))
    moves = [Write(ADD_TO, {"id_": name, "more": 1}, expect=1) for name in names]
    await asyncio.gather(
        *(each.write(*(moves if n % 2 else reversed(moves))) for n, each in enumerate([database, second_database] * 10))
    )
    assert await amounts(database) == dict.fromkeys(names, 20)


async def test_an_update_to_the_same_value_hits_its_row(database: Database) -> None:
    await database.write(add("a", 1))
    await database.write(Write(SET, {"id_": "a", "new": 1}, expect=1))


async def test_a_row_that_exists_is_a_duplicate_by_either_key(database: Database) -> None:
    await database.write(add("a", 1))
    other = Write(ADD, {"id": "b", "name": "name of a", "amount": 0})
    for duplicate in (add("a", 2), other):
        with pytest.raises(DuplicateRow):
            await database.write(add("c"), duplicate)
    assert await amounts(database) == {"a": 1}


async def test_what_can_never_be_written_is_refused(database: Database) -> None:
    nothing = {"id": "x", "name": None, "amount": 0}
    for write in (Write(ADD, nothing), put("x", note="\ud800"), put("x", amount=2**70), put("x", note=object())):
        with pytest.raises(DatabaseRefused):
            await database.write(add("c"), write)
    with pytest.raises(DatabaseRefused):
        await database.fetch(Statement(text("SELECT nonsense FROM nowhere")))
    with pytest.raises(DatabaseRefused):
        await database.fetch(Statement(text("SELECT nonsense FROM nowhere")), long=True)
    assert await amounts(database) == {}


async def test_a_refused_transaction_does_not_disturb_its_neighbours(database: Database) -> None:
    await database.write(add("5"))
    results = await asyncio.gather(*(database.write(add(f"{n}", n)) for n in range(20)), return_exceptions=True)
    assert [type(result).__name__ for result in results if result is not None] == ["DuplicateRow"]
    assert await amounts(database) == {f"{n}": n if n != 5 else 0 for n in range(20)}


async def test_of_transactions_that_move_the_same_value_one_wins(database: Database, second_database: Database) -> None:
    await database.write(add("a", 0))
    for old in range(3):
        results = await asyncio.gather(
            *(
                each.write(Write(MOVE, {"id_": "a", "old": old, "new": old + 1}, expect=1))
                for each in [database, second_database] * 8
            ),
            return_exceptions=True,
        )
        assert Counter(type(result).__name__ for result in results) == {"NoneType": 1, "ExpectationFailed": 15}
    assert await amounts(second_database) == {"a": 3}


async def test_what_was_written_is_seen_at_once_by_every_reader(database: Database, second_database: Database) -> None:
    for n in range(20):
        await database.write(add(f"{n}"))
        for each in (database, second_database):
            for long in (False, True):
                assert [tuple(row) for row in await each.fetch(COUNT, long=long)] == [(n + 1,)]


async def test_rows_are_there_after_closing_and_opening(database_url: str) -> None:
    async with Platform() as platform:
        database = await platform.database(database_url)
        await database.create(metadata)
        await database.write(add("a", 1))
    async with Platform() as platform:
        database = await platform.database(database_url)
        await database.ping()
        assert await amounts(database) == {"a": 1}
        await database.drop(metadata)
