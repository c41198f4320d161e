"""A real log and a real database, and a consumer's handler that keeps a ledger of what it applied."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    select,
)

from kernel.consuming import checkpoints
from kernel.consuming.consumer import Consumer
from kernel.log.envelope import Envelope
from kernel.log.streams import CannotApply
from kernel.ports.database import Database, Statement, Write
from kernel.ports.event_store import EventStore, StreamAppend
from kernel.ports.subscription import Message
from kernel.process.platform import Platform
from testkit.log import envelope


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with Platform() as platform:
        yield platform


@pytest.fixture
async def store(platform: Platform, tmp_path: Path) -> EventStore:
    return await platform.event_store(f"sqlite:///{tmp_path}/log.db")


@pytest.fixture
async def database(platform: Platform, tmp_path: Path) -> Database:
    return await platform.database(f"sqlite:///{tmp_path}/database.db")


metadata: Final = MetaData()
applied: Final = Table(
    "applied",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("stream", String(64), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("stream", "version"),
)

ADD: Final = Statement(
    insert(applied).values(stream=bindparam("stream"), version=bindparam("version"), content=bindparam("content"))
)
ALL: Final = Statement(select(applied.c.stream, applied.c.version, applied.c.content).order_by(applied.c.position))


class Ledger:
    """A handler that writes a row for each event: what was applied, in which order, and never twice.

    `poison` in an event's data makes it fail in the way that it names, until the ledger is `mended`.
    """

    def __init__(self) -> None:
        self.mended = False

    def handles(self, stream: str) -> bool:
        return stream.startswith("task-")

    async def apply(self, stream: str, events: Sequence[Envelope]) -> Sequence[Write]:
        rows = []
        for event in events:
            content: str | None = str(event.data["n"])
            poison = None if self.mended else event.data.get("poison")
            if poison == "impossible":
                raise CannotApply(stream, event.version, "an impossible event")
            if poison == "bug":
                raise TypeError("a bug in the handler")
            if poison == "refused":
                content = None
            rows.append({"stream": stream, "version": event.version, "content": content})
        return [Write(ADD, row) for row in rows]


class World:
    """A log, a database, and consumers between them."""

    def __init__(self, store: EventStore, database: Database) -> None:
        self.store = store
        self.database = database
        self.ledger = Ledger()

    def consumer(self, name: str = "ledger", *, database: Database | None = None, **options: Any) -> Consumer:
        """A consumer as a process of its own would have it: nothing but the log and the database is shared."""
        return Consumer(name, store=self.store, database=database or self.database, handler=self.ledger, **options)

    async def append(self, stream: str, *data: Mapping[str, Any]) -> list[Message]:
        """Append an event for each `data` (`n` is filled in) and return the hints of it."""
        head = len(await self.store.load(stream))
        events = [envelope(stream, version, {"n": version, **each}) for version, each in enumerate(data, head + 1)]
        await self.store.append([StreamAppend(stream=stream, expected=head, events=events)])
        return [Message(stream=stream, version=event.version, envelope=event) for event in events]

    async def applied(self) -> dict[str, list[int]]:
        """The versions applied of each stream, in the order in which they were."""
        found: dict[str, list[int]] = {}
        for stream, version, content in await self.database.fetch(ALL):
            assert content == str(version)
            found.setdefault(stream, []).append(version)
        return found


Begin: TypeAlias = Callable[[EventStore, Database], Awaitable[World]]


@pytest.fixture
def begin() -> Begin:
    async def begin(store: EventStore, database: Database) -> World:
        await database.create(checkpoints.metadata)
        await database.create(metadata)
        return World(store, database)

    return begin


@pytest.fixture
async def world(store: EventStore, database: Database, begin: Begin) -> World:
    return await begin(store, database)
