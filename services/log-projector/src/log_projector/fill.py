"""Filling a generation from the log: many streams in one transaction, each with its checkpoint."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from contracts.read_model import consumer_name
from kernel.consuming import checkpoints
from kernel.consuming.consumer import Consumer
from kernel.log.envelope import Envelope, kind_of
from kernel.log.streams import CannotApply
from kernel.ports.database import DatabaseRefused, DuplicateRow, Write
from kernel.ports.event_store import EventStore, Head
from kernel.ports.subscription import Message
from log_projector.generations import Generations
from log_projector.projections import Values
from log_projector.writes import KINDS, GenerationWriter, Handler, Projection

_STREAMS_PER_WRITE: Final = 100
_BEAT_SECONDS: Final = 5.0
_MAX_ROUNDS: Final = 20
_FEW: Final = 10


class Filler:
    """Fills one generation. A consumer of the same generation may run beside it: every checkpoint has one winner."""

    def __init__(
        self, store: EventStore, generations: Generations, number: int, projection: Projection | None = None
    ) -> None:
        self._store = store
        self._generations = generations
        self._number = number
        self._projection = projection or Projection(store)
        self._writer = GenerationWriter(number)
        self._consumer = Consumer(
            consumer_name(number),
            store=store,
            database=generations.database,
            handler=Handler(self._projection, number),
        )

    async def fill(self, progress: Callable[[int, int], None] = lambda streams, events: None) -> None:
        """Write the rows of every stream, then of whatever was appended meanwhile.

        Heads are read as they are written, so that memory does not grow with the log. `progress` is told of the streams
        and events written so far.
        """
        streams = events = 0
        beat = time.monotonic()
        writing: asyncio.Task[None] | None = None
        async for batch in self._batches():
            loaded = await asyncio.gather(*(self._store.load(head.stream) for head in batch))
            writes, left = self._writes(batch, loaded)
            if writing is not None:
                await writing
            # The next streams are folded while these are written.
            writing = asyncio.create_task(self._write(batch, writes, left))
            streams, events = streams + len(batch), events + sum(map(len, loaded))
            progress(streams, events)
            if time.monotonic() - beat > _BEAT_SECONDS:
                await self._generations.beat(self._number)
                beat = time.monotonic()
        if writing is not None:
            await writing
        await self.catch_up()

    async def catch_up(self) -> None:
        """Apply what was appended since, until a round finds next to nothing: more will always come under load."""
        for _ in range(_MAX_ROUNDS):
            if await self._consumer.reconcile() < _FEW:
                return

    async def _batches(self) -> AsyncIterator[Sequence[Head]]:
        batch: list[Head] = []
        async for head in self._store.heads():
            if kind_of(head.stream) in KINDS:
                batch.append(head)
            if len(batch) == _STREAMS_PER_WRITE:
                yield batch
                batch = []
        if batch:
            yield batch

    def _writes(self, batch: Sequence[Head], loaded: Sequence[Sequence[Envelope]]) -> tuple[list[Write], list[Message]]:
        """The writes for all streams, and those left to the consumer, which knows what to do with a poisoned one."""
        rows: dict[str, list[Values]] = {}
        moved: list[Values] = []
        left: list[Message] = []
        for head, events in zip(batch, loaded, strict=True):
            try:
                view = self._projection.whole(head.stream, events)
            except CannotApply:
                left.append(Message(stream=head.stream, version=head.version))
                continue
            for name, some in view.put.items():
                rows.setdefault(name, []).extend(some)
            key = {"consumer_": self._consumer.name, "stream_": head.stream}
            moved.append({**key, "new": events[-1].version, "new_hint": 0})
        return [Write(checkpoints.BEGIN, moved), *self._writer.put(rows)] if moved else [], left

    async def _write(self, batch: Sequence[Head], writes: Sequence[Write], left: Sequence[Message]) -> None:
        try:
            if writes:
                await self._generations.database.write(*writes)
        except (DuplicateRow, DatabaseRefused):
            # Another consumer was faster with one of them, or one has what the database refuses: each goes alone.
            left = [Message(stream=head.stream, version=head.version) for head in batch]
        if left:
            await self._consumer.settle(left)
