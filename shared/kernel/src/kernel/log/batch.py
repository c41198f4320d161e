"""One command that begins many streams: all of them or none, in their order.

As many as an append may have begin in one. More begin in several, one after the other: the first holds the record of
the command with all streams in it, and what follows is tried again until it is there. So whoever asks again under the
same command id gets all of them, and never one twice.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import orjson

from kernel.log.decider import Command, CommandIdReused, recorded
from kernel.log.envelope import kind_of
from kernel.log.streams import Folded, Streams
from kernel.observe import tracing
from kernel.observe.telemetry import APPEND_SECONDS, APPENDED_EVENTS
from kernel.ports.event_store import (
    MAX_ITEMS_PER_APPEND,
    CommandAlreadyDone,
    CommandRecord,
    StreamAppend,
    VersionConflict,
)
from kernel.ports.faults import StoreUnavailable

S = TypeVar("S")
E = TypeVar("E")

STREAMS_PER_APPEND: Final = (MAX_ITEMS_PER_APPEND - 1) // 2
"""Each new stream is an event and a head; one item is left for the command."""

_ATTEMPTS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The streams that a command begins, in their order, and what else the handler wants to know of them again."""

    streams: tuple[str, ...]
    result: Mapping[str, Any]


class Batches(Generic[S, E]):
    """Begins many streams of one kind of aggregate at once."""

    def __init__(self, streams: Streams[S, E]) -> None:
        self._streams = streams

    async def planned(self, command: Command) -> Plan | None:
        """What a keyed command planned when it came first, else None. Raises CommandIdReused."""
        record = await self._streams.store.command(command.id) if command.keyed else None
        return None if record is None else _plan_of(record, command)

    async def begin(self, plan: Plan, events: Sequence[E], command: Command) -> Sequence[S]:
        """Begin each of the plan's streams with its event; returns their states.

        Raises CommandAlreadyDone: another request came first under this id, and nothing was written; and
        StoreUnavailable: perhaps some are there, and `finish` begins the others.
        """
        record = None
        if command.keyed:
            outcome = orjson.dumps({"streams": plan.streams, "result": plan.result})
            record = CommandRecord(id=command.id, fingerprint=command.fingerprint, outcome=outcome)
        appends, states = self._appends(plan, events, command)
        first, *rest = _parts(appends)
        await self._append(first, record, command)
        await self._follow(rest, command)
        for append, state in zip(appends, states, strict=True):
            self._streams.remember(append.stream, Folded(state, 1))
        return states

    async def finish(self, plan: Plan, events: Callable[[], Sequence[E]], command: Command) -> Sequence[S]:
        """Begin those of a plan's streams that have not begun; returns how all of them began.

        `events` is called where some have not. Raises StoreUnavailable.
        """
        if (await self._streams.at(plan.streams[-1], 1)).state is None:  # the last begins last
            appends, _ = self._appends(plan, events(), command)
            await self._follow(_parts(appends)[1:], command)
        found = [(await self._streams.at(stream, 1)).state for stream in plan.streams]
        return [state for state in found if state is not None]

    def _appends(self, plan: Plan, events: Sequence[E], command: Command) -> tuple[list[StreamAppend], list[S]]:
        appends: list[StreamAppend] = []
        states: list[S] = []
        for stream, event in zip(plan.streams, events, strict=True):
            envelopes, state = recorded(self._streams, stream, Folded(None, 0), [event], command)
            appends.append(StreamAppend(stream=stream, expected=0, events=envelopes))
            states.append(state)
        return appends, states

    async def _follow(self, parts: Sequence[Sequence[StreamAppend]], command: Command) -> None:
        for part in parts:
            for attempt in range(_ATTEMPTS):
                try:
                    await self._append(part, None, command)
                except VersionConflict:
                    break  # it has been written: nobody else knows of these streams
                except StoreUnavailable:
                    if attempt == _ATTEMPTS - 1:
                        raise
                    await asyncio.sleep(random.uniform(0.5, 1) * 0.05 * 2**attempt)  # noqa: S311 - jitter, not a secret
                else:
                    break

    async def _append(self, appends: Sequence[StreamAppend], record: CommandRecord | None, command: Command) -> None:
        kind = kind_of(appends[0].stream)
        about: dict[str, tracing.Attribute] = {
            "taskledger.streams": len(appends),
            "taskledger.command_id": command.id,
        }
        started = time.perf_counter()
        with tracing.work(f"append {kind}", tracing.Kind.PRODUCER, attributes=about):
            await self._streams.store.append(appends, record)
        APPEND_SECONDS.labels(kind).observe(time.perf_counter() - started)
        APPENDED_EVENTS.labels(kind).inc(len(appends))


def _parts(appends: Sequence[StreamAppend]) -> list[Sequence[StreamAppend]]:
    return [appends[start : start + STREAMS_PER_APPEND] for start in range(0, len(appends), STREAMS_PER_APPEND)]


def plan_of(done: CommandAlreadyDone, command: Command) -> Plan:
    """The plan of the request that came first. Raises CommandIdReused."""
    return _plan_of(done.record, command)


def _plan_of(record: CommandRecord, command: Command) -> Plan:
    if record.fingerprint != command.fingerprint:
        raise CommandIdReused(command.id)
    outcome = orjson.loads(record.outcome)
    return Plan(streams=tuple(outcome["streams"]), result=outcome["result"])
