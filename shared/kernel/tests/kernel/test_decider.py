"""Commands: decided on the newest state, appended once, answered the same for ever."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from prometheus_client import REGISTRY

from kernel.log.codec import Codec
from kernel.log.decider import Command, CommandIdReused, Decider, Outcome, Rejection
from kernel.log.event import Recorded
from kernel.log.ids import new_id
from kernel.log.streams import CannotApply, Streams
from kernel.ports.event_store import CommandRecord, EventStore
from kernel.process.platform import Platform
from testkit.log import NOON, envelope, to_append


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    amount: int


CODEC: Final[Codec[Added]] = Codec({Added: "task.added"})


def evolve(total: int | None, event: Recorded[Added]) -> int:
    return (total or 0) + event.data.amount


def add(*amounts: int, most: int = 1000) -> Callable[[int | None], Sequence[Added]]:
    """A decision to add amounts, rejected when the total would pass `most`."""

    def decide(total: int | None) -> Sequence[Added]:
        if (total or 0) + sum(amounts) > most:
            raise Rejection("too_much", f"{total} and {amounts} are more than {most}")
        return [Added(amount=amount) for amount in amounts]

    return decide


def nothing(_: int | None) -> Sequence[Added]:
    return []


def a_command(command_id: str | None = None, fingerprint: str = "what was asked") -> Command:
    return Command(
        id=command_id or new_id(),
        fingerprint=fingerprint,
        actor="kim",
        time=NOON,
        correlation_id="a-request",
        keyed=command_id is not None,
    )


@pytest.fixture
def decider(store: EventStore) -> Decider[int, Added]:
    return Decider(Streams(store, CODEC, evolve))


@pytest.fixture
async def elsewhere(store: EventStore, tmp_path: Path) -> Decider[int, Added]:
    """Another process's decider on the same log: it shares no memory with the first."""
    return Decider(Streams(store, CODEC, evolve))


async def amounts(store: EventStore, stream: str = "task-1") -> list[int]:
    return [event.data["amount"] for event in await store.load(stream)]


async def test_a_command_appends_what_was_decided(decider: Decider[int, Added], store: EventStore) -> None:
    outcome = await decider.execute("task-1", add(2, 3), a_command("c"), {"extra": [1]})
    assert outcome == Outcome(stream="task-1", version=2, state=5, result={"extra": [1]}, events=2)
    assert outcome.versions == range(1, 3)
    events = await store.load("task-1")
    assert [(event.version, event.type, event.schema_version, event.data) for event in events] == [
        (1, "task.added", 1, {"amount": 2}),
        (2, "task.added", 1, {"amount": 3}),
    ]
    assert {(e.actor, e.time, e.command_id, e.correlation_id) for e in events} == {("kim", NOON, "c", "a-request")}


async def test_an_event_says_whether_its_command_goes_on(decider: Decider[int, Added], store: EventStore) -> None:
    await decider.execute("task-1", add(1, 2, 3), a_command())
    await decider.execute("task-1", add(4), a_command())
    assert [event.continued for event in await store.load("task-1")] == [True, True, False, False]


async def test_a_state_is_folded_on_without_reading_the_log_again(decider: Decider[int, Added]) -> None:
    for total in (1, 2, 3):
        assert (await decider.execute("task-1", add(1), a_command())).state == total
    cached = decider.streams.cached("task-1")
    assert cached is not None
    assert (cached.state, cached.version) == (3, 3)


# --- idempotency ---


async def test_a_repeated_command_gets_its_first_outcome_for_ever(
    decider: Decider[int, Added], elsewhere: Decider[int, Added], store: EventStore
) -> None:
    first = await decider.execute("task-1", add(2), a_command("c"), {"id": "made"})
    for _ in range(3):
        await decider.execute("task-1", add(10), a_command())
    for each in (decider, elsewhere):
        again = await each.execute("task-1", add(2), a_command("c"), {"id": "another"})
        assert again == replace(first, replayed=True)
    assert await amounts(store) == [2, 10, 10, 10]


