"""The numbers of tasks: 12 in OPS-12."""

import asyncio
from typing import Final

from kernel.ports.event_store import EventStore

_MANY: Final = 4


class Numbers:
    """Gives out task numbers. Creates that wait at the same time share one durable allocation of the store.

    Where many wait, as many again are taken for those that come next: an allocation costs as much as an append.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._waiting: dict[str, list[asyncio.Future[int]]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._spare: dict[str, list[int]] = {}

    async def next(self, project_id: str) -> int:
        """The next number of a project, from 1, never given twice. Raises StoreUnavailable.

        A number whose task is then rejected, or lost in a crash, is left out.
        """
        spare = self._spare.get(project_id)
        if spare:
            return spare.pop()
        mine: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.get(project_id)
        if waiting is None:
            self._waiting[project_id] = [mine]
            run = asyncio.create_task(self._allocate(project_id))
            self._running.add(run)
            run.add_done_callback(self._running.discard)
        else:
            waiting.append(mine)
        return await mine

    async def block(self, project_id: str, count: int) -> int:
        """The first of so many numbers in a row. Raises StoreUnavailable."""
        return await self._store.allocate(f"project-{project_id}", count)

    async def _allocate(self, project_id: str) -> None:
        while waiting := self._waiting[project_id]:
            self._waiting[project_id] = []
            spare = len(waiting) if len(waiting) >= _MANY else 0
            try:
                first = await self._store.allocate(f"project-{project_id}", len(waiting) + spare)
            except Exception as fault:  # noqa: BLE001 - whoever waits raises it
                for future in waiting:
                    if not future.done():
                        future.set_exception(fault)
                continue
            for number, future in enumerate(waiting, first):
                if not future.done():
                    future.set_result(number)
            if spare:
                # Given out from the end of the list, the smallest first.
                more = range(first + 2 * spare - 1, first + spare - 1, -1)
                self._spare[project_id] = [*more, *self._spare.get(project_id, ())]
        del self._waiting[project_id]
