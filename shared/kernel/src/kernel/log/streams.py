"""Folded states of streams, kept in memory as far as their bytes allow. The log stays the truth: every answer can be
reloaded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from kernel.log.codec import Codec, UndecodableEvent
from kernel.log.envelope import Envelope
from kernel.log.event import Recorded
from kernel.log.lru import Heavy
from kernel.log.weight import weigh
from kernel.ports.event_store import EventStore

S = TypeVar("S")
E = TypeVar("E")

MIB: Final = 1024 * 1024
BESIDE: Final = 600
"""What a remembered stream takes beside its state: the key, its place in the order, what wraps the state."""


@dataclass(frozen=True, slots=True)
class Folded(Generic[S]):
    """A stream's state after its first `version` events; version 0 is a stream without events, state None.

    `weight`: at least the bytes of the state after its last weighing and the events until `pending`, which has those
    that were not counted yet, the newest first.
    """

    state: S | None
    version: int
    weight: int = field(default=0, compare=False)
    weighed: int = field(default=0, compare=False)
    pending: "tuple[object, Any] | None" = field(default=None, compare=False, repr=False)

    def then(self, state: S, version: int, happened: object) -> "Folded[S]":
        """The state after one or more events."""
        return Folded(state, version, self.weight, self.weighed, (happened, self.pending))

    def settled(self) -> "Folded[S]":
        """The same with nothing pending. All of the state is weighed when it may have doubled, not at every event."""
        if self.weighed and self.pending is None:
            return self
        weight, pending = self.weight, self.pending
        while pending is not None:
            happened, pending = pending
            weight += weigh(happened)
        if self.weighed and weight <= 2 * self.weighed:
            return Folded(self.state, self.version, weight, self.weighed)
        weighed = weigh(self.state)
        return Folded(self.state, self.version, weighed, weighed)


class CannotApply(Exception):
    """An event can never be applied: unknown, malformed, or impossible after the events before it."""

    def __init__(self, stream: str, version: int, reason: str) -> None:
        super().__init__(f"{stream}:{version} cannot be applied: {reason}")
        self.stream = stream
        self.version = version
        self.reason = reason


def until(events: Sequence[Envelope], moment: datetime) -> Sequence[Envelope]:
    """The events up to the last one that happened at or before a moment.

    Clocks of processes differ: an event that bears a later time than one behind it still comes before that one.
    """
    end = len(events)
    while end and events[end - 1].time > moment:
        end -= 1
    return events[:end]


class Streams(Generic[S, E]):
    """The streams of one kind of aggregate: load, fold, remember."""

    def __init__(
        self,
        store: EventStore,
        codec: Codec[E],
        evolve: Callable[[S | None, Recorded[E]], S],
        budget: int = 16 * MIB,
    ) -> None:
        """`budget`: how many bytes the remembered states may take."""
        self.store = store
        self.codec = codec
        self.evolve = evolve
        self._folded: Heavy[str, Folded[S]] = Heavy(budget)

    def cached(self, stream: str) -> Folded[S] | None:
        """What is in memory of a stream, perhaps behind the log."""
        return self._folded.get(stream)

    async def latest(self, stream: str) -> Folded[S]:
        """The state at the stream's head, read from the log: never older than an append that returned.

        Raises CannotApply.
        """
        known = self._folded.get(stream)
        tail = await self.store.load(stream, known.version if known else 0)
        if not tail:
            return known or Folded(None, 0)
        return self.advance(stream, known or Folded(None, 0), tail)

    async def at(self, stream: str, version: int) -> Folded[S]:
        """The state after exactly the first `version` events (fewer when the stream is shorter)."""
        known = self._folded.get(stream)
        if known is None or known.version > version:
            known = Folded(None, 0)
        if known.version == version:
            return known
        return self.fold(known, await self.store.load(stream, known.version, version))

    async def as_of(self, stream: str, moment: datetime) -> Folded[S]:
        """The state after the last event that happened at or before a moment. Raises CannotApply."""
        return self.fold(Folded(None, 0), until(await self.store.load(stream), moment))

    def fold(self, folded: Folded[S], tail: Sequence[Envelope]) -> Folded[S]:
        """The state after more events. Raises CannotApply at the first event that cannot be applied."""
        for envelope in tail:
            folded = self.step(folded, envelope)[1]
        return folded

    def step(self, folded: Folded[S], envelope: Envelope) -> tuple[Recorded[E], Folded[S]]:
        """The decoded event and the state after it. Raises CannotApply."""
        try:
            event = self.codec.decode(envelope)
            return event, folded.then(self.evolve(folded.state, event), envelope.version, event.data)
        except (UndecodableEvent, ValueError) as error:
            raise CannotApply(envelope.stream, envelope.version, str(error)) from error
        except (LookupError, TypeError, AttributeError) as error:
            raise CannotApply(envelope.stream, envelope.version, f"{type(error).__name__}: {error}") from error

    def advance(self, stream: str, folded: Folded[S], tail: Sequence[Envelope]) -> Folded[S]:
        """Fold more events and remember the result."""
        folded = self.fold(folded, tail)
        self.remember(stream, folded)
        return folded

    def remember(self, stream: str, folded: Folded[S]) -> None:
        """Keep a state, unless a newer one is kept already."""
        known = self._folded.get(stream)
        if known is None or known.version < folded.version:
            folded = folded.settled()
            self._folded.put(stream, folded, folded.weight + BESIDE)

    @property
    def weight(self) -> int:
        """The bytes that remembered states take, as they were weighed."""
        return self._folded.weight
