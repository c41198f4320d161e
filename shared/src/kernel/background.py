"""Work beside a service's requests: consumers, senders, whatever runs as long as the service does."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Final, Self

import structlog

log = structlog.get_logger("background")

DRAIN_SECONDS: Final = 8.0
"""How long work that can be told to finish may take to."""


class Background:
    """Runs named pieces of work for as long as its context lasts; then drains those that can be, and cancels the rest.

    None of them is meant to end by itself: one that does is logged at once, and `check` fails from then on.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._drains: list[Callable[[], Awaitable[None]]] = []
        self._ending = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending = True
        for drain in self._drains:
            try:
                async with asyncio.timeout(DRAIN_SECONDS):
                    await drain()
            except TimeoutError:
                log.warning("background.not_drained")
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    def start(
        self, name: str, work: Coroutine[Any, Any, None], *, drain: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Begin a piece of work. `drain` tells it to finish what it has begun, and returns when it has."""
        if drain is not None:
            self._drains.append(drain)
        task = self._tasks[name] = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        defect = None if task.cancelled() else task.exception()
        if not self._ending:
            log.error("background.ended", work=task.get_name(), exc_info=defect)

    async def check(self) -> None:
        """Return while everything runs. Raises RuntimeError; a readiness check."""
        ended = [name for name, task in self._tasks.items() if task.done()]
        if ended:
            raise RuntimeError(f"{', '.join(ended)} ended")
