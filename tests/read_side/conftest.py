"""A log and a read model in a folder of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import pytest
from sqlalchemy import delete

from contracts.read_model import consumer_name, metadata, tables
from kernel.consuming import checkpoints
from kernel.consuming.consumer import Consumer
from kernel.log.envelope import Envelope
from kernel.ports.database import Database, Statement, Write
from kernel.ports.event_store import EventStore
from kernel.ports.subscription import Message
from kernel.process.platform import Platform
from log_projector.generations import Generations
from log_projector.writes import Handler, Projection
from task_service.queries import Queries
from testkit.histories import record
from testkit.tasks import User, World, running


@dataclass(frozen=True, slots=True)
class ReadSide:
    """A log, and generation 1 of its read model with the consumer that keeps it current."""

    store: EventStore
    database: Database
    consumer: Consumer
    queries: Queries

    async def happen(self, events: Sequence[Envelope]) -> None:
        """Append events and project them."""
        await record(self.store, events)
        await self.consumer.handle([Message(stream=e.stream, version=e.version, envelope=e) for e in events])


OpenReadSide: TypeAlias = Callable[[], Awaitable[ReadSide]]


@pytest.fixture(params=["sqlite", pytest.param("mysql", marks=pytest.mark.mysql)])
async def open_read_side(request: pytest.FixtureRequest) -> AsyncIterator[OpenReadSide]:
    """Opens a new, empty read side each time: hypothesis runs many examples in one test."""
    async with AsyncExitStack() as closing:
        shared: Database | None = None
        if request.param == "mysql":
            platform = await closing.enter_async_context(Platform())
            shared = await platform.database(request.getfixturevalue("mysql_url"))

        async def open_one() -> ReadSide:
            folder = Path(closing.enter_context(TemporaryDirectory()))
            platform = await closing.enter_async_context(Platform())
            store = await platform.event_store(f"sqlite:///{folder}/log.db")
            database = shared or await platform.database(f"sqlite:///{folder}/read.db?synchronous=normal")
            number = await _an_empty_generation(database)
            handler = Handler(Projection(store), number)
            consumer = Consumer(consumer_name(number), store=store, database=database, handler=handler)
            return ReadSide(store, database, consumer, Queries(database))

        yield open_one


async def _an_empty_generation(database: Database) -> int:
    """Generation 1 of a read model without a row, whatever was in it: emptying tables is faster than making them."""
    generations = Generations(database)
    await generations.prepare()
    await database.create(tables(1).metadata)
    every = [*checkpoints.metadata.sorted_tables, *metadata.sorted_tables, *tables(1).metadata.sorted_tables]
    await database.write(*(Write(Statement(delete(table))) for table in every))
    number = await generations.begin()
    await generations.mark(number, "live")
    await generations.activate(number)
    return number


@pytest.fixture
async def read_side(open_read_side: OpenReadSide) -> ReadSide:
    return await open_read_side()


class Projector:
    """Brings the read model to the log's newest state when it is told to, and not before."""

    def __init__(self, store: EventStore, database: Database) -> None:
        self._store = store
        self._database = database
        self._handler = Handler(Projection(store), 0)
        self._versions: dict[str, int] = {}

    async def catch_up(self) -> None:
        async for head in self._store.heads():
            version = self._versions.get(head.stream, 0)
            if self._handler.handles(head.stream) and version < head.version:
                events = await self._store.load(head.stream, version)
                await self._database.write(*await self._handler.apply(head.stream, events))
                self._versions[head.stream] = head.version


@pytest.fixture
async def world(tmp_path: Path, sql_url: str) -> AsyncIterator[World]:
    async with running(tmp_path, sql_url) as world:
        yield world


@pytest.fixture
def projector(world: World) -> Projector:
    return Projector(world.store, world.read_model)


@pytest.fixture
async def ann(world: World) -> User:
    return await world.user("Ann")


@pytest.fixture
async def bob(world: World) -> User:
    return await world.user("Bob")
