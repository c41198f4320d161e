"""Where a task is put: its neighbours by id, as a caller sees them, and their ranks, as the log has them."""

import asyncio
from dataclasses import dataclass

from contracts.task import Task, TaskEvent, stream_of
from kernel.log.decider import Rejection
from kernel.log.ids import is_id
from kernel.log.streams import Streams
from task_service.domain.task import KEEP, Kept, Place
from task_service.queries import Queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Directly behind the task `after`, directly before the task `before`; None for the column's end on that side.

    Of two that are given, the lists are not asked who else is there. Of two that have changed sides meanwhile, `after`
    counts.
    """

    after: str | Kept | None = KEEP
    before: str | Kept | None = KEEP


class Places:
    """Finds the ranks between which a task is to stand."""

    def __init__(self, tasks: Streams[Task, TaskEvent], queries: Queries) -> None:
        self._tasks = tasks
        self._queries = queries

    async def between(self, task: Task, status: str, neighbours: Neighbours) -> Place:
        """The place in the column of a status. Raises Rejection 422 for a neighbour that the project does not have."""
        above, below = await asyncio.gather(
            self._rank("after", neighbours.after, task), self._rank("before", neighbours.before, task)
        )
        if isinstance(above, str) and isinstance(below, str) and below <= above:
            below = KEEP
        if above is KEEP:
            above = await self._queries.next_rank(task, status, below if below is not KEEP else None, upwards=True)
        if below is KEEP:
            below = await self._queries.next_rank(task, status, above, upwards=False)
        return Place(above=above, below=below)

    async def _rank(self, field: str, neighbour: str | Kept | None, task: Task) -> str | Kept | None:
        if neighbour is None or neighbour is KEEP:
            return neighbour
        found = (await self._tasks.latest(stream_of(neighbour))).state if is_id(neighbour) else None
        if found is None or found.project_id != task.project_id:
            raise Rejection(
                "validation_failed", "is not a task of the project", field=field, status=422, reason="not_a_task"
            )
        if found.id == task.id:
            raise Rejection("validation_failed", "is the task itself", field=field, status=422, reason="not_a_task")
        return found.rank
