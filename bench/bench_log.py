"""The log without HTTP: appends a second against the machine's limits and a peer, and the lag of a consumer.

Everything is measured in one run on one file system; read the ratios. `python bench/bench_log.py [seconds]`.
"""

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from kernel.adapters.sqlite.database import SqliteDatabase
from kernel.adapters.sqlite.engine import GroupCommitWriter, connect
from kernel.adapters.sqlite.event_store import SqliteEventStore
from kernel.adapters.sqlite.tail_subscription import TailSubscription
from kernel.consuming import checkpoints
from kernel.consuming.consumer import Consumer
from kernel.log.envelope import Envelope
from kernel.log.ids import new_id
from kernel.ports.database import Write
from kernel.ports.event_store import StreamAppend

CONCURRENCIES: Final = (1, 16, 64)
DATA: Final = {
    "project_id": "01990000-0000-7000-8000-0000000000b0",
    "number": 12,
    "key": "OPS-12",
    "title": "A task with a title of usual length",
    "description": "",
    "status": "waiting",
    "priority": "none",
    "due": None,
    "labels": [],
    "assignees": [],
}
PAYLOAD: Final = b'{"specversion": "1.0", "padding": "' + b"x" * 600 + b'"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Operations a second, and their latencies in milliseconds."""

    name: str
    concurrency: int
    per_second: float
    p50: float
    p99: float


async def measure(name: str, concurrency: int, seconds: float, operation: Callable[[], Awaitable[Any]]) -> Measured:
    """Repeat an operation by so many callers at once for so long."""
    latencies: list[float] = []
    end = time.perf_counter() + seconds

    async def caller() -> None:
        while (start := time.perf_counter()) < end:
            await operation()
            latencies.append(time.perf_counter() - start)

    await asyncio.gather(*(caller() for _ in range(concurrency)))
    return _measured(name, concurrency, len(latencies) / seconds, latencies)


def _measured(name: str, concurrency: int, per_second: float, latencies: Sequence[float]) -> Measured:
    ordered = sorted(latencies)
    p50, p99 = (1000 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    return Measured(name=name, concurrency=concurrency, per_second=per_second, p50=p50, p99=p99)


def an_event(stream: str, version: int = 1) -> Envelope:
    """A `task.created` as task-service makes it."""
    return Envelope(
        stream=stream,
        version=version,
        type="task.created",
        schema_version=1,
        time=datetime.now(UTC),
        data=DATA,
        actor="01990000-0000-7000-8000-000000000c00",
        command_id=new_id(),
        correlation_id="4bf92f3577b34da6a3ce929d0e0e4736",
    )


async def append_new(store: SqliteEventStore) -> str:
    """Append one event to a new stream; returns the stream."""
    stream = f"task-{new_id()}"
    await store.append([StreamAppend(stream=stream, expected=0, events=[an_event(stream)])])
    return stream


async def bench_store(folder: Path, concurrency: int, seconds: float) -> Measured:
    """Appends of one event each to the event store."""
    store = await SqliteEventStore.open(folder / f"log-{concurrency}.db")
    try:
        return await measure("append", concurrency, seconds, lambda: append_new(store))
    finally:
        await store.close()


async def bench_group(folder: Path, concurrency: int, seconds: float) -> Measured:
    """Bare inserts of as many bytes by the group-commit writer: what an append would cost without being one."""
    connection = connect(folder / f"group-{concurrency}.db")
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB)")
    writer = GroupCommitWriter(connection, "group")

    def insert(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO rows (body) VALUES (?)", (PAYLOAD,))

    try:
        return await measure("group commit of bare rows", concurrency, seconds, lambda: writer.submit(insert))
    finally:
        await writer.close()


async def bench_single(folder: Path, seconds: float) -> Measured:
    """One durable transaction for each bare row, without threads or tasks."""
    connection = connect(folder / "single.db")
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB)")

    async def insert() -> None:
        connection.execute("INSERT INTO rows (body) VALUES (?)", (PAYLOAD,))

    try:
        return await measure("one durable row per transaction", 1, seconds, insert)
    finally:
        connection.close()


async def bench_eventsourcing(folder: Path, seconds: float) -> Measured:
    """The library `eventsourcing` on SQLite: its recorder, one event of as many bytes per call, alone."""
    datastore = SQLiteDatastore(str(folder / "eventsourcing.db"))
    recorder = SQLiteApplicationRecorder(datastore)
    recorder.create_table()

    async def insert() -> None:
        event = StoredEvent(originator_id=uuid4(), originator_version=1, topic="task.created", state=PAYLOAD)
        recorder.insert_events([event])

    try:
        return await measure("library eventsourcing", 1, seconds, insert)
    finally:
        datastore.close()


