"""In order and once in effect, whatever is lost or broken. Long because every fault meets the same consumer."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import MetaData

from kernel.consuming import checkpoints
from kernel.consuming.consumer import Consumer
from kernel.consuming.progress import Blocked
from kernel.consuming.reconciliation import RECONCILE_OVERLAP
from kernel.ports.database import Database, DatabaseUnavailable, DialectName, Row, Statement, Write
from kernel.ports.faults import StoreUnavailable
from kernel.ports.subscription import Depth, Message
from kernel.process.platform import Platform
from testkit.log import eventually

N: Mapping[str, Any] = {}


class FaultyDatabase:
    """A real database behind a line that can break, before a transaction or after it."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.dialect: DialectName = inner.dialect
        self.away = False
        self.stuck: Literal["before", "after"] | None = None
        self.reached = asyncio.Event()
        self.loses_answers = False

    async def create(self, metadata: MetaData) -> None:
        await self._inner.create(metadata)

    async def drop(self, metadata: MetaData) -> None:
        await self._inner.drop(metadata)

    async def fetch(
        self, statement: Statement, params: Mapping[str, Any] | None = None, *, long: bool = False
    ) -> Sequence[Row]:
        if self.away:
            raise DatabaseUnavailable("away")
        return await self._inner.fetch(statement, params, long=long)

    async def write(self, *writes: Write, durable: bool = True) -> None:
        if self.away:
            raise DatabaseUnavailable("away")
        if self.stuck == "before":
            await self._for_ever()
        await self._inner.write(*writes, durable=durable)
        if self.stuck == "after":
            await self._for_ever()
        if self.loses_answers:
            raise DatabaseUnavailable("the answer was lost")

    async def _for_ever(self) -> None:
        self.reached.set()
        await asyncio.Event().wait()

    async def ping(self) -> None:
        await self._inner.ping()

    async def close(self) -> None:
        await self._inner.close()


def metric(name: str, consumer: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"consumer": consumer})


# --- order, duplicates, gaps ---


async def test_events_are_applied_in_order(world: Any) -> None:
    await world.consumer().handle(await world.append("task-1", N, N, N))
    assert await world.applied() == {"task-1": [1, 2, 3]}


async def test_a_message_repeated_a_hundred_times_is_applied_once(world: Any) -> None:
    messages = await world.append("task-1", N, N)
    consumer = world.consumer()
    for _ in range(50):
        await consumer.handle(messages * 2)
    assert await world.applied() == {"task-1": [1, 2]}
    await world.consumer().handle(messages)  # nor by one that remembers nothing
    assert await world.applied() == {"task-1": [1, 2]}


async def test_messages_in_reversed_order_are_applied_in_order(world: Any) -> None:
    messages = await world.append("task-1", N, N, N, N)
    consumer = world.consumer()
    for message in reversed(messages):
        await consumer.handle([message])
    assert await world.applied() == {"task-1": [1, 2, 3, 4]}


async def test_a_gap_is_read_from_the_log(world: Any) -> None:
    messages = await world.append("task-1", N, N, N, N)
    consumer = world.consumer()
    await consumer.handle(messages[:1])
    await consumer.handle(messages[3:])
    assert await world.applied() == {"task-1": [1, 2, 3, 4]}


async def test_a_hint_without_its_event_has_the_log_read(world: Any) -> None:
    await world.append("task-1", N, N)
    await world.consumer().handle([Message(stream="task-1", version=1)])
    assert await world.applied() == {"task-1": [1, 2]}


async def test_shuffled_duplicates_of_many_streams_are_each_applied_in_order(world: Any) -> None:
    messages = [m for n in range(10) for m in await world.append(f"task-{n}", N, N, N)] * 3
    random.Random(1).shuffle(messages)
    consumer = world.consumer()
    for start in range(0, len(messages), 7):
        await consumer.handle(messages[start : start + 7])
    assert await world.applied() == {f"task-{n}": [1, 2, 3] for n in range(10)}


async def test_streams_that_do_not_concern_the_consumer_are_passed_over(world: Any) -> None:
    messages = [*await world.append("project-1", N), *await world.append("task-1", N)]
    await world.consumer().handle(messages)
    assert await world.consumer().reconcile() == 0
    assert await world.applied() == {"task-1": [1]}


