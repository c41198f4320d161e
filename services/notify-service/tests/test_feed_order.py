"""The feed's numbers under writers in many places: whoever reads on from a number finds nothing behind it later."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final
from urllib.parse import urlsplit

import pymysql
import pytest
from sqlalchemy import bindparam, insert, select

from kernel.ports.database import Database, ExpectationFailed, Statement, Write
from kernel.process.platform import Platform
from notify_service import rows, tables
from notify_service.tables import feed

AFTER: Final = Statement(
    select(feed.c.seq, feed.c.source).where(feed.c.seq > bindparam("after")).order_by(feed.c.seq).limit(7)
)
ALL: Final = Statement(select(feed.c.seq, feed.c.source).order_by(feed.c.seq))
PUT_PREFERENCES: Final = Statement(insert(tables.preferences).values(user_id=bindparam("user"), document=b"{}"))
REFUSED: Final = Write(Statement(tables.preferences.delete().where(tables.preferences.c.user_id == "nobody")), expect=1)
"""What undoes its transaction."""


def row(source: str) -> Mapping[str, Any]:
    return {"source": source, "project_id": "p", "user_id": None, "created_at": 0, "data": b"{}"}


class Databases:
    """The same database as several processes have it."""

    def __init__(self, url: str, closing: AsyncExitStack) -> None:
        self._url = url
        self._closing = closing

    async def another(self) -> Database:
        platform = await self._closing.enter_async_context(Platform())
        return await platform.database(self._url)


@pytest.fixture
async def databases(sql_url: str) -> AsyncIterator[Databases]:
    async with AsyncExitStack() as closing:
        made = Databases(sql_url, closing)
        database = await made.another()
        await database.create(tables.metadata)
        await database.write(rows.PREPARE)
        yield made


async def test_a_reader_misses_nothing_that_many_write_at_once(databases: Databases) -> None:
    writers, each = 6, 40
    reader = await databases.another()
    heard: list[tuple[int, str]] = []
    done = asyncio.Event()

    async def write(writer: int, database: Database) -> None:
        chance = random.Random(writer)
        for number in range(each):
            news = [row(f"{writer}:{number}:{part}") for part in range(chance.randint(1, 4))]
            news += [row(f"{writer}:{number - 1}:0")]  # told before, as after a replay: it takes a number for nothing
            before = Write(PUT_PREFERENCES, [{"user": f"{writer}:{number}:{n}"} for n in range(chance.randint(1, 20))])
            if chance.random() < 0.2:
                with pytest.raises(ExpectationFailed):
                    await database.write(before, *rows.of_feed(news), REFUSED)
            await database.write(before, *rows.of_feed(news))

    async def read() -> None:
        while True:
            finished = done.is_set()
            found: Sequence[Any] = await reader.fetch(AFTER, {"after": heard[-1][0] if heard else 0})
            heard.extend((seq, source) for seq, source in found)
            if finished and not found:
                return
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        async with asyncio.TaskGroup() as writing:
            for writer in range(writers):
                writing.create_task(write(writer, await databases.another()))
        done.set()
    assert heard == [(seq, source) for seq, source in await reader.fetch(ALL)]
    sources = {source for _, source in heard}
    assert {f"{writer}:{number}:0" for writer in range(writers) for number in range(each)} <= sources
    assert len(sources) == len(heard)


async def test_who_writes_waits_until_the_one_before_has_committed(mysql_url: str) -> None:
    """Else a row could be seen before one with a lower number, whose reader has gone on by then."""
    parts = urlsplit(mysql_url)
    by_hand = pymysql.connect(
        host=parts.hostname or "",
        port=parts.port or 0,
        user=parts.username or "",
        password=parts.password or "",
        database=parts.path[1:],
        autocommit=False,
    )
    async with Platform() as platform:
        database = await platform.database(mysql_url)
        await database.create(tables.metadata)
        await database.write(rows.PREPARE)
        with by_hand, by_hand.cursor() as cursor:
            for write in rows.of_feed([row("first")]):
                compiled = write.statement.compiled("mysql")
                for params in [write.params] if isinstance(write.params, Mapping) else write.params:
                    cursor.execute(compiled.sql, compiled.bind(params))
            second = asyncio.create_task(database.write(*rows.of_feed([row("second")])))
            await asyncio.wait([second], timeout=0.3)
            assert not second.done()
            assert await database.fetch(ALL) == ()
            by_hand.commit()
            await second
        assert [source for _, source in await database.fetch(ALL)] == ["first", "second"]
