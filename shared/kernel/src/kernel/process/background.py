"""Work beside a service's requests: consumers, senders, whatever runs as long as the service does."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Final, Self

import structlog

log = structlog.get_logger("background")

DRAIN_SECONDS: Final = 8.0
"""How long work that can be told to finish may take to."""

_AGAIN_SECONDS: Final = 1.0
_WELL_AGAIN_SECONDS: Final = 60.0


class Background:
    """Runs named pieces of work for as long as its context lasts; then drains those that can be, and cancels the rest.

    A piece of work deals with passing faults itself. One that ends by a defect is logged and begun again, and `check`
    fails until it has run for a minute.
    """

    def __init__(self, *, again_seconds: float = _AGAIN_SECONDS) -> None:
        self._again_seconds = again_seconds
        self._tasks: list[asyncio.Task[None]] = []
        self._drains: list[Callable[[], Awaitable[None]]] = []
        self._failed_at: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(self._drain(drain) for drain in self._drains))
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def start(
        self,
        name: str,
        work: Callable[[], Coroutine[Any, Any, None]],
        *,
        drain: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Begin a piece of work. `drain` tells it to finish what it has begun, and returns when it has."""
        self._tasks.append(asyncio.create_task(self._run(name, work), name=name))
        if drain is not None:
            self._drains.append(drain)

    @staticmethod
    async def _drain(drain: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await drain()
        except TimeoutError:
            log.warning("background.not_drained")

    async def _run(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await work()
            except Exception as defect:
                self._failed_at[name] = time.monotonic()
                log.error("background.defect", work=name, exc_info=defect)
            else:
                return
            await asyncio.sleep(self._again_seconds)

    async def check(self) -> None:
        """Return while everything runs well. Raises RuntimeError; a readiness check."""
        now = time.monotonic()
        failed = [name for name, failed_at in self._failed_at.items() if now - failed_at < _WELL_AGAIN_SECONDS]
        if failed:
            raise RuntimeError(f"{', '.join(failed)} failed")