async def test_whoever_waits_for_the_read_model_is_told_of_each_batch(world: Any) -> None:
    told = []
    consumer = world.consumer(committed=lambda: told.append(True))
    await consumer.handle(await world.append("task-1", N))
    assert told == [True]


# --- several consumers ---


async def test_consumers_in_parallel_apply_each_event_once(world: Any, tmp_path: Path) -> None:
    messages = [m for n in range(20) for m in await world.append(f"task-{n}", N, N, N, N)]
    async with Platform() as other:
        elsewhere = await other.database(f"sqlite:///{tmp_path}/database.db")
        consumers = [world.consumer(), world.consumer(), world.consumer(database=elsewhere)]

        async def consume(consumer: Consumer, seed: int) -> None:
            own = list(messages)
            random.Random(seed).shuffle(own)
            for start in range(0, len(own), 5):
                await consumer.handle(own[start : start + 5])

        await asyncio.gather(*(consume(consumer, seed) for seed, consumer in enumerate(consumers)))
    assert await world.applied() == {f"task-{n}": [1, 2, 3, 4] for n in range(20)}
    assert await world.consumer().blocked() == []


# --- crashes and outages ---


@pytest.mark.parametrize("committed", [False, True])
async def test_a_crash_before_or_after_the_commit_loses_nothing_and_applies_nothing_twice(
    world: Any, committed: bool
) -> None:
    messages = await world.append("task-1", N, N)
    line = FaultyDatabase(world.database)
    line.stuck = "after" if committed else "before"
    dying = asyncio.create_task(world.consumer(database=line).handle(messages))
    await line.reached.wait()
    dying.cancel()  # and so nothing was acknowledged
    await asyncio.wait([dying])
    assert await world.applied() == ({"task-1": [1, 2]} if committed else {})
    await world.consumer().handle(messages)
    assert await world.applied() == {"task-1": [1, 2]}


async def test_a_commit_whose_answer_was_lost_is_not_repeated(world: Any) -> None:
    messages = await world.append("task-1", N, N)
    line = FaultyDatabase(world.database)
    line.loses_answers = True
    consumer = world.consumer(database=line)
    with pytest.raises(DatabaseUnavailable):
        await consumer.handle(messages)
    line.loses_answers = False
    await consumer.handle(messages)
    await consumer.handle(await world.append("task-1", N))
    assert await world.applied() == {"task-1": [1, 2, 3]}
    assert await consumer.blocked() == []


async def test_a_hint_ahead_of_the_log_applies_nothing(world: Any) -> None:
    await world.append("task-1", N)
    consumer = world.consumer()
    with pytest.raises(StoreUnavailable):
        await consumer.handle([Message(stream="task-2", version=3)])
    await consumer.handle([Message(stream="task-1", version=1)])
    assert await world.applied() == {"task-1": [1]}


# --- poison ---


@pytest.mark.slow
@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        ("impossible", "an impossible event"),
        ("refused", "DatabaseRefused: IntegrityError: NOT NULL constraint failed: applied.content"),
        ("bug", "TypeError: a bug in the handler"),
    ],
)
async def test_a_poison_event_blocks_its_stream_alone_and_says_why(world: Any, poison: str, reason: str) -> None:
    messages = [
        *await world.append("task-1", N, N, {"poison": poison}, N),
        *await world.append("task-2", N, N),
    ]
    consumer = world.consumer(poison)
    await consumer.handle(messages)
    assert await world.applied() == {"task-1": [1, 2], "task-2": [1, 2]}
    assert await consumer.blocked() == [Blocked("task-1", 3, reason)]
    assert metric("consumer_blocked_streams", poison) == 1
    await consumer.handle([*await world.append("task-1", N), *await world.append("task-2", N)])
    assert await world.applied() == {"task-1": [1, 2], "task-2": [1, 2, 3]}


async def test_a_stream_whose_first_event_is_poison_is_blocked(world: Any) -> None:
    consumer = world.consumer()
    await consumer.handle(await world.append("task-1", {"poison": "impossible"}))
    assert await consumer.blocked() == [Blocked("task-1", 1, "an impossible event")]
    assert await world.applied() == {}


async def test_unblocking_after_the_fix_loses_nothing(world: Any) -> None:
    consumer = world.consumer("mended")
    await consumer.handle(await world.append("task-1", N, {"poison": "impossible"}, N))
    await world.append("task-1", N)  # whose message is lost
    world.ledger.mended = True
    await consumer.unblock("task-1")
    assert await world.applied() == {"task-1": [1, 2, 3, 4]}
    assert await consumer.blocked() == []
    assert metric("consumer_blocked_streams", "mended") == 0


