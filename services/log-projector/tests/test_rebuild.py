"""A rebuilt read model equals the live one, and switching loses nothing, under writes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, cast

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select

from contracts.read_model import ActiveGeneration, consumer_name, tables
from kernel.consuming.consumer import Consumer
from kernel.log.envelope import Envelope, kind_of
from kernel.ports.database import Database, DatabaseRefused, Row, Statement, Write
from kernel.ports.event_store import EventStore, Head
from kernel.ports.subscription import Message
from kernel.process.platform import Platform
from log_projector.fill import Filler
from log_projector.generations import Generations
from log_projector.rebuild import NothingToSwitchTo, RebuildRunning, fill_missing, rebuild, switch_back
from log_projector.settings import Settings
from log_projector.verify import verify
from log_projector.writes import KINDS, Handler, Projection
from testkit.histories import Board, record

Serving = Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]


async def content(database: Database, number: int) -> dict[str, Sequence[Row]]:
    """Every row of a generation, by table."""
    return {
        table.name.partition("_")[2]: sorted(await database.fetch(Statement(select(table))))
        for table in tables(number).metadata.tables.values()
    }


@pytest.mark.slow
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 9), min_size=1, max_size=30))
async def test_rows_are_a_function_of_the_log_alone(seed: int, batches: list[int]) -> None:
    """However the events were cut into batches, and from whichever version a consumer went on."""
    board, random = Board(Random(seed)), Random(seed)
    async with Platform() as platform:
        with TemporaryDirectory() as folder:
            store = await platform.event_store(f"sqlite:///{folder}/log.db")
            database = await platform.database(f"sqlite:///{folder}/read.db?synchronous=normal")
            generations = Generations(database)
            await generations.prepare()
            live = await generations.begin()
            consumer = _consumer(store, database, live)
            for size in batches:
                events = board.grow(size)
                await record(store, events)
                if random.random() < 0.3:
                    consumer = _consumer(store, database, live)  # as after a restart: nothing in memory
                hinted = random.sample(list(events), len(events))
                await consumer.handle([Message(stream=e.stream, version=e.version, envelope=e) for e in hinted])
            rebuilt = await generations.begin()
            await Filler(store, generations, rebuilt).fill()
            assert await content(database, rebuilt) == await content(database, live)


def _consumer(store: EventStore, database: Database, number: int) -> Consumer:
    handler = Handler(Projection(store), number)
    return Consumer(consumer_name(number), store=store, database=database, handler=handler)


@asynccontextmanager
async def under_writes(store: EventStore, board: Board) -> AsyncIterator[None]:
    """Events are appended all the while."""

    enough = False

    async def write() -> None:
        while not enough:
            await record(store, board.grow(5))
            await asyncio.sleep(0.01)

    writing = asyncio.create_task(write())
    try:
        yield
    finally:
        enough = True  # not cancelled: what the board has is in the log
        await writing


@pytest.mark.slow
async def test_switching_and_switching_back_lose_nothing_under_writes(
    platform: Platform, settings: Settings, serving: Serving
) -> None:
    store = await platform.event_store(settings.event_store_url)
    database = await platform.database(settings.read_model_url)
    board = Board(Random(5))
    await record(store, board.grow(200))
    async with serving():
        async with under_writes(store, board):
            done = await rebuild(platform, settings)
            assert (done.before, done.generation, done.differences) == (1, 2, [])
            assert await ActiveGeneration(database).number() == 2
            await asyncio.sleep(0)
            assert await switch_back(platform, settings) == 1
        for _ in range(2):
            found = await verify(platform, settings)
            assert (found.behind, found.differences) == ([], [])
            assert found.events == sum(map(len, board.events.values()))
            assert await switch_back(platform, settings) == 3 - found.generation
    assert await content(database, 1) == await content(database, 2)


async def test_the_last_two_generations_are_kept(platform: Platform, settings: Settings) -> None:
    database = await platform.database(settings.read_model_url)
    await record(await platform.event_store(settings.event_store_url), Board(Random(6)).grow(50))
    for _ in range(3):
        await rebuild(platform, settings, follow=0)
    assert [known.number for known in await Generations(database).all()] == [2, 3]
    with pytest.raises(DatabaseRefused):
        await content(database, 1)


async def test_a_rebuild_repairs_and_tells_what_was_wrong(platform: Platform, settings: Settings) -> None:
    database = await platform.database(settings.read_model_url)
    board = Board(Random(7))
    await record(await platform.event_store(settings.event_store_url), board.grow(80))
    await rebuild(platform, settings, follow=0)
    spoilt = tables(1).tasks
    await database.write(Write(Statement(spoilt.update().values(doc=b"{}"))))
    done = await rebuild(platform, settings, follow=0)
    assert {(found.kind, found.table) for found in done.differences} == {("different", "tasks")}
    assert len(done.differences) == len(board.tasks)
    assert (await verify(platform, settings)).differences == []


async def test_two_rebuilds_do_not_run_at_once(platform: Platform, settings: Settings) -> None:
    generations = Generations(await platform.database(settings.read_model_url))
    await generations.prepare()
    await generations.begin()
    with pytest.raises(RebuildRunning):
        await rebuild(platform, settings, follow=0)


async def test_there_may_be_nothing_to_switch_back_to(platform: Platform, settings: Settings) -> None:
    await rebuild(platform, settings, follow=0)
    with pytest.raises(NothingToSwitchTo):
        await switch_back(platform, settings)


class Counted:
    """A log that counts the heads that were listed, the first time, and the streams that were loaded."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self.listed = self.loaded = self.ahead = 0
        self._whole = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def heads(self, changed_since: datetime | None = None) -> AsyncIterator[Head]:
        async for head in self._store.heads(changed_since):
            if not self._whole and kind_of(head.stream) in KINDS:
                self.listed += 1
                self.ahead = max(self.ahead, self.listed - self.loaded)
            yield head
        self._whole = True

    async def load(self, stream: str, after: int = 0) -> Sequence[Envelope]:
        self.loaded += 1
        return await self._store.load(stream, after)


async def test_a_fill_holds_no_more_of_a_log_than_it_is_writing(platform: Platform, settings: Settings) -> None:
    store = Counted(await platform.event_store(settings.event_store_url))
    await record(await platform.event_store(settings.event_store_url), Board(Random(3)).grow(2500))
    generations = Generations(await platform.database(settings.read_model_url))
    await generations.prepare()
    await Filler(cast(EventStore, store), generations, await generations.begin()).fill()
    assert store.listed > 300
    assert store.ahead <= 200


async def test_a_release_fills_what_it_will_read_before_it_starts_and_once(
    platform: Platform, settings: Settings, serving: Serving
) -> None:
    await record(await platform.event_store(settings.event_store_url), Board(Random(4)).grow(200))
    database = await platform.database(settings.read_model_url)
    done = await fill_missing(platform, settings)
    assert done is not None
    assert await ActiveGeneration(database).number() == done.generation
    assert await fill_missing(platform, settings) is None
    async with serving() as http:
        assert (await http.get("/readyz")).status_code == 200
        assert await ActiveGeneration(database).number() == done.generation
        assert (await verify(platform, settings)).differences == []
