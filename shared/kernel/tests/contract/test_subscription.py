"""What every adapter of `Subscription` promises."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable

import pytest

from kernel.ports.event_store import EventStore
from kernel.ports.faults import StoreUnavailable
from kernel.ports.subscription import Message, Subscription
from kernel.process.platform import Platform
from testkit.log import eventually, extend

Subscribe = Callable[[str], Awaitable[Subscription]]


@pytest.fixture
def event_store_url(followed: tuple[str, str]) -> str:
    return followed[0]


@pytest.fixture
async def subscribe(
    open_platform: Callable[[], Awaitable[Platform]], followed: tuple[str, str], store: EventStore
) -> Subscribe:
    platform = await open_platform()
    return lambda consumer: platform.subscription(followed[1], consumer, store)


async def received(subscription: Subscription, count: int, limit: int = 100) -> list[Message]:
    """Receive and acknowledge until `count` different events have come."""
    messages: dict[tuple[str, int], Message] = {}
    async with asyncio.timeout(60):
        while len(messages) < count:
            batch = await subscription.receive(limit)
            assert len(batch) <= limit
            messages |= {(message.stream, message.version): message for message in batch}
            await subscription.acknowledge(batch)
    return list(messages.values())


async def test_an_event_arrives_at_every_subscription(store: EventStore, subscribe: Subscribe, unique: str) -> None:
    first, second = await subscribe("projector"), await subscribe("notifier")
    [event] = await extend(store, f"task-{unique}", 0)
    for subscription in (first, second):
        [message] = await received(subscription, 1)
        assert (message.stream, message.version) == (event.stream, event.version)
        assert message.envelope in (event, None)
        await subscription.ping()


async def test_what_waits_is_counted(store: EventStore, subscribe: Subscribe, unique: str) -> None:
    subscription = await subscribe("projector")
    await extend(store, f"task-{unique}", 0, 3)

    async def waits(count: int) -> bool:
        return (await subscription.depth()).waiting == count

    await eventually(lambda: waits(3), 60)
    await received(subscription, 3)
    await eventually(lambda: waits(0), 60)


async def test_a_waiting_receive_is_woken_by_an_append(store: EventStore, subscribe: Subscribe, unique: str) -> None:
    subscription = await subscribe("projector")
    waiting = asyncio.create_task(received(subscription, 1))
    await asyncio.sleep(0)
    assert not waiting.done()
    await extend(store, f"task-{unique}", 0)
    assert [message.stream for message in await waiting] == [f"task-{unique}"]


async def test_a_burst_arrives_in_portions(store: EventStore, subscribe: Subscribe, unique: str) -> None:
    subscription = await subscribe("projector")
    await asyncio.gather(*(extend(store, f"task-{unique}{n}", 0, 7) for n in range(30)))
    messages = await received(subscription, 210, limit=20)
    assert {(message.stream, message.version) for message in messages} == {
        (f"task-{unique}{n}", version) for n in range(30) for version in range(1, 8)
    }


async def test_messages_that_are_not_acknowledged_come_again(
    store: EventStore, subscribe: Subscribe, unique: str
) -> None:
    subscription = await subscribe("projector")
    await extend(store, f"task-{unique}", 0, 3)
    first = (await subscription.receive(10))[0]
    await subscription.acknowledge([first])
    assert {message.version for message in await received(subscription, 2)} == {1, 2, 3} - {first.version}


@pytest.mark.slow
async def test_events_of_another_process_arrive(
    store: EventStore, event_store_url: str, subscribe: Subscribe, unique: str
) -> None:
    subscription = await subscribe("projector")
    program = """
import asyncio, sys
from kernel.process.platform import Platform
from testkit.log import eventually, extend

async def write(url, stream):
    async with Platform() as platform:
        await extend(await platform.event_store(url), stream, 0, 2)

asyncio.run(write(sys.argv[1], sys.argv[2]))
"""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, event_store_url, f"task-{unique}", stdout=PIPE
    )
    messages = await received(subscription, 2)
    assert {(message.stream, message.version) for message in messages} == {(f"task-{unique}", 1), (f"task-{unique}", 2)}
    assert await writer.wait() == 0


async def test_closing_ends_a_waiting_receive(subscribe: Subscribe) -> None:
    subscription = await subscribe("projector")
    waiting = asyncio.create_task(subscription.receive(10))
    await asyncio.sleep(0)
    await subscription.close()
    assert await waiting == []
    with pytest.raises(StoreUnavailable):
        await subscription.receive(10)


@pytest.mark.parametrize("turns", range(8))
async def test_whoever_receives_can_be_cancelled_at_any_moment(
    store: EventStore, subscribe: Subscribe, unique: str, turns: int
) -> None:
    subscription = await subscribe("projector")

    async def receive_for_ever() -> None:
        while True:
            await subscription.acknowledge(await subscription.receive(10))

    receiving = asyncio.create_task(receive_for_ever())
    await asyncio.sleep(0.01)
    await extend(store, f"task-{unique}", 0)
    for _ in range(turns):
        await asyncio.sleep(0)
    receiving.cancel()
    await asyncio.wait([receiving], timeout=2)
    assert receiving.cancelled()
