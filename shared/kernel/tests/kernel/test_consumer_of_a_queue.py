"""A consumer behind everything that its hints pass on AWS: log, pipe, bus, queue, and faults on the last stretch."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from aiobotocore.session import get_session

from kernel.consuming.checkpoints import RECONCILED
from kernel.consuming.consumer import Consumer
from kernel.consuming.handler import Handler
from kernel.log.envelope import Envelope
from kernel.ports.database import Write
from kernel.process.platform import Platform
from taskledger_local.emulator import Emulator
from testkit.faults import Broken, Changed, Faults
from testkit.hops import Hops, hops
from testkit.log import eventually

STREAMS: Final = [f"task-{letter}" for letter in "abcde"]
NAME: Final = "ledger"


@pytest.fixture
async def way(aws: Emulator, tmp_path: Path) -> AsyncIterator[Hops]:
    async with hops(aws.endpoint, tmp_path, consumers=[NAME, "witness"]) as made:
        yield made


@pytest.fixture
async def world(platform: Platform, way: Hops, tmp_path: Path, begin: Any) -> Any:
    store = await platform.event_store(way.event_store_url)
    return await begin(store, await platform.database(f"sqlite:///{tmp_path}/database.db"))


@asynccontextmanager
async def consuming(way: Hops, world: Any, endpoint: str, *, visibility: int = 30, **options: Any) -> Any:
    """A running consumer with a subscription of its own, as another process would have; drained at the end."""
    async with Platform() as platform:
        url = f"sqs://{way.prefix}?endpoint={endpoint}&visibility={visibility}"
        subscription = await platform.subscription(url, NAME, world.store)
        consumer: Consumer = world.consumer(NAME, subscription=subscription, **{"reconcile_every": 3600, **options})
        running = asyncio.create_task(consumer.run())
        yield consumer
        await consumer.stop()
        running.cancel()
        await asyncio.wait([running])


async def in_queue(aws: Emulator, queue: str) -> int:
    """Messages in a queue, also those that somebody has received."""
    attributes: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    async with get_session().create_client("sqs", endpoint_url=aws.endpoint) as client:
        url = (await client.get_queue_url(QueueName=queue))["QueueUrl"]
        answer = await client.get_queue_attributes(QueueUrl=url, AttributeNames=attributes)
    return sum(int(value) for value in answer["Attributes"].values())


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    await eventually(condition, 30)


async def reconciled(world: Any) -> bool:
    """Whether the first reconciliation is over: what comes now comes by the queue."""
    return len(await world.database.fetch(RECONCILED, {"consumer_": NAME})) == 1


@asynccontextmanager
async def nothing_delivered(way: Hops, aws: Emulator) -> AsyncIterator[None]:
    """What is appended meanwhile never comes to the consumer's queue: the bus has had it when this ends."""
    queue, witness = way.queues
    before = await in_queue(aws, witness.name)
    async with get_session().create_client("events", endpoint_url=aws.endpoint) as events:
        await events.disable_rule(Name=queue.name, EventBusName=way.prefix)
        yield
        await until(lambda: holds(aws, witness.name, before + 3 * len(STREAMS)))
        await events.enable_rule(Name=queue.name, EventBusName=way.prefix)


async def holds(aws: Emulator, queue: str, count: int) -> bool:
    return await in_queue(aws, queue) == count


async def fill(world: Any, count: int) -> None:
    """Append `count` events to each stream, one after the other."""
    for _ in range(count):
        await asyncio.gather(*(world.append(stream, {}) for stream in STREAMS))


async def has(world: Any, versions: Iterable[int], streams: Sequence[str] = STREAMS) -> bool:
    """Whether exactly these versions of the streams were applied, in this order."""
    applied = await world.applied()
    return all(applied.get(stream) == list(versions) for stream in streams)


