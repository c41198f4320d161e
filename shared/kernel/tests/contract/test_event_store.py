"""What every adapter of `EventStore` promises. Long because one suite is the whole promise."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.log import chain
from kernel.ports.event_store import (
    MAX_APPEND_BYTES,
    MAX_EVENT_BYTES,
    MAX_EVENTS_PER_APPEND,
    AppendRefused,
    CommandAlreadyDone,
    CommandRecord,
    EventStore,
    StreamAppend,
    VersionConflict,
)
from kernel.process.platform import Platform
from testkit.log import envelope, extend, to_append


def a_command(command_id: str, fingerprint: str = "what was asked") -> CommandRecord:
    return CommandRecord(id=command_id, fingerprint=fingerprint, outcome=b'{"n": 1}')


async def versions(store: EventStore, stream: str) -> list[int]:
    return [event.version for event in await store.load(stream)]


# --- append and load ---


async def test_what_was_appended_is_loaded_as_it_was(store: EventStore, unique: str) -> None:
    stream = f"task-{unique}"
    events = [
        replace(
            envelope(
                stream, 1, {"title": "회의록 \x00 \N{GRINNING FACE}", "deep": [{"a": None, "b": 1.5, "c": 2**53}]}
            ),
            causation_id="cause",
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
        envelope(stream, 2, {}, actor=None),
    ]
    await store.append([StreamAppend(stream=stream, expected=0, events=events)])
    assert list(await store.load(stream)) == events


async def test_load_reads_between_bounds(store: EventStore, unique: str) -> None:
    stream = f"task-{unique}"
    events = await extend(store, stream, 0, 5)
    assert list(await store.load(stream, after=2)) == events[2:]
    assert list(await store.load(stream, after=1, upto=3)) == events[1:3]
    assert list(await store.load(stream, upto=0)) == []
    assert list(await store.load(stream, after=5)) == []


async def test_a_stream_that_does_not_exist_is_empty(store: EventStore, unique: str) -> None:
    assert list(await store.load(f"task-{unique}")) == []


async def test_streams_with_a_common_beginning_are_apart(store: EventStore, unique: str) -> None:
    await extend(store, f"task-{unique}", 0, 2)
    await extend(store, f"task-{unique}0", 0, 3)
    assert await versions(store, f"task-{unique}") == [1, 2]


# --- versions ---


@pytest.mark.parametrize("expected", [0, 1, 3, 7])
async def test_an_append_that_expects_another_version_is_a_conflict(
    store: EventStore, unique: str, expected: int
) -> None:
    stream = f"task-{unique}"
    await extend(store, stream, 0, 2)
    with pytest.raises(VersionConflict) as conflict:
        await extend(store, stream, expected)
    assert (conflict.value.stream, conflict.value.expected) == (stream, expected)
    assert await versions(store, stream) == [1, 2]


async def test_a_stream_begins_at_version_one(store: EventStore, unique: str) -> None:
    with pytest.raises(VersionConflict):
        await extend(store, f"task-{unique}", 1)
    assert await versions(store, f"task-{unique}") == []


async def test_each_version_has_exactly_one_winner(store: EventStore, unique: str) -> None:
    stream = f"task-{unique}"
    for expected in range(5):
        results = await asyncio.gather(*(extend(store, stream, expected) for _ in range(20)), return_exceptions=True)
        assert Counter(type(result).__name__ for result in results) == {"list": 1, "VersionConflict": 19}
    assert await versions(store, stream) == [1, 2, 3, 4, 5]


async def test_two_stores_on_one_log_race_fairly(store: EventStore, second_store: EventStore, unique: str) -> None:
    stream = f"task-{unique}"
    for expected in range(5):
        results = await asyncio.gather(
            *(extend(each, stream, expected) for each in (store, second_store) for _ in range(5)),
            return_exceptions=True,
        )
        assert Counter(type(result).__name__ for result in results) == {"list": 1, "VersionConflict": 9}
        assert await versions(store, stream) == await versions(second_store, stream)


async def test_a_conflict_does_not_disturb_its_neighbours(store: EventStore, unique: str) -> None:
    streams = [f"task-{unique}{n}" for n in range(30)]
    expected = [n % 2 for n in range(30)]
    results = await asyncio.gather(*map(extend, [store] * 30, streams, expected), return_exceptions=True)
    assert [isinstance(result, VersionConflict) for result in results] == [n == 1 for n in expected]
    assert [await versions(store, stream) for stream in streams] == [[] if n == 1 else [1] for n in expected]


async def test_an_append_to_several_streams_is_all_or_nothing(store: EventStore, unique: str) -> None:
    first, second = f"task-{unique}", f"project-{unique}"
    await store.append([to_append(first, 0, 2), to_append(second, 0)], a_command(unique))
    with pytest.raises(VersionConflict):
        await store.append([to_append(first, 2), to_append(second, 0)], a_command(f"{unique}-2"))
    assert (await versions(store, first), await versions(store, second)) == ([1, 2], [1])
    assert await store.command(f"{unique}-2") is None


async def test_a_caller_who_goes_away_leaves_a_whole_append_or_none(store: EventStore, unique: str) -> None:
    stream = f"task-{unique}"
    caller = asyncio.create_task(store.append([to_append(stream, 0, 3)], a_command(unique)))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait([caller])
    await store.allocate(unique)  # what was accepted before it is done
    written = await versions(store, stream)
    assert written in ([], [1, 2, 3])
    assert (await store.command(unique) is not None) == bool(written)


# --- commands ---


async def test_a_command_is_carried_out_once_and_its_record_kept(store: EventStore, unique: str) -> None:
    stream = f"task-{unique}"
    await store.append([to_append(stream, 0)], a_command(unique))
    with pytest.raises(CommandAlreadyDone) as done:
        await store.append([to_append(stream, 1)], a_command(unique, "something else"))
    assert done.value.record == a_command(unique) == await store.command(unique)
    assert await versions(store, stream) == [1]


async def test_a_repeated_command_is_recognised_before_its_version_is_looked_at(store: EventStore, unique: str) -> None:
    await store.append([to_append(f"task-{unique}", 0)], a_command(unique))
    with pytest.raises(CommandAlreadyDone):
        await store.append([to_append(f"task-{unique}", 0)], a_command(unique))


async def test_of_equal_commands_at_once_one_is_carried_out(
    store: EventStore, second_store: EventStore, unique: str
) -> None:
    def attempt(store: EventStore, n: int) -> "asyncio.Future[None]":
        return asyncio.ensure_future(store.append([to_append(f"task-{unique}{n}", 0)], a_command(unique)))

    attempts = [attempt(each, n) for n, each in enumerate([store, second_store] * 8)]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert Counter(type(result).__name__ for result in results) == {"NoneType": 1, "CommandAlreadyDone": 15}
    assert sum([len(await store.load(f"task-{unique}{n}")) for n in range(16)]) == 1


async def test_a_command_without_events_is_recorded(store: EventStore, unique: str) -> None:
    await store.append([], a_command(unique))
    assert await store.command(unique) == a_command(unique)


async def test_an_append_of_nothing_is_nothing(store: EventStore) -> None:
    await store.append([])


async def test_a_command_never_carried_out_has_no_record(store: EventStore, unique: str) -> None:
    assert await store.command(unique) is None


# --- limits ---


async def test_as_many_events_as_allowed_are_appended_at_once(store: EventStore, unique: str) -> None:
    await store.append([to_append(f"task-{unique}", 0, MAX_EVENTS_PER_APPEND)], a_command(unique))
    assert len(await store.load(f"task-{unique}")) == MAX_EVENTS_PER_APPEND


async def test_more_events_than_allowed_are_refused(store: EventStore, unique: str) -> None:
    with pytest.raises(AppendRefused):
        await store.append([to_append(f"task-{unique}", 0, MAX_EVENTS_PER_APPEND), to_append(f"project-{unique}", 0)])
    assert await versions(store, f"task-{unique}") == []


async def test_events_streams_and_command_share_the_room_of_an_append(store: EventStore, unique: str) -> None:
    first, second = to_append(f"task-{unique}", 0, 97), to_append(f"project-{unique}", 0)
    with pytest.raises(AppendRefused, match="101 items"):
        await store.append([first, second], a_command(unique))
    assert await store.command(unique) is None
    await store.append([first, second])
    assert (await versions(store, second.stream), len(await store.load(first.stream))) == ([1], 97)


async def test_an_append_up_to_the_size_limit_is_kept_and_a_larger_one_refused(store: EventStore, unique: str) -> None:
    stream = f"task-{unique}"
    overhead = len(envelope(stream, 12, {"text": ""}).to_json())
    room = MAX_APPEND_BYTES // 12 - overhead
    events = [envelope(stream, version, {"text": "x" * room}) for version in range(1, 13)]
    too_large = [*events, envelope(stream, 13, {"text": "x" * 200})]
    with pytest.raises(AppendRefused, match="bytes in one append"):
        await store.append([StreamAppend(stream=stream, expected=0, events=too_large)], a_command(unique))
    assert await versions(store, stream) == []
    await store.append([StreamAppend(stream=stream, expected=0, events=events)])
    assert list(await store.load(stream)) == events


async def test_an_event_up_to_the_size_limit_is_kept_and_a_larger_one_refused(store: EventStore, unique: str) -> None:
    stream = f"task-{unique}"
    room = MAX_EVENT_BYTES - len(envelope(stream, 1, {"text": ""}).to_json())
    largest = envelope(stream, 1, {"text": "x" * room})
    too_large = envelope(stream, 1, {"text": "x" * (room + 1)})
    with pytest.raises(AppendRefused):
        await store.append([StreamAppend(stream=stream, expected=0, events=[too_large])], a_command(unique))
    assert await store.command(unique) is None
    await store.append([StreamAppend(stream=stream, expected=0, events=[largest])])
    assert list(await store.load(stream)) == [largest]


@pytest.mark.parametrize("numbers", [[2], [1, 3], [1, 1], [2, 1], [0]])
async def test_events_whose_versions_do_not_follow_are_refused(
    store: EventStore, unique: str, numbers: list[int]
) -> None:
    stream = f"task-{unique}"
    events = [envelope(stream, version) for version in numbers]
    with pytest.raises(AppendRefused):
        await store.append([StreamAppend(stream=stream, expected=0, events=events)])
    assert await versions(store, stream) == []


async def test_a_malformed_append_is_refused(store: EventStore, unique: str) -> None:
    stream = f"task-{unique}"
    foreign = StreamAppend(stream=stream, expected=0, events=[envelope(f"project-{unique}", 1)])
    nothing = StreamAppend(stream=stream, expected=0, events=[])
    unwritable = StreamAppend(stream=stream, expected=0, events=[envelope(stream, 1, {"text": "\ud800"})])
    unknown = StreamAppend(stream=f"ghost-{unique}", expected=0, events=[envelope(f"ghost-{unique}", 1)])
    twice = to_append(stream, 0)
    for appends in ([foreign], [nothing], [unwritable], [unknown], [twice, twice]):
        with pytest.raises(AppendRefused):
            await store.append(appends, a_command(unique))
    assert await versions(store, stream) == []
    assert await store.command(unique) is None


# --- heads ---


async def test_heads_tell_every_streams_newest_version(store: EventStore, unique: str) -> None:
    streams = [f"task-{unique}{n:02}" for n in range(30)]
    for n, stream in enumerate(streams):
        await extend(store, stream, 0, 1 + n % 3)
    heads = {head.stream: head.version async for head in store.heads()}
    assert [heads[stream] for stream in streams] == [1 + n % 3 for n in range(30)]


async def test_heads_since_a_time_leave_out_what_did_not_change(store: EventStore, unique: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    await extend(store, f"task-{unique}a", 0)
    await extend(store, f"task-{unique}b", 0)
    changed = {head.stream: head.changed_at async for head in store.heads()}
    await asyncio.sleep(0.002)
    await extend(store, f"task-{unique}a", 1)
    since = max(changed.values()) + timedelta(milliseconds=1)
    recent = [head async for head in store.heads(since)]
    assert [(head.stream, head.version) for head in recent] == [(f"task-{unique}a", 2)]
    assert before <= recent[0].changed_at <= datetime.now(UTC) + timedelta(seconds=1)
    exactly = recent[0].changed_at
    assert [head.stream async for head in store.heads(exactly)] == [f"task-{unique}a"]


# --- sequences ---


async def test_a_sequence_counts_from_one_and_apart_from_others(store: EventStore, unique: str) -> None:
    assert [await store.allocate(f"{unique}a") for _ in range(3)] == [1, 2, 3]
    assert await store.allocate(f"{unique}b", 10) == 1
    assert await store.allocate(f"{unique}b") == 11
    with pytest.raises(ValueError, match="count"):
        await store.allocate(f"{unique}a", 0)


async def test_no_number_is_given_twice(store: EventStore, second_store: EventStore, unique: str) -> None:
    counts = [1 + n % 3 for n in range(40)]
    starts = await asyncio.gather(
        *(each.allocate(unique, count) for count, each in zip(counts, [store, second_store] * 20, strict=True))
    )
    numbers = [n for start, count in zip(starts, counts, strict=True) for n in range(start, start + count)]
    assert sorted(numbers) == list(range(1, sum(counts) + 1))


# --- durability ---


async def test_everything_is_there_after_closing_and_opening(event_store_url: str, unique: str) -> None:
    async with Platform() as platform:
        store = await platform.event_store(event_store_url)
        events = await extend(store, f"task-{unique}", 0, 3)
        await store.append([], a_command(unique))
        await store.allocate(unique, 5)
    async with Platform() as platform:
        store = await platform.event_store(event_store_url)
        await store.ping()
        assert list(await store.load(f"task-{unique}")) == events
        assert await store.command(unique) == a_command(unique)
        assert await store.allocate(unique) == 6


WRITER = """
import asyncio, sys
from kernel.process.platform import Platform
from kernel.ports.event_store import VersionConflict
from testkit.log import extend

