"""Turns at a pool of connections, measured."""

import asyncio
from typing import Literal

from kernel.observe.telemetry import POOL_IN_USE, POOL_LIMIT, POOL_WAITING


class Turns(asyncio.Semaphore):
    """A semaphore for the connections to `name`, a database or a table; how many are taken is in the metrics."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(limit)
        self._in_use, self._waiting = POOL_IN_USE.labels(name), POOL_WAITING.labels(name)
        POOL_LIMIT.labels(name).set(limit)

    async def acquire(self) -> Literal[True]:
        """Wait for a turn."""
        self._waiting.inc()
        try:
            await super().acquire()
        finally:
            self._waiting.dec()
        self._in_use.inc()
        return True

    def release(self) -> None:
        """Give the turn to the next."""
        super().release()
        self._in_use.dec()
