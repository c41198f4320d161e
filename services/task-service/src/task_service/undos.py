"""Taking back what was done to a task: the whole history decides, and the append proves that it was whole."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from contracts import task as task_contract
from contracts.project import Project
from contracts.task import Task, TaskEvent
from kernel.log.decider import Command, Contended, Decider, Outcome
from kernel.log.event import Recorded
from kernel.log.ids import is_id
from task_service.commands.projects import Projects
from task_service.commands.tasks import Tasks
from task_service.domain.access import not_found
from task_service.domain.undo import Undo, undo

_ATTEMPTS: Final = 5


class _MovedOn(Exception):
    """The task has events that were not read."""


class Undos:
    """The use case of undoing."""

    def __init__(self, decider: Decider[Task, TaskEvent], tasks: Tasks, projects: Projects) -> None:
        self._decider = decider
        self._tasks = tasks
        self._projects = projects

    async def task(self, task_id: str, asked: Undo, command: Command) -> Outcome[Task]:
        """Take events of a task back. Raises Rejection, ChangedSince, Contended."""
        if not is_id(task_id):
            raise not_found("task")
        _, project = await self._tasks.open(task_id, asked.by)
        stream = task_contract.stream_of(task_id)
        streams = self._decider.streams
        for _ in range(_ATTEMPTS):
            history = [streams.codec.decode(envelope) for envelope in await streams.store.load(stream)]
            sighted = await self._projects.registered.without_erased(project, _people(history))

            decide = partial(_decide, asked, history, sighted)
            try:
                return await self._decider.execute(stream, decide, command)
            except _MovedOn:
                continue
        raise Contended(f"{stream} changed under every one of {_ATTEMPTS} attempts")


def _decide(
    asked: Undo, history: Sequence[Recorded[TaskEvent]], project: Project, state: Task | None
) -> Sequence[TaskEvent]:
    if state is not None and state.version != len(history):
        raise _MovedOn
    return undo(asked, history, state, project)


def _people(history: Sequence[Recorded[TaskEvent]]) -> list[str]:
    """Everybody who was ever assigned: who was erased since does not come back."""
    return [event.data.user_id for event in history if isinstance(event.data, task_contract.TaskUnassigned)]
