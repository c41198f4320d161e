"""Receiving: one batch after the other, and an end that leaves nothing half done."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from kernel.consuming.receiver import Receiver
from kernel.ports.event_store import EventStore, StreamAppend
from kernel.ports.subscription import Message, Subscription
from kernel.process.platform import Platform
from testkit.log import envelope, eventually


class Settling:
    """Notes what it is given, and holds it for as long as a test wants."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.done: list[int] = []
        self.free = asyncio.Event()

    async def __call__(self, messages: Sequence[Message]) -> None:
        versions = [message.version for message in messages]
        self.begun += versions
        await self.free.wait()
        self.done += versions


@pytest.fixture
async def subscription(platform: Platform, store: EventStore) -> Subscription:
    return await platform.subscription("tail:", "test", store)


async def append(store: EventStore, version: int) -> None:
    await store.append([StreamAppend(stream="task-1", expected=version - 1, events=[envelope("task-1", version)])])


@asynccontextmanager
async def running(receiver: Receiver) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(receiver.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_what_is_at_hand_is_settled_and_acknowledged_before_the_end(
    store: EventStore, subscription: Subscription
) -> None:
    settling = Settling()
    receiver = Receiver("test", subscription, settling)
    async with running(receiver) as task:
        await append(store, 1)
        await eventually(lambda: settling.begun == [1])
        stopping = asyncio.create_task(receiver.stop())
        await append(store, 2)
        await asyncio.sleep(0)
        assert not stopping.done()
        settling.free.set()
        await stopping
        assert settling.done == [1]
        await task
    # Acknowledged was what was settled, and nothing else.
    assert [message.version for message in await subscription.receive(10)] == [2]


async def test_who_waits_for_messages_ends_at_once(subscription: Subscription) -> None:
    receiver = Receiver("test", subscription, Settling())
    async with running(receiver) as task:
        await asyncio.sleep(0)
        await receiver.stop()
        await task


async def test_who_was_stopped_does_not_begin(store: EventStore, subscription: Subscription) -> None:
    settling = Settling()
    receiver = Receiver("test", subscription, settling)
    await append(store, 1)
    await receiver.stop()
    await receiver.run()
    assert settling.begun == []


async def test_a_subscription_that_is_away_is_asked_again(store: EventStore, subscription: Subscription) -> None:
    await subscription.close()  # from now on it raises StoreUnavailable
    receiver = Receiver("test", subscription, Settling())
    async with running(receiver) as task:
        await asyncio.sleep(0.01)
        assert not task.done()
        await receiver.stop()
        await task
