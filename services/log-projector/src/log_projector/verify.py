"""Does the read model say what the log says? Every stream is folded, every row compared; nothing is written."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.codecs import USER_CODEC
from contracts.read_model import ActiveGeneration
from kernel.log.codec import UndecodableEvent
from kernel.log.envelope import Envelope, kind_of
from kernel.log.streams import CannotApply
from kernel.ports.event_store import EventStore
from kernel.process.platform import Platform
from kernel.process.settings import Settings
from log_projector.rows import (
    STREAMS_AT_ONCE,
    Checkpoint,
    Content,
    Difference,
    GenerationReader,
    Kind,
    Snapshot,
    differences,
    ranges,
)
from log_projector.writes import KINDS, Projection

PATIENCE_SECONDS: Final = 2.0
"""How long a projector that is behind may stand still before it is taken for stopped."""

_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found. `behind`: streams whose newest events wait for a projector, equal up to there."""

    generation: int
    streams: int
    events: int
    behind: Sequence[str]
    differences: Sequence[Difference]


async def verify(
    platform: Platform,
    settings: Settings,
    on_progress: Callable[[int, int], None] = lambda streams, of: None,
    *,
    patience: float = PATIENCE_SECONDS,
) -> Verified:
    """Compare the active generation with the log, while both may be written to.

    `on_progress` is told of the streams done and to do; `patience` is in seconds. Raises StoreUnavailable, and
    DatabaseUnavailable, also when there is no read model yet.
    """
    store = await platform.event_store(settings.event_store_url)
    database = await platform.database(settings.read_model_url)
    reader = GenerationReader(database, await ActiveGeneration(database).number())
    return await _Verification(store, reader, on_progress, patience).run()


class _Verification:
    def __init__(
        self, store: EventStore, reader: GenerationReader, on_progress: Callable[[int, int], None], patience: float
    ) -> None:
        self._store = store
        self._reader = reader
        self._on_progress = on_progress
        self._patience = patience
        self._projection = Projection(store)
        self._differences: list[Difference] = []
        self._ends: dict[str, int] = {}
        self._events = 0
        self._suspects: list[str] = []

    async def run(self) -> Verified:
        heads = {head.stream: head.version async for head in self._store.heads()}
        others = [stream for stream in heads if kind_of(stream) not in KINDS]
        for start in range(0, len(others), STREAMS_AT_ONCE):
            for stream, events in (await self._load(others[start : start + STREAMS_AT_ONCE], heads)).items():
                self._read(stream, events)
            self._on_progress(len(self._ends), len(heads))
        for asked in ranges(list(heads)):
            snapshot = await self._reader.snapshot(asked)
            streams = sorted({*asked.known, *snapshot.content, *snapshot.checkpoints})
            for stream, events in (await self._load(streams, heads)).items():
                if not self._agrees(stream, snapshot, events):
                    self._suspects.append(stream)
            self._on_progress(len(self._ends), len(heads))
        behind = await self._look_again()
        await self._compare_heads()
        return Verified(self._reader.number, len(heads), self._events, behind, self._differences)

    async def _load(self, streams: Sequence[str], heads: Mapping[str, int]) -> Mapping[str, Sequence[Envelope]]:
        """The streams' events, if they are what a log must be: contiguous from 1, at least up to the head."""
        loaded = await asyncio.gather(*(self._store.load(stream) for stream in streams))
        sound: dict[str, Sequence[Envelope]] = {}
        for stream, events in zip(streams, loaded, strict=True):
            self._events += len(events)
            self._ends[stream] = len(events)
            versions = [event.version for event in events]
            if versions != list(range(1, len(events) + 1)):
                self._add("log", stream, f"has the versions {_shortened(versions)}")
            elif len(events) < heads.get(stream, 0):
                self._add("log", stream, f"ends at {len(events)}, its head says {heads[stream]}")
            else:
                sound[stream] = events
        return sound

    def _read(self, stream: str, events: Sequence[Envelope]) -> None:
        """Whether the read model needs it or not, what is in the log must be readable."""
        for event in events:
            try:
                USER_CODEC.decode(event)
            except UndecodableEvent as reason:
                self._add("log", stream, f"version {event.version} cannot be read: {reason}")
                return

    def _agrees(self, stream: str, snapshot: Snapshot, events: Sequence[Envelope]) -> bool:
        checkpoint = snapshot.checkpoints.get(stream, Checkpoint())
        if checkpoint != Checkpoint(len(events)):
            return False
        try:
            return snapshot.content.get(stream, {}) == self._expected(stream, events)
        except CannotApply:
            return False

    def _expected(self, stream: str, events: Sequence[Envelope]) -> Content:
        if not events or kind_of(stream) not in KINDS:
            return {}
        return self._reader.expected(self._projection.whole(stream, events).put)

    async def _look_again(self) -> Sequence[str]:
        """Settle what is to be thought of the suspects; those that stay behind although all is well are returned."""
        versions: dict[str, int] = {}
        waited = 0.0
        suspects: Iterable[str] = self._suspects
        while True:
            before, versions = versions, {}
            for stream in suspects:
                version = await self._judge(stream)
                if version is not None:
                    versions[stream] = version
            if not versions:
                return []
            waited = 0.0 if versions != before else waited + _LOOK_SECONDS
            if waited >= self._patience:
                return list(versions)
            suspects = list(versions)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _judge(self, stream: str) -> int | None:
        """Record what is wrong with a stream; the version that the read model has of it if that is merely behind."""
        snapshot = await self._reader.of_stream(stream)
        events = await self._store.load(stream)
        checkpoint = snapshot.checkpoints.get(stream, Checkpoint())
        if checkpoint.blocked is not None:
            self._add("blocked", stream, f"at version {checkpoint.blocked}")
            return None
        if checkpoint.version > len(events):
            self._add("log", stream, f"ends at {len(events)}, the read model has {checkpoint.version}")
            return None
        try:
            wanted = self._expected(stream, events[: checkpoint.version])
        except CannotApply as reason:
            self._add("log", stream, str(reason))
            return None
        found = differences(stream, wanted, snapshot.content.get(stream, {}))
        if found:
            self._differences += found
            return None
        return checkpoint.version if checkpoint.version < len(events) else None

    async def _compare_heads(self) -> None:
        """Heads read after the events are at least as far as these."""
        heads = {head.stream: head.version async for head in self._store.heads()}
        for stream, end in self._ends.items():
            if heads.get(stream, 0) < end:
                self._add("log", stream, f"ends at {end}, its head says {heads.get(stream, 0)}")

    def _add(self, kind: Kind, stream: str, detail: str) -> None:
        self._differences.append(Difference(kind, stream, detail=detail))


def _shortened(versions: Sequence[int]) -> str:
    return ", ".join(map(str, versions[:20])) + (", ..." if len(versions) > 20 else "")