class Slow:
    """A handler that takes seven seconds, and notes how often it was asked."""

    def __init__(self, inner: Handler) -> None:
        self._inner = inner
        self.attempts: list[str] = []

    def handles(self, stream: str) -> bool:
        return self._inner.handles(stream)

    async def apply(self, stream: str, events: Sequence[Envelope]) -> Sequence[Write]:
        self.attempts.append(stream)
        await asyncio.sleep(7)
        return await self._inner.apply(stream, events)


def disturbed(chance: random.Random) -> Changed:
    """Received messages in another order, each up to three times."""

    def change(body: bytes) -> bytes:
        answer = orjson.loads(body)
        if messages := answer.get("Messages"):
            more = [{**message, "ReceiptHandle": f"{message['ReceiptHandle']}-again"} for message in messages]
            answer["Messages"] = [*reversed(messages), *chance.choices(more, k=len(more)), *chance.choices(more, k=3)]
        return orjson.dumps(answer)

    return Changed(change)


async def test_what_is_duplicated_reversed_and_not_acknowledged_is_applied_in_order_and_once(
    world: Any, way: Hops, aws: Emulator, aws_faults: Faults
) -> None:
    aws_faults.always(disturbed(random.Random(1)), operation="ReceiveMessage")
    aws_faults.always(Broken(), operation="DeleteMessageBatch", share=0.3)
    async with (
        consuming(way, world, aws_faults.endpoint, visibility=1),
        consuming(way, world, aws_faults.endpoint, visibility=1),
    ):
        await fill(world, 20)
        await until(lambda: has(world, range(1, 21)))
        await until(lambda: holds(aws, way.queues[0].name, 0))
    assert await has(world, range(1, 21))
    assert await holds(aws, way.queues[0].dead, 0)


async def test_what_is_lost_on_the_way_is_found_in_the_log(world: Any, way: Hops, aws: Emulator) -> None:
    async with consuming(way, world, aws.endpoint, reconcile_every=0.2):
        async with nothing_delivered(way, aws):
            await fill(world, 3)
        await until(lambda: has(world, range(1, 4)))


async def test_a_gap_before_a_message_is_read_from_the_log(world: Any, way: Hops, aws: Emulator) -> None:
    async with consuming(way, world, aws.endpoint):
        await until(lambda: reconciled(world))
        async with nothing_delivered(way, aws):
            await fill(world, 3)
        assert await world.applied() == {}
        await fill(world, 1)
        await until(lambda: has(world, range(1, 5)))


async def test_work_that_outlasts_the_time_out_is_done_once(world: Any, way: Hops, aws: Emulator) -> None:
    slow = world.ledger = Slow(world.ledger)
    async with consuming(way, world, aws.endpoint, visibility=3), consuming(way, world, aws.endpoint, visibility=3):
        await until(lambda: reconciled(world))
        await world.append("task-a", {})
        await until(lambda: has(world, [1], ["task-a"]))
    assert slow.attempts == ["task-a"]
    assert await holds(aws, way.queues[0].name, 0)


async def test_a_stream_with_poison_is_blocked_and_its_messages_are_not_kept(
    world: Any, way: Hops, aws: Emulator
) -> None:
    async with consuming(way, world, aws.endpoint) as consumer:
        await world.append("task-a", {}, {"poison": "impossible"}, {})
        await world.append("task-b", {}, {})

        async def stopped() -> bool:
            return [blocked.stream for blocked in await consumer.blocked()] == ["task-a"]

        await until(stopped)
        await until(lambda: has(world, [1, 2], ["task-b"]))
        assert (await world.applied())["task-a"] == [1]
        world.ledger.mended = True
        await consumer.unblock("task-a")
        assert (await world.applied())["task-a"] == [1, 2, 3]
        await until(lambda: holds(aws, way.queues[1].name, 5))  # all of them have come
        await until(lambda: holds(aws, way.queues[0].name, 0))
    assert await holds(aws, way.queues[0].dead, 0)
