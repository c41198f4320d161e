"""Commands: load or remember the state, decide, append. Conflict retry and idempotency live here and nowhere else."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from weakref import WeakValueDictionary

import orjson

from kernel.log.envelope import Envelope, kind_of
from kernel.log.event import Recorded
from kernel.log.streams import Folded, Streams
from kernel.observe import tracing
from kernel.observe.telemetry import APPEND_CONFLICTS, APPEND_SECONDS, APPENDED_EVENTS
from kernel.ports.event_store import CommandAlreadyDone, CommandRecord, StreamAppend, VersionConflict

S = TypeVar("S")
E = TypeVar("E")

MAX_ATTEMPTS: Final = 10


class Rejection(Exception):
    """A decision's no. `code` is stable snake_case, `field` names the input at fault where there is one.

    `reason` says in stable snake_case what a program can tell people in words of its own, `limit` the bound in it.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        field: str | None = None,
        status: int = 409,
        reason: str | None = None,
        limit: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field
        self.status = status
        self.reason = reason
        self.limit = limit


class CommandIdReused(Exception):
    """The command id was used before for something else."""


class Contended(Exception):
    """The stream changed under every one of the attempts; the caller may try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who asks, when, and under which id.

    `keyed`: the id came from the caller, who may ask again under it, so its outcome is kept for ever. An id made for
    one request alone needs no record. `imported`: as of `Envelope`.
    """

    id: str
    fingerprint: str
    actor: str | None
    time: datetime
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    keyed: bool = False
    imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[S]):
    """What came of a command: the stream, its version and state then, and what the handler wanted remembered.

    `events`: how many events it made, the last of the stream's up to `version`. None is not known: a repeated command
    whose record is from before they were counted.
    """

    stream: str
    version: int
    state: S
    result: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = True
    replayed: bool = False
    events: int | None = None

    @property
    def versions(self) -> range:
        """The versions of the events that the command made, as far as it is known."""
        return range(self.version + 1 - (self.events or 0), self.version + 1)


class Decider(Generic[S, E]):
    """Carries out commands on the streams of one kind of aggregate."""

    def __init__(self, streams: Streams[S, E]) -> None:
        self.streams = streams
        # Commands on one stream queue up here instead of losing the race at the store again and again.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def replay(self, command: Command) -> Outcome[S] | None:
        """The first outcome of a keyed command that was carried out before, else None. Raises CommandIdReused."""
        if not command.keyed:
            return None
        record = await self.streams.store.command(command.id)
        return None if record is None else await self._outcome_of(record, command)

    async def execute(
        self,
        stream: str,
        decide: Callable[[S | None], Sequence[E]],
        command: Command,
        result: Mapping[str, Any] | None = None,
        *,
        new: bool = False,
    ) -> Outcome[S]:
        """Decide on the state of a stream and append the events; a repeated command gets its first outcome.

        `new`: the stream's id was just made, so that there is nothing to load. The append proves it.
        `decide` may run several times; it must be pure. Raises its Rejection (always decided on the log's newest
        state), CommandIdReused, Contended, and what the event store raises.
        """
        replayed = await self.replay(command)
        if replayed is not None:
            return replayed
        turn = self._turns.get(stream)
        if turn is None:
            turn = self._turns[stream] = asyncio.Lock()
        async with turn:
            remembered: Folded[S] | None = Folded(None, 0) if new else self.streams.cached(stream)
            return await self._execute(stream, decide, command, result or {}, remembered)

    async def _execute(
        self,
        stream: str,
        decide: Callable[[S | None], Sequence[E]],
        command: Command,
        result: Mapping[str, Any],
        remembered: Folded[S] | None,
    ) -> Outcome[S]:
        for attempt in range(MAX_ATTEMPTS):
            known = remembered or await self.streams.latest(stream)
            fresh, remembered = remembered is None, None
            try:
                events = decide(known.state)
            except Rejection:
                if fresh:
                    raise
                continue  # perhaps only what was remembered is in the way
            if not events and not fresh:
                continue
            try:
                return await self._append(stream, known, events, command, result)
            except CommandAlreadyDone as done:
                return await self._outcome_of(done.record, command)
            except VersionConflict:
                APPEND_CONFLICTS.labels(kind_of(stream)).inc()
                await asyncio.sleep(random.uniform(0, 0.002 * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise Contended(f"{stream} changed under every one of {MAX_ATTEMPTS} attempts")

    async def _append(
        self, stream: str, known: Folded[S], events: Sequence[E], command: Command, result: Mapping[str, Any]
    ) -> Outcome[S]:
        envelopes, state = recorded(self.streams, stream, known, events, command)
        version = known.version + len(envelopes)
        appends = [StreamAppend(stream=stream, expected=known.version, events=envelopes)] if envelopes else []
        record = None
        if command.keyed:
            outcome = orjson.dumps({"stream": stream, "version": version, "result": result, "events": len(envelopes)})
            record = CommandRecord(id=command.id, fingerprint=command.fingerprint, outcome=outcome)
        if appends or record:
            kind = kind_of(stream)
            ids: dict[str, tracing.Attribute] = {
                "taskledger.stream": stream,
                "taskledger.version": version,
                "taskledger.command_id": command.id,
            }
            started = time.perf_counter()
            with tracing.work(f"append {kind}", tracing.Kind.PRODUCER, attributes=ids):
                await self.streams.store.append(appends, record)
            APPEND_SECONDS.labels(kind).observe(time.perf_counter() - started)
            APPENDED_EVENTS.labels(kind).inc(len(envelopes))
            self.streams.remember(stream, known.then(state, version, tuple(events)))
        return Outcome(
            stream=stream, version=version, state=state, result=result, changed=bool(events), events=len(envelopes)
        )

    async def _outcome_of(self, record: CommandRecord, command: Command) -> Outcome[S]:
        if record.fingerprint != command.fingerprint:
            raise CommandIdReused(command.id)
        outcome = orjson.loads(record.outcome)
        folded = await self.streams.at(outcome["stream"], outcome["version"])
        if folded.state is None:
            raise RuntimeError(f"the log has a record of command {record.id} but not its events")
        return Outcome(
            stream=outcome["stream"],
            version=outcome["version"],
            state=folded.state,
            result=outcome["result"],
            replayed=True,
            events=outcome.get("events"),
        )


def recorded(
    streams: Streams[S, E], stream: str, known: Folded[S], events: Sequence[E], command: Command
) -> tuple[list[Envelope], S]:
    """Events as a command adds them to a stream, and the state after them."""
    envelopes: list[Envelope] = []
    state: S | None = known.state
    version = known.version
    for event in events:
        version += 1
        name, schema_version, data = streams.codec.encode(event)
        envelopes.append(
            Envelope(
                stream=stream,
                version=version,
                type=name,
                schema_version=schema_version,
                time=command.time,
                data=data,
                actor=command.actor,
                command_id=command.id,
                correlation_id=command.correlation_id,
                causation_id=command.causation_id,
                traceparent=command.traceparent,
                continued=version < known.version + len(events),
                imported=command.imported,
            )
        )
        happened = Recorded(
            stream=stream, version=version, type=name, time=command.time, actor=command.actor, data=event
        )
        state = streams.evolve(state, happened)
    if state is None:
        raise RuntimeError("a decision on a stream that does not exist must make events or reject")
    return envelopes, state