async def write(url, stream, rounds):
    async with Platform() as platform:
        store = await platform.event_store(url)
        done = 0
        while done < rounds:
            events = await store.load(stream)
            try:
                await extend(store, stream, len(events))
            except VersionConflict:
                continue
            done += 1
            print(len(events) + 1, flush=True)

asyncio.run(write(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def start_writer(url: str, stream: str, rounds: int) -> Coroutine[Any, Any, Process]:
    return asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, url, stream, str(rounds), stdout=PIPE)


@pytest.mark.slow
async def test_several_processes_share_a_log(store: EventStore, event_store_url: str, unique: str) -> None:
    stream = f"task-{unique}"
    writers = [await start_writer(event_store_url, stream, 20) for _ in range(2)]
    outputs = await asyncio.gather(*(writer.communicate() for writer in writers))
    assert [writer.returncode for writer in writers] == [0, 0]
    acknowledged = sorted(int(line) for out, _ in outputs for line in out.split())
    assert acknowledged == await versions(store, stream) == list(range(1, 41))


@pytest.mark.slow
@pytest.mark.crash
async def test_an_acknowledged_append_survives_the_writers_death(
    store: EventStore, event_store_url: str, unique: str
) -> None:
    stream = f"task-{unique}"
    writer = await start_writer(event_store_url, stream, 100_000)
    assert writer.stdout is not None
    lines = [await writer.stdout.readline() for _ in range(30)]
    writer.kill()
    lines += (await writer.stdout.read()).splitlines(keepends=True)
    await writer.wait()
    acknowledged = [int(line) for line in lines if line.endswith(b"\n")]
    found = await versions(store, stream)
    assert found == list(range(1, len(found) + 1))
    assert set(acknowledged) <= set(found)
    await extend(store, stream, len(found))


# --- the hash chain ---


async def test_an_event_has_a_link_over_its_bytes_as_they_are_kept_and_the_link_before(
    store: EventStore, second_store: EventStore, unique: str
) -> None:
    stream = f"task-{unique}"
    events = [*await extend(store, stream, 0, 3), *await extend(second_store, stream, 3, 2)]
    events += await extend(store, stream, 5, 1)
    stored = await store.stored(stream)
    assert [event.version for event in stored] == [1, 2, 3, 4, 5, 6]
    assert [event.body for event in stored] == [event.to_json() for event in events]
    assert [event.link for event in stored] == list(chain.links(chain.first(stream), (e.body for e in stored)))
    assert await second_store.newest_link(stream) == (6, stored[-1].link)


async def test_streams_of_one_append_have_chains_of_their_own(store: EventStore, unique: str) -> None:
    streams = [f"task-{unique}", f"project-{unique}"]
    for expected in (0, 2):
        await store.append([to_append(stream, expected, 2) for stream in streams])
    for stream in streams:
        stored = await store.stored(stream)
        assert [event.link for event in stored] == list(chain.links(chain.first(stream), (e.body for e in stored)))


async def test_an_append_that_is_refused_leaves_the_chain_as_it_was(
    store: EventStore, second_store: EventStore, unique: str
) -> None:
    stream = f"task-{unique}"
    await extend(store, stream, 0, 2)
    before = await store.newest_link(stream)
    for expected in (0, 1, 7):
        with pytest.raises(VersionConflict):
            await extend(second_store, stream, expected)
    assert await store.newest_link(stream) == before
    assert await store.newest_link(f"task-{unique}-never") is None
    assert await store.stored(f"task-{unique}-never") == []
    assert await store.unsound() in ((), [])
