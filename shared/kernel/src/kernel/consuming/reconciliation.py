"""Streams that a consumer is behind in although nobody hinted at them: found by comparing heads with checkpoints."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from kernel.consuming import checkpoints
from kernel.consuming.lag import Lag
from kernel.consuming.progress import Progress
from kernel.ports.event_store import EventStore, Head
from kernel.ports.subscription import Message

RECONCILE_OVERLAP: Final = timedelta(minutes=10)
"""How far behind the last reconciliation the next one looks again: more than any clock is off and any append takes."""

_MAX_BATCH: Final = 500
_TURN: Final = 50


class Reconciliation:
    """Compares the heads of the log with the `progress` of the consumer `name`, for streams that it `handles`."""

    def __init__(self, name: str, store: EventStore, progress: Progress, handles: Callable[[str], bool]) -> None:
        self._name = name
        self._store = store
        self._progress = progress
        self._handles = handles

    async def run(self, settle: Callable[[Sequence[Message]], Awaitable[None]], *, full: bool = False) -> int:
        """`settle` a hint for every stream whose checkpoint is behind its head, and return how many were.

        Looks at heads changed since the last one less an overlap; at all of them the first time or if `full`.
        """
        started = datetime.now(UTC)
        until = await self._progress.reconciled_until()
        since = None if full or until is None else until - RECONCILE_OVERLAP
        known = await self._progress.read_all() if since is None else {}
        lag = Lag(self._name)
        behind = [Message(stream=stream, version=hinted) for stream, hinted in await self._progress.unfinished()]
        lag.unfinished(len(behind))
        seen = 0
        doubtful: list[Head] = []
        async for head in self._store.heads(since):
            seen += 1
            if seen % _TURN == 0:
                await asyncio.sleep(0)  # others need the event loop too
            if not self._handles(head.stream):
                continue
            checkpoint = known.get(head.stream) or self._progress.remembered(head.stream)
            if checkpoint is None or checkpoint.version < head.version:
                doubtful.append(head)
            if len(doubtful) == checkpoints.MANY:
                behind += await self._behind(doubtful, lag)
                doubtful = []
            if len(behind) >= _MAX_BATCH:
                lag.tell()
                await settle(behind)
                behind = []
        behind += await self._behind(doubtful, lag)
        lag.tell()  # before they are settled, which takes as long as what they need is away
        await settle(behind)
        await self._progress.count_blocked()
        await self._progress.set_reconciled(started)
        return lag.streams

    async def _behind(self, heads: Sequence[Head], lag: Lag) -> Sequence[Message]:
        """Hints of those heads that their checkpoints are behind; `lag` is told of them.

        What another process of the same consumer did since is not in this one's memory, so checkpoints are read anew.
        """
        if not heads:
            return ()
        read = await self._progress.read_many([head.stream for head in heads])
        behind: list[Message] = []
        for head in heads:
            found = read[head.stream]
            if not found.blocked and found.version < head.version:
                behind.append(Message(stream=head.stream, version=head.version))
                lag.behind(head, found.version)
        return behind