async def test_a_repeated_command_is_not_decided_again(decider: Decider[int, Added]) -> None:
    await decider.execute("task-1", add(600), a_command("c"))
    assert (await decider.execute("task-1", add(600), a_command("c"))).state == 600


async def test_a_command_is_recognised_after_everything_was_opened_anew(tmp_path: Path) -> None:
    for replayed in (False, True):
        async with Platform() as platform:
            store = await platform.event_store(f"sqlite:///{tmp_path}/other.db")
            outcome = await Decider(Streams(store, CODEC, evolve)).execute("task-1", add(2), a_command("c"))
            assert (outcome.state, outcome.version, outcome.replayed) == (2, 1, replayed)


async def test_a_command_id_used_for_something_else_is_an_error(
    decider: Decider[int, Added], store: EventStore
) -> None:
    await decider.execute("task-1", add(2), a_command("c"))
    with pytest.raises(CommandIdReused):
        await decider.execute("task-1", add(3), a_command("c", "something else"))
    assert await amounts(store) == [2]


async def test_of_equal_commands_at_once_one_is_carried_out(
    decider: Decider[int, Added], elsewhere: Decider[int, Added], store: EventStore
) -> None:
    outcomes = await asyncio.gather(
        *(each.execute("task-1", add(2), a_command("c")) for each in [decider, elsewhere] * 10)
    )
    assert {(outcome.version, outcome.state) for outcome in outcomes} == {(1, 2)}
    assert [outcome.replayed for outcome in outcomes].count(False) == 1
    assert await amounts(store) == [2]


async def test_a_rejected_command_may_be_tried_again(decider: Decider[int, Added]) -> None:
    with pytest.raises(Rejection):
        await decider.execute("task-1", add(2, most=1), a_command("c"))
    assert (await decider.execute("task-1", add(2), a_command("c"))).replayed is False


async def test_a_command_whose_id_nobody_knows_leaves_no_record(
    decider: Decider[int, Added], store: EventStore
) -> None:
    command = a_command()
    await decider.execute("task-1", add(2), command)
    assert await store.command(command.id) is None


# --- nothing to do ---


async def test_a_command_that_changes_nothing_appends_nothing(decider: Decider[int, Added], store: EventStore) -> None:
    await decider.execute("task-1", add(2), a_command())
    for command in (a_command(), a_command("keyed")):
        outcome = await decider.execute("task-1", nothing, command)
        assert (outcome.version, outcome.state, outcome.changed) == (1, 2, False)
    await decider.execute("task-1", add(3), a_command())
    again = await decider.execute("task-1", nothing, a_command("keyed"))
    assert (again.version, again.state, again.replayed) == (1, 2, True)
    assert await amounts(store) == [2, 3]


async def test_whether_there_is_nothing_to_do_is_decided_on_the_newest_state(
    decider: Decider[int, Added], elsewhere: Decider[int, Added]
) -> None:
    def to_five(total: int | None) -> Sequence[Added]:
        return [] if total == 5 else [Added(amount=5 - (total or 0))]

    await decider.execute("task-1", to_five, a_command())
    await elsewhere.execute("task-1", add(2), a_command())
    outcome = await decider.execute("task-1", to_five, a_command())
    assert (outcome.state, outcome.version, outcome.changed) == (5, 3, True)


async def test_deciding_nothing_on_a_stream_that_does_not_exist_is_a_mistake(
    decider: Decider[int, Added], store: EventStore
) -> None:
    with pytest.raises(RuntimeError, match="does not exist"):
        await decider.execute("task-1", nothing, a_command("c"))
    assert await store.command("c") is None


# --- concurrency ---


async def test_a_rejection_is_decided_on_the_newest_state(
    decider: Decider[int, Added], elsewhere: Decider[int, Added]
) -> None:
    await decider.execute("task-1", add(900), a_command())
    await elsewhere.execute("task-1", add(-900), a_command())
    assert (await decider.execute("task-1", add(200), a_command())).state == 200


