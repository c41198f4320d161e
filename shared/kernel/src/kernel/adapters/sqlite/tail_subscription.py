"""New events by following an embedded log in the same process."""

import asyncio
from collections.abc import Sequence
from typing import Final

from kernel.adapters.sqlite.event_store import SqliteEventStore
from kernel.ports.faults import StoreUnavailable
from kernel.ports.subscription import Depth, Message

_POLL_SECONDS: Final = 10.0


class TailSubscription:
    """A `Subscription` that begins at the log's end when it is opened, and reads on by position.

    It keeps no queue: however far the log runs ahead, memory holds only the messages that were received last.
    """

    def __init__(self, store: SqliteEventStore, position: int) -> None:
        self._store = store
        self._position = position
        self._pending: dict[str | None, Message] = {}
        self._news = asyncio.Event()
        self._closed = asyncio.Event()
        self._stop = store.listen(self._news.set)

    @classmethod
    async def open(cls, store: SqliteEventStore, consumer: str) -> "TailSubscription":
        """Follow a store from its end. A tail keeps nothing, so `consumer` needs no registration."""
        return cls(store, await store.position())

    async def receive(self, limit: int) -> Sequence[Message]:
        while not self._closed.is_set():
            if not self._pending:
                self._news.clear()
                await self._read(limit)
            if self._pending:
                return list(self._pending.values())[:limit]
            try:
                # Not wait_for: until Python 3.12 it loses a cancellation that comes together with the news.
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                return []
            if self._closed.is_set():
                return []
        raise StoreUnavailable("the subscription was closed")

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._pending.pop(message.receipt, None)

    async def depth(self) -> Depth:
        return Depth(waiting=await self._store.position() - self._position + len(self._pending), dead=None)

    async def ping(self) -> None:
        await self._store.ping()

    async def close(self) -> None:
        self._closed.set()
        self._stop()
        self._news.set()

    async def _read(self, limit: int) -> None:
        for position, envelope in await self._store.tail(self._position, limit):
            receipt = str(position)
            self._pending[receipt] = Message(
                stream=envelope.stream, version=envelope.version, envelope=envelope, receipt=receipt
            )
            self._position = position