class _Counting:
    """A handler that writes nothing but what the consumer itself writes: its checkpoint."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.waiting: dict[str, asyncio.Event] = {}

    def handles(self, stream: str) -> bool:
        return True

    async def apply(self, stream: str, events: Sequence[Envelope]) -> Sequence[Write]:
        self.arrived[stream] = 0.0
        return []

    def committed(self) -> None:
        now = time.perf_counter()
        for stream in self.arrived:
            if (event := self.waiting.pop(stream, None)) is not None:
                self.arrived[stream] = now
                event.set()


async def bench_lag(folder: Path, times: int = 500, pause: float = 0.005) -> Measured:
    """From the moment an append returns until a trivial consumer has committed it, on an otherwise idle machine."""
    store = await SqliteEventStore.open(folder / "lag-log.db")
    database = await SqliteDatabase.open(folder / "lag.db", "NORMAL")
    await database.create(checkpoints.metadata)
    handler = _Counting()
    subscription = await TailSubscription.open(store, "lag")
    consumer = Consumer(
        "lag",
        store=store,
        database=database,
        handler=handler,
        subscription=subscription,
        committed=handler.committed,
    )
    running = asyncio.create_task(consumer.run())
    latencies: list[float] = []
    for _ in range(times):
        stream = f"task-{new_id()}"
        applied = handler.waiting[stream] = asyncio.Event()
        await store.append([StreamAppend(stream=stream, expected=0, events=[an_event(stream)])])
        start = time.perf_counter()
        await applied.wait()
        latencies.append(handler.arrived.pop(stream) - start)
        await asyncio.sleep(pause)
    running.cancel()
    await asyncio.wait([running])
    await subscription.close()
    await database.close()
    await store.close()
    return _measured("append -> applied", 1, 0.0, latencies)


async def bench_consumer(folder: Path, events: int = 20_000, streams: int = 2_000) -> float:
    """Events a second that a consumer with a trivial handler catches up, read from the log by reconciliation."""
    store = await SqliteEventStore.open(folder / "catch-up-log.db")
    per_stream = events // streams
    names = iter([f"task-{new_id()}" for _ in range(streams)])

    async def fill() -> None:
        for stream in names:
            batch = [an_event(stream, version) for version in range(1, per_stream + 1)]
            await store.append([StreamAppend(stream=stream, expected=0, events=batch)])

    await asyncio.gather(*(fill() for _ in range(64)))
    database = await SqliteDatabase.open(folder / "catch-up.db", "NORMAL")
    await database.create(checkpoints.metadata)
    start = time.perf_counter()
    await Consumer("catch-up", store=store, database=database, handler=_Counting()).reconcile()
    seconds = time.perf_counter() - start
    await database.close()
    await store.close()
    return events / seconds


async def run(seconds: float = 2.0) -> dict[str, Any]:
    """Every figure of this file, for `make bench` and for people."""
    with tempfile.TemporaryDirectory(prefix="bench-log-") as name:
        folder = Path(name)
        single = await bench_single(folder, seconds)
        peer = await bench_eventsourcing(folder, seconds)
        groups = [await bench_group(folder, concurrency, seconds) for concurrency in CONCURRENCIES]
        appends = [await bench_store(folder, concurrency, seconds) for concurrency in CONCURRENCIES]
        lag = await bench_lag(folder)
        caught_up = await bench_consumer(folder)
    return {
        "single": single,
        "peer": peer,
        "groups": groups,
        "appends": appends,
        "lag": lag,
        "consumer_events_per_second": caught_up,
    }


def show(figures: dict[str, Any]) -> None:
    """Print the figures as a table of ratios."""
    single, peer = figures["single"], figures["peer"]
    print(f"{'':34}{'clients':>8}{'/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'x single':>10}{'x peer':>8}{'x group':>9}")
    groups = {group.concurrency: group for group in figures["groups"]}
    for row in (single, peer, *figures["groups"], *figures["appends"]):
        group = groups.get(row.concurrency) if row.name == "append" else None
        against = f"{row.per_second / group.per_second:9.2f}" if group else ""
        print(
            f"{row.name:34}{row.concurrency:8}{row.per_second:9.0f}{row.p50:9.2f}{row.p99:9.2f}"
            f"{row.per_second / single.per_second:10.2f}{row.per_second / peer.per_second:8.2f}{against}"
        )
    print(f"append -> applied by a consumer: p50 {figures['lag'].p50:.2f} ms, p99 {figures['lag'].p99:.2f} ms")
    print(f"a consumer catching up: {figures['consumer_events_per_second']:.0f} events/s")


if __name__ == "__main__":
    show(asyncio.run(run(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)))