async def test_what_the_newest_state_rejects_is_rejected(
    decider: Decider[int, Added], elsewhere: Decider[int, Added], store: EventStore
) -> None:
    await decider.execute("task-1", add(1), a_command())
    await elsewhere.execute("task-1", add(999), a_command())
    with pytest.raises(Rejection) as rejection:
        await decider.execute("task-1", add(1), a_command())
    assert rejection.value.code == "too_much"
    assert await amounts(store) == [1, 999]


async def test_a_race_that_was_lost_is_counted_and_every_append_measured(
    decider: Decider[int, Added], elsewhere: Decider[int, Added]
) -> None:
    names = ("log_append_conflicts_total", "log_append_duration_seconds_count", "log_appended_events_total")

    def counted() -> list[float]:
        return [REGISTRY.get_sample_value(name, {"kind": "task"}) or 0 for name in names]

    before = counted()
    await decider.execute("task-1", add(1), a_command())
    await elsewhere.execute("task-1", add(1, 2), a_command())
    await decider.execute("task-1", add(1), a_command())
    assert [after - was for after, was in zip(counted(), before, strict=True)] == [1, 3, 4]


async def test_commands_that_race_are_all_carried_out_one_after_the_other(
    decider: Decider[int, Added], elsewhere: Decider[int, Added], store: EventStore
) -> None:
    outcomes = await asyncio.gather(
        *(each.execute("task-1", add(1, most=25), a_command()) for each in [decider, elsewhere] * 20),
        return_exceptions=True,
    )
    done = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
    assert sorted(outcome.state for outcome in done) == list(range(1, 26))
    assert sum(isinstance(outcome, Rejection) for outcome in outcomes) == 15
    assert await amounts(store) == [1] * 25


async def test_a_caller_who_goes_away_does_not_hold_up_the_next(
    decider: Decider[int, Added], store: EventStore
) -> None:
    calls = [asyncio.create_task(decider.execute("task-1", add(1), a_command())) for _ in range(10)]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()
    await asyncio.wait(calls)
    outcome = await decider.execute("task-1", add(1), a_command())
    assert outcome.version == outcome.state == len(await amounts(store))


# --- states of the past ---


async def test_a_state_of_the_past_is_folded_from_the_log(decider: Decider[int, Added]) -> None:
    for _ in range(4):
        await decider.execute("task-1", add(1), a_command())
    streams = decider.streams
    assert [(await streams.at("task-1", version)).state for version in range(6)] == [None, 1, 2, 3, 4, 4]
    assert (await streams.latest("task-1")).version == 4
    assert (await streams.latest("task-2")).state is None


async def test_an_event_that_cannot_be_read_names_its_version(store: EventStore) -> None:
    await store.append([to_append("task-1", 0)])  # of a type that this codec does not know
    with pytest.raises(CannotApply) as fault:
        await Streams(store, CODEC, evolve).latest("task-1")
    assert (fault.value.stream, fault.value.version) == ("task-1", 1)
    assert "task.labelled" in fault.value.reason


async def test_memory_keeps_the_states_used_last(store: EventStore) -> None:
    streams = Streams(store, CODEC, evolve, budget=2 * 700)
    for n in range(3):
        events = [envelope(f"task-{n}", 1, {"amount": n}, type="task.added")]
        await store.append([replace(to_append(f"task-{n}", 0), events=events)])
        await streams.latest(f"task-{n}")
    assert [streams.cached(f"task-{n}") is not None for n in range(3)] == [False, True, True]
    assert (await streams.latest("task-0")).state == 0


async def test_a_record_from_before_events_were_counted_names_no_versions(
    decider: Decider[int, Added], store: EventStore
) -> None:
    await decider.execute("task-1", add(2, 3), a_command())
    outcome = b'{"stream": "task-1", "version": 2, "result": {}}'
    await store.append([], CommandRecord(id="c", fingerprint="what was asked", outcome=outcome))
    again = await decider.execute("task-1", add(2, 3), a_command("c"))
    assert (again.state, again.replayed, again.events, list(again.versions)) == (5, True, None, [])
