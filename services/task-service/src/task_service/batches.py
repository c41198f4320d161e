"""Many tasks in one step: all of them or none, in their order, with numbers in that order too."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.project import Project
from contracts.task import Task, TaskEvent, stream_of
from kernel.log.batch import Batches, Plan, plan_of
from kernel.log.decider import Command, Rejection
from kernel.log.ids import new_id
from kernel.ports.event_store import CommandAlreadyDone
from task_service.commands.projects import Projects
from task_service.domain import task as tasks
from task_service.numbers import Numbers

MAX_TASKS: Final = 200
"""So many tasks are made at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A task to be made in a project."""

    project_id: str
    task: tasks.CreateTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The tasks as they began, and what was to be remembered with them. `replayed`: an earlier request made them."""

    tasks: Sequence[Task]
    result: Mapping[str, Any]
    replayed: bool


class TaskBatches:
    """Makes many tasks at once."""

    def __init__(self, batches: Batches[Task, TaskEvent], projects: Projects, numbers: Numbers) -> None:
        self._batches = batches
        self._projects = projects
        self._numbers = numbers

    async def planned(self, command: Command) -> Plan | None:
        """What the command planned when it came first, else None. Raises CommandIdReused."""
        return await self._batches.planned(command)

    async def create(self, news: Sequence[New], command: Command, result: Mapping[str, Any] | None = None) -> Made:
        """Make 1 to 200 tasks, in projects that their maker may write.

        Raises Rejection, its field beginning with the place of the task at fault (`tasks.3.status`), before anything is
        written; CommandIdReused; StoreUnavailable.
        """
        projects = await self._open(news)
        plan = await self.planned(command)
        if plan is not None:
            return await self._finish(plan, news, projects, command)
        for place, new in enumerate(news):  # what will be rejected takes no number
            self._first(place, new, projects, 0)
        numbers = await self._numbered(news)
        ids = sorted(new_id() for _ in news)
        plan = Plan(
            streams=tuple(map(stream_of, ids)),
            result={"numbers": numbers, **(result or {})},
        )
        try:
            made = await self._batches.begin(plan, self._firsts(plan, news, projects), command)
        except CommandAlreadyDone as done:
            return await self._finish(plan_of(done, command), news, projects, command)
        return Made(tasks=made, result=plan.result, replayed=False)

    async def _finish(self, plan: Plan, news: Sequence[New], projects: Mapping[str, Project], command: Command) -> Made:
        made = await self._batches.finish(plan, lambda: self._firsts(plan, news, projects), command)
        return Made(tasks=made, result=plan.result, replayed=True)

    async def _open(self, news: Sequence[New]) -> Mapping[str, Project]:
        makers = {new.project_id: new.task.by for new in news}
        opened: dict[str, Project] = {}
        for project_id, by in makers.items():
            project = await self._projects.writable(project_id, by)
            coming = (user for new in news if new.project_id == project_id for user in new.task.assignees)
            opened[project_id] = await self._projects.registered.without_erased(project, coming)
        return opened

    async def _numbered(self, news: Sequence[New]) -> list[int]:
        taken = await asyncio.gather(*(self._numbers.next(new.project_id) for new in news))
        by_project: dict[str, list[int]] = {}
        for new, number in zip(news, taken, strict=True):
            by_project.setdefault(new.project_id, []).append(number)
        ascending = {project_id: iter(sorted(numbers)) for project_id, numbers in by_project.items()}
        return [next(ascending[new.project_id]) for new in news]

    def _firsts(self, plan: Plan, news: Sequence[New], projects: Mapping[str, Project]) -> list[TaskEvent]:
        numbers: Sequence[int] = plan.result["numbers"]
        return [
            self._first(place, new, projects, number)
            for place, (new, number) in enumerate(zip(news, numbers, strict=True))
        ]

    def _first(self, place: int, new: New, projects: Mapping[str, Project], number: int) -> TaskEvent:
        try:
            [first] = tasks.create(new.task, projects[new.project_id], number)
        except Rejection as rejection:
            field = None if rejection.field is None else f"tasks.{place}.{rejection.field}"
            raise Rejection(
                rejection.code,
                rejection.detail,
                field=field,
                status=rejection.status,
                reason=rejection.reason,
                limit=rejection.limit,
            ) from rejection
        return first
