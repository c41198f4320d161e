"""How far one consumer has come in each stream: what it remembers of it, and what its rows say.

A checkpoint moves by compare-and-set in the transaction of what its events caused, so any number of processes may.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kernel.consuming import checkpoints
from kernel.log.lru import Lru
from kernel.observe.telemetry import CONSUMER_BLOCKED
from kernel.ports.database import Database, DuplicateRow, ExpectationFailed, Write


@dataclass(frozen=True, slots=True)
class Blocked:
    """A stream that stopped at `version` for `reason`."""

    stream: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a stream is applied; `exists` tells whether there is a row of it, `blocked` whether it stopped there."""

    version: int
    exists: bool
    blocked: bool


NO_CHECKPOINT: Final = Checkpoint(0, False, False)


class Progress:
    """The checkpoints of the consumer that is called `consumer`, in its `database`."""

    def __init__(self, consumer: str, database: Database) -> None:
        self._consumer = consumer
        self._database = database
        self._remembered: Lru[str, Checkpoint] = Lru(50_000)

    def remembered(self, stream: str) -> Checkpoint | None:
        """What this process saw last, without asking the database: it may be old, which compare-and-set finds."""
        return self._remembered.get(stream)

    def forget(self, stream: str) -> None:
        """Read it anew next time."""
        self._remembered.forget(stream)

    async def read(self, stream: str) -> Checkpoint:
        """As it is in the database."""
        rows = await self._database.fetch(checkpoints.READ, self._key(stream))
        found = Checkpoint(rows[0][0], True, rows[0][1] is not None) if rows else NO_CHECKPOINT
        self._remembered[stream] = found
        return found

    async def read_many(self, streams: Sequence[str]) -> Mapping[str, Checkpoint]:
        """As they are in the database, at most `checkpoints.MANY` of them."""
        rows = await self._database.fetch(checkpoints.READ_MANY, checkpoints.many(self._consumer, streams))
        read = {stream: Checkpoint(version, True, blocked is not None) for stream, version, blocked in rows}
        found = {stream: read.get(stream, NO_CHECKPOINT) for stream in streams}
        for stream, checkpoint in found.items():
            self._remembered[stream] = checkpoint
        return found

    async def read_all(self) -> Mapping[str, Checkpoint]:
        """Every one that there is; they are not remembered."""
        rows = await self._database.fetch(checkpoints.READ_ALL, {"consumer_": self._consumer}, long=True)
        return {stream: Checkpoint(version, True, blocked is not None) for stream, version, blocked in rows}

    async def advance(self, stream: str, at: Checkpoint, version: int, writes: Sequence[Write]) -> bool:
        """Move a checkpoint from `at` to `version` together with `writes`; False if somebody else moved it first."""
        key = self._key(stream)
        if at.exists:
            moved = Write(checkpoints.ADVANCE, {**key, "old": at.version, "new": version}, expect=1)
        else:
            moved = Write(checkpoints.BEGIN, {**key, "new": version, "new_hint": 0})
        try:
            # The checkpoint goes first, so that a lost race costs nothing and is never mistaken for a poison event.
            await self._database.write(moved, *writes, durable=False)
        except ExpectationFailed as lost:
            if lost.index == 0:
                return False
            raise
        except DuplicateRow:
            if not at.exists and (await self.read(stream)).exists:
                return False
            raise
        self._moved(stream, version)
        return True

    async def advance_together(self, moves: Mapping[str, tuple[Checkpoint, int]], writes: Sequence[Write]) -> None:
        """Move many in one transaction with `writes`: all or none.

        Raises what the database raises; ExpectationFailed or DuplicateRow if any lost its race.
        """
        moved: list[Mapping[str, Any]] = []
        begun: list[Mapping[str, Any]] = []
        for stream, (at, version) in moves.items():
            if at.exists:
                moved.append({**self._key(stream), "new": version, "old": at.version})
            else:
                begun.append({**self._key(stream), "new": version, "new_hint": 0})
        first = [Write(checkpoints.ADVANCE, moved, expect=len(moved))] if moved else []
        first += [Write(checkpoints.BEGIN, begun)] if begun else []
        await self._database.write(*first, *writes, durable=False)
        for stream, (_, version) in moves.items():
            self._moved(stream, version)

    async def block(self, stream: str, at: Checkpoint, version: int, reason: str) -> bool:
        """Stop a stream at `version`; False if somebody else moved its checkpoint first."""
        key = self._key(stream)
        blocked = {"blocked": version, "why": reason, "new_hint": version}
        writes = [Write(checkpoints.BLOCK, {**key, "old": at.version, **blocked}, expect=1)]
        if not at.exists:
            writes.insert(0, Write(checkpoints.BEGIN, {**key, "new": 0, "new_hint": 0}))
        try:
            await self._database.write(*writes)
        except (ExpectationFailed, DuplicateRow):
            return False
        self._remembered[stream] = Checkpoint(at.version, True, True)
        return True

    async def unblock(self, stream: str) -> None:
        """Let a blocked stream go on from where it stopped."""
        await self._database.write(Write(checkpoints.UNBLOCK, self._key(stream)))
        self.forget(stream)

    async def blocked(self) -> Sequence[Blocked]:
        """The blocked streams."""
        rows = await self._database.fetch(checkpoints.BLOCKED, {"consumer_": self._consumer})
        return [Blocked(*row) for row in rows]

    async def count_blocked(self) -> None:
        """Tell the metrics how many are blocked."""
        rows = await self._database.fetch(checkpoints.COUNT_BLOCKED, {"consumer_": self._consumer})
        CONSUMER_BLOCKED.labels(self._consumer).set(rows[0][0])

    async def unfinished(self) -> Sequence[tuple[str, int]]:
        """Streams that go on again and have not come to where they are known to have events: `(stream, version)`."""
        rows = await self._database.fetch(checkpoints.UNFINISHED, {"consumer_": self._consumer})
        return [(stream, hinted) for stream, hinted in rows]

    async def reconciled_until(self) -> datetime | None:
        """Every stream whose head changed before this was reconciled; None before the first time."""
        rows = await self._database.fetch(checkpoints.RECONCILED, {"consumer_": self._consumer})
        return datetime.fromisoformat(rows[0][0]) if rows else None

    async def set_reconciled(self, until: datetime) -> None:
        """Remember that, for the next time and for other processes."""
        row = {"consumer": self._consumer, "reconciled_until": until.isoformat()}
        await self._database.write(Write(checkpoints.SET_RECONCILED, row))

    def _moved(self, stream: str, version: int) -> None:
        self._remembered[stream] = Checkpoint(version, True, False)

    def _key(self, stream: str) -> Mapping[str, Any]:
        return {"consumer_": self._consumer, "stream_": stream}