async def test_unblocking_before_the_fix_blocks_again(world: Any) -> None:
    consumer = world.consumer()
    await consumer.handle(await world.append("task-1", N, {"poison": "impossible"}))
    await consumer.unblock("task-1")
    assert [stopped.version for stopped in await consumer.blocked()] == [2]
    assert await world.applied() == {"task-1": [1]}


async def test_unblocking_what_is_not_blocked_does_nothing(world: Any) -> None:
    consumer = world.consumer()
    await consumer.unblock("task-1")
    await consumer.handle(await world.append("task-1", N))
    await consumer.unblock("task-1")
    assert await world.applied() == {"task-1": [1]}


async def test_a_stream_unblocked_by_another_process_goes_on_in_this_one(world: Any) -> None:
    consumer = world.consumer()
    await consumer.handle(await world.append("task-1", {"poison": "impossible"}))
    world.ledger.mended = True
    await world.consumer().unblock("task-1")
    await consumer.handle(await world.append("task-1", N))
    assert await world.applied() == {"task-1": [1, 2]}


async def test_a_stream_unblocked_by_a_process_that_died_then_is_reconciled(world: Any) -> None:
    consumer = world.consumer()
    await consumer.handle(await world.append("task-1", {"poison": "impossible"}, N))
    await consumer.reconcile()
    await _look_no_further_back(world)
    world.ledger.mended = True
    await world.database.write(Write(checkpoints.UNBLOCK, {"consumer_": "ledger", "stream_": "task-1"}))
    assert await consumer.reconcile() == 1
    assert await world.applied() == {"task-1": [1, 2]}


# --- reconciliation ---


async def _look_no_further_back(world: Any) -> None:
    """As if the last reconciliation had been so recent that no head of before lies in the window."""
    until = (datetime.now(UTC) + RECONCILE_OVERLAP + timedelta(seconds=1)).isoformat()
    await world.database.write(Write(checkpoints.SET_RECONCILED, {"consumer": "ledger", "reconciled_until": until}))


async def test_the_first_reconciliation_finds_everything(world: Any) -> None:
    for n in range(30):
        await world.append(f"task-{n}", N, N)
    assert await world.consumer().reconcile() == 30
    assert await world.applied() == {f"task-{n}": [1, 2] for n in range(30)}
    assert await world.consumer().reconcile() == 0


async def test_a_reconciliation_tells_how_far_behind_the_consumer_was(world: Any) -> None:
    names = ("consumer_streams_behind", "consumer_events_behind")
    consumer = world.consumer("late")
    await consumer.handle(await world.append("task-1", N))
    await world.append("task-1", N, N)
    await world.append("task-2", N)
    await consumer.reconcile()
    assert [metric(name, "late") for name in names] == [2, 3]
    assert (metric("consumer_oldest_behind_seconds", "late") or 0) > 0
    await consumer.reconcile()
    assert [metric(name, "late") for name in (*names, "consumer_oldest_behind_seconds")] == [0, 0, 0]


async def test_a_lost_message_is_found_by_the_next_reconciliation(world: Any) -> None:
    consumer = world.consumer()
    await consumer.handle(await world.append("task-1", N))
    await consumer.reconcile()
    await world.append("task-1", N)
    await world.append("task-2", N)
    assert await consumer.reconcile() == 2
    assert await world.applied() == {"task-1": [1, 2], "task-2": [1]}


async def test_what_another_process_applied_is_not_behind(world: Any) -> None:
    consumer = world.consumer()
    await consumer.handle(await world.append("task-1", N))
    await consumer.reconcile()
    await world.consumer().handle(await world.append("task-1", N))
    assert await consumer.reconcile() == 0


@pytest.mark.parametrize("minutes", [-5, 5])
async def test_a_clock_that_is_off_by_minutes_hides_nothing(world: Any, minutes: int) -> None:
    consumer = world.consumer()
    await world.append("task-1", N)
    until = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    await world.database.write(Write(checkpoints.SET_RECONCILED, {"consumer": "ledger", "reconciled_until": until}))
    assert await consumer.reconcile() == 1
    assert await world.applied() == {"task-1": [1]}


