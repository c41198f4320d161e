"""What every adapter of `Database` promises of values: how they come back, which are equal, how they sort."""

from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table, Text, bindparam, delete, func, select

from kernel.ports.database import Database, DatabaseRefused, DuplicateRow, Statement, Write, upsert

metadata = MetaData()
values = Table(
    "contract_values",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number", BigInteger, nullable=True),
    Column("name", String(200), nullable=True, unique=True),
    Column("body", LargeBinary, nullable=True),
    Column("note", Text, nullable=True),
)

PUT: Final = upsert(values)
REMOVE_ALL: Final = Statement(delete(values))
ALL: Final = Statement(select(values.c.number, values.c.name, values.c.body, values.c.note).order_by(values.c.number))
NAMES: Final = Statement(select(values.c.name).order_by(values.c.name))
NAMES_BACKWARDS: Final = Statement(select(values.c.name).order_by(values.c.name.desc()))
BEHIND: Final = Statement(
    select(values.c.name).where(values.c.name > bindparam("name_")).order_by(values.c.name).limit(bindparam("limit"))
)
NAMED: Final = Statement(select(values.c.id).where(values.c.name == bindparam("name_")))
FOUND: Final = Statement(select(values.c.id).where(func.instr(values.c.note, bindparam("q")) > 0).order_by(values.c.id))

KINDRED: Final = [
    "",
    " ",
    "A",
    "a",
    "a ",
    "a  ",
    " a",
    "a\t",
    "a\0",
    "a\0b",
    "ab",
    "B",
    "b",
    "ß",
    "ss",
    "é",
    "e\N{COMBINING ACUTE ACCENT}",
    "각",
    "\u1100\u1161\u11a8",
    "가",
    "힣",
    "\uffff",
    "\N{GRINNING FACE}",
    "\U0010ffff",
    "%",
    "_",
    "\\",
    "\\'",
    "'",
    '"',
    "`",
    ";",
    "--",
]
"""Texts that some collation takes for the same or sorts in another way than by their code points."""


@pytest.fixture
async def database(database: Database) -> Database:
    await database.create(metadata)
    return database


def row(key: str, **given: Any) -> dict[str, Any]:
    return {"id": key, "number": None, "name": None, "body": None, "note": None, **given}


async def test_integers_of_64_bits_come_back(database: Database) -> None:
    numbers = [-(2**63), -1, 0, 1, 2**53 + 1, 2**63 - 1]
    await database.write(Write(PUT, [row(str(number), number=number) for number in numbers]))
    assert [found[0] for found in await database.fetch(ALL)] == numbers
    for beyond in (2**63, -(2**63) - 1):
        with pytest.raises(DatabaseRefused):
            await database.write(Write(PUT, row("beyond", number=beyond)))


async def test_a_sum_of_integers_is_an_integer(database: Database) -> None:
    await database.write(Write(PUT, [row(str(n), number=number) for n, number in enumerate((2**60, 2**60, -1))]))
    ((total, least, count),) = await database.fetch(
        Statement(select(func.sum(values.c.number), func.min(values.c.number), func.count()).select_from(values))
    )
    assert (total, least, count) == (2**61 - 1, -1, 3)
    assert {type(total), type(least), type(count)} == {int}


async def test_bytes_of_every_kind_come_back(database: Database) -> None:
    every = bytes(range(256)) * 2 + b"\\'\\\\''\0\\0%s%%;--"
    await database.write(Write(PUT, row("a", number=1, body=every)), Write(PUT, [row("b", number=2, body=b"")]))
    assert [found[2] for found in await database.fetch(ALL)] == [every, b""]


@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text(), st.binary()), max_size=8))
async def test_any_text_and_bytes_come_back(database: Database, given: list[tuple[str, bytes]]) -> None:
    rows = [row(f"{n}", number=n, note=note, body=body) for n, (note, body) in enumerate(given)]
    await database.write(Write(REMOVE_ALL), Write(PUT, rows[::2]), *(Write(PUT, one) for one in rows[1::2]))
    assert [(note, body) for _, _, body, note in await database.fetch(ALL)] == given


async def test_long_rows_come_back_and_many_of_them_in_one_transaction(database: Database) -> None:
    body, note = bytes(range(256)) * 8_000, "한" * 300_000
    rows = [row(f"{n}", number=n, body=body, note=note) for n in range(6)]
    await database.write(Write(PUT, rows))
    for found in await database.fetch(ALL, long=True):
        assert (found[2], found[3]) == (body, note)


async def test_text_is_equal_only_to_itself(database: Database) -> None:
    await database.write(Write(PUT, [row(f"{n:02}", name=name) for n, name in enumerate(KINDRED)]))
    for n, name in enumerate(KINDRED):
        assert [found[0] for found in await database.fetch(NAMED, {"name_": name})] == [f"{n:02}"]
    with pytest.raises(DuplicateRow):
        await database.write(Write(Statement(values.insert()), row("x", name="a ")))


async def test_text_is_a_key_by_its_bytes(database: Database) -> None:
    await database.write(Write(PUT, [row(text) for text in KINDRED]))
    ((count,),) = await database.fetch(Statement(select(func.count()).select_from(values)))
    assert count == len(KINDRED)


async def test_text_sorts_by_code_points_and_a_page_begins_behind_a_text(database: Database) -> None:
    await database.write(Write(PUT, [row(f"{n:02}", name=name) for n, name in enumerate(KINDRED)]))
    wanted = sorted(KINDRED)
    assert [found[0] for found in await database.fetch(NAMES)] == wanted
    assert [found[0] for found in await database.fetch(NAMES_BACKWARDS)] == wanted[::-1]
    for position, name in enumerate(wanted):
        page = await database.fetch(BEHIND, {"name_": name, "limit": 5})
        assert [found[0] for found in page] == wanted[position + 1 : position + 6]


async def test_a_substring_is_found_by_its_bytes(database: Database) -> None:
    notes = {"a": "ship the review", "b": "SHIP", "c": "배포 준비", "d": "100% \\ 'done'", "e": "\N{GRINNING FACE}!"}
    await database.write(Write(PUT, [row(key, note=note) for key, note in notes.items()]))
    for sought, keys in [("ship", "a"), ("SHIP", "b"), ("포", "c"), ("%", "d"), ("\\", "d"), ("'", "d"), ("!", "e")]:
        assert "".join(found[0] for found in await database.fetch(FOUND, {"q": sought})) == keys
