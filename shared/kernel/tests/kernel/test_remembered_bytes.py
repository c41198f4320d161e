"""What is remembered of streams is bounded by its bytes, whatever people write."""

import gc
import tracemalloc
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from kernel.adapters.sqlite.event_store import SqliteEventStore
from kernel.log.codec import Codec
from kernel.log.event import Recorded
from kernel.log.lru import Heavy
from kernel.log.streams import MIB, Streams
from kernel.log.weight import weigh
from kernel.ports.event_store import EventStore, StreamAppend
from testkit.log import envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    texts: dict[int, str]


def evolve(state: Pages | None, event: Recorded[Written]) -> Pages:
    return Pages(texts={**(state.texts if state else {}), event.version: event.data.text})


def shorten(state: Pages | None, event: Recorded[Written]) -> Pages:
    return replace(state, texts={1: event.data.text}) if state else Pages(texts={1: event.data.text})


CODEC: Codec[Written] = Codec({Written: "task.written"})


@pytest.fixture
async def store(tmp_path: Path) -> Any:
    opened = await SqliteEventStore.open(tmp_path / "log.db")
    yield opened
    await opened.close()


async def write(store: EventStore, stream: str, count: int, text: str) -> None:
    for version in range(1, count + 1):
        event = envelope(stream, version, {"text": f"{version}{text}"}, type="task.written")
        await store.append([StreamAppend(stream=stream, expected=version - 1, events=[event])])


# One emoji makes every character of a text take four bytes.
@pytest.mark.slow
@pytest.mark.parametrize("text", ["x" * 40_000, "x" * 40_000 + "🙂", "가" * 30_000, "short"])
async def test_states_take_no_more_memory_than_their_budget(store: EventStore, text: str) -> None:
    streams = Streams(store, CODEC, evolve, budget=2 * MIB)
    count = 200 if len(text) > 100 else 4000
    for number in range(count):
        await write(store, f"task-{number}", 1, text)
    tracemalloc.start()
    try:
        for number in range(count):
            await streams.latest(f"task-{number}")
        gc.collect()
        taken = sum(
            trace.size
            for trace in tracemalloc.take_snapshot().statistics("filename")
            if "sqlite/event_store" not in trace.traceback[0].filename
        )
    finally:
        tracemalloc.stop()
    assert streams.weight <= 2 * MIB
    assert taken <= 2 * MIB * 1.25
    assert streams.cached(f"task-{count - 1}") is not None
    assert streams.cached("task-0") is None


async def test_a_stream_that_grows_counts_as_what_it_has_become(store: EventStore) -> None:
    streams = Streams(store, CODEC, evolve, budget=64 * MIB)
    for version in range(1, 101):
        event = envelope("task-1", version, {"text": f"{version}" + "x" * 5000}, type="task.written")
        await store.append([StreamAppend(stream="task-1", expected=version - 1, events=[event])])
        state = (await streams.latest("task-1")).state
        assert 0.98 * weigh(state) <= streams.weight <= 2 * weigh(state) + 20_000


async def test_a_stream_that_is_rewritten_does_not_count_what_is_gone(store: EventStore) -> None:
    streams = Streams(store, CODEC, shorten, budget=64 * MIB)
    await write(store, "task-1", 100, "x" * 5000)
    for version in range(1, 101):
        streams.remember("task-1", await streams.at("task-1", version))
    assert streams.weight < 30_000


def test_one_value_that_is_too_heavy_is_kept_until_the_next_comes() -> None:
    memory: Heavy[str, str] = Heavy(100)
    memory.put("a", "first", 60)
    memory.put("b", "large", 500)
    assert (memory.get("a"), memory.get("b"), memory.weight) == (None, "large", 500)
    memory.put("b", "less", 50)
    memory.put("c", "third", 50)
    assert (memory.get("b"), memory.get("c"), memory.weight) == ("less", "third", 100)