async def test_only_a_full_reconciliation_looks_behind_the_window(world: Any) -> None:
    consumer = world.consumer()
    await consumer.reconcile()
    await world.append("task-1", N)
    await _look_no_further_back(world)
    assert await consumer.reconcile() == 0
    assert await consumer.reconcile(full=True) == 1
    assert await world.applied() == {"task-1": [1]}


async def test_a_blocked_stream_is_not_tried_by_reconciliation(world: Any) -> None:
    consumer = world.consumer()
    await consumer.handle(await world.append("task-1", {"poison": "impossible"}))
    world.ledger.mended = True
    for full in (False, True):
        assert await consumer.reconcile(full=full) == 0
    assert await world.applied() == {}


# --- running ---


async def run(consumer: Consumer) -> "asyncio.Task[None]":
    running = asyncio.create_task(consumer.run())
    await asyncio.sleep(0)
    return running


async def stop(running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()


async def until_applied(world: Any, expected: Mapping[str, Sequence[int]]) -> None:
    async with asyncio.timeout(10):
        while await world.applied() != expected:  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.005)


async def test_a_running_consumer_applies_what_was_and_what_comes(world: Any, platform: Platform) -> None:
    await world.append("task-1", N)
    running = await run(
        world.consumer("running", subscription=await platform.subscription("tail:", "running", world.store))
    )
    await world.append("task-1", N)
    await world.append("task-2", N)
    await until_applied(world, {"task-1": [1, 2], "task-2": [1]})
    await eventually(lambda: metric("consumer_events_total", "running") == 3)
    assert metric("consumer_heartbeat_timestamp_seconds", "running") is not None
    await stop(running)


async def test_a_database_that_is_away_for_long_is_waited_for(world: Any, platform: Platform) -> None:
    line = FaultyDatabase(world.database)
    subscription = await platform.subscription("tail:", "waiting", world.store)
    running = await run(world.consumer("waiting", database=line, subscription=subscription))
    await world.append("task-1", N)
    await until_applied(world, {"task-1": [1]})
    line.away = True
    await world.append("task-1", N)
    await world.append("task-2", N)
    await eventually(lambda: (metric("consumer_retries_total", "waiting") or 0) >= 3)
    assert await world.applied() == {"task-1": [1]}
    line.away = False
    await until_applied(world, {"task-1": [1, 2], "task-2": [1]})
    await stop(running)


class Queue:
    """Hands out prepared batches, then waits for ever; remembers what was acknowledged."""

    def __init__(self, *batches: Sequence[Message]) -> None:
        self._batches = list(batches)
        self.acknowledged: list[Message] = []

    async def receive(self, limit: int) -> Sequence[Message]:
        if not self._batches:
            await asyncio.Event().wait()
        return self._batches.pop(0)

    async def depth(self) -> Depth:
        return Depth(waiting=len(self._batches), dead=None)

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        self.acknowledged.extend(messages)

    async def ping(self) -> None:
        pass

    async def close(self) -> None:
        pass


async def test_messages_are_acknowledged_after_their_commit_only(world: Any) -> None:
    messages = await world.append("task-1", N)
    line = FaultyDatabase(world.database)
    line.away = True
    queue = Queue(messages)
    running = await run(world.consumer("late", database=line, subscription=queue))
    await eventually(lambda: (metric("consumer_retries_total", "late") or 0) >= 2)
    assert queue.acknowledged == []
    line.away = False
    await eventually(lambda: queue.acknowledged == messages)
    assert await world.applied() == {"task-1": [1]}
    await stop(running)


async def test_a_hint_that_stays_ahead_of_the_log_does_not_hold_up_the_others(world: Any) -> None:
    await world.append("task-1", N)
    await world.append("task-2", N)
    foreign = Message(stream="task-9", version=4)
    queue = Queue([foreign, Message(stream="task-1", version=1)], [Message(stream="task-2", version=1)])
    running = await run(world.consumer("foreign", subscription=queue))
    await eventually(lambda: len(queue.acknowledged) == 3)
    assert await world.applied() == {"task-1": [1], "task-2": [1]}
    await stop(running)


async def test_a_consumer_without_a_subscription_only_reconciles(world: Any) -> None:
    await world.append("task-1", N)
    running = await run(world.consumer("alone"))
    await eventually(lambda: metric("consumer_events_total", "alone") == 1)
    assert await world.applied() == {"task-1": [1]}
    await stop(running)
