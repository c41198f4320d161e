"""Carries out a plan through the commands of task-service, as the routes do."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, Final, cast

from contracts import rank
from contracts.project import Project
from contracts.task import Priority
from kernel.log.decider import Command, Contended, Rejection
from task_service.commands.projects import Projects
from task_service.commands.tasks import Tasks
from task_service.domain import project as project_domain
from task_service.domain import task as task_domain
from taskledger.imports import fitting
from taskledger.imports.model import DraftComment, Fault, Note
from taskledger.imports.plan import Item, Plan
from taskledger.imports.records import Journal

_AT_ONCE: Final = 48
"""So many tasks are on their way to the log together, so that one write to the disk serves them all."""
_PAGE: Final = 480

Progress = Callable[[int, int], None]


class Stopped(Exception):
    """Whoever imports has ended it. What was written stays, and importing again goes on from there."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What an import did. `left_out`: rows and why; `notes` beside those of the plan."""

    project: Project
    added: int = 0
    changed: int = 0
    same: int = 0
    comments: int = 0
    left_out: list[tuple[str, Fault]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class Applier:
    """Writes as one person, in one batch that a journal can take back."""

    projects: Projects
    tasks: Tasks
    by: str
    import_id: str
    journal: Journal
    progress: Progress
    stopping: Callable[[], bool]

    def _command(self, time: datetime | None = None) -> Command:
        return Command(
            id=f"import-{self.import_id}",
            fingerprint="import",
            actor=self.by,
            time=time or datetime.now(UTC),
            correlation_id=f"import-{self.import_id}",
            imported=True,
        )

    async def run(self, plan: Plan) -> Report:
        """Carry out the plan. Raises Rejection before the first task is written, Stopped, StoreUnavailable."""
        report = Report(project=await self._project(plan), left_out=list(plan.left_out), notes=list(plan.notes))
        work = [item for item in plan.items if item.kind in ("new", "changed")]
        report.same = sum(item.kind == "same" for item in plan.items)
        numbers = await self._numbers(plan, [item for item in work if item.kind == "new"])
        done = 0
        for page in _pages(work, _PAGE):
            await self.journal.add_all(_entry(item) for item in page)
            turns = asyncio.Semaphore(_AT_ONCE)

            async def one(item: Item, turns: asyncio.Semaphore = turns) -> None:
                async with turns:
                    if not self.stopping():
                        await self._item(item, plan.project_id, numbers, report)

            await _all(one(item) for item in page)
            done += len(page)
            self.progress(done, len(work))
            if self.stopping() and done < len(work):
                raise Stopped
        await self._order(plan, numbers)
        report.project = await self.projects.latest(plan.project_id) or report.project
        return report

    async def _project(self, plan: Plan) -> Project:
        if plan.project is None:
            key = plan.draft.key if is_key(plan.draft.key) else None
            new = project_domain.CreateProject(
                by=self.by, name=plan.name, key=key, statuses=plan.board.statuses, labels=plan.labels
            )
            times = [item.created_at for item in plan.items if item.created_at]
            # A project is as old as its oldest task, so that what is told of its past has room.
            made = await self.projects.create(new, self._command(min(times, default=None)), project_id=plan.project_id)
            return made.state
        edit = project_domain.EditProject(by=self.by, statuses=plan.board.statuses, labels=plan.labels)
        return (await self.projects.change(plan.project_id, edit, self._command())).state

    async def _numbers(self, plan: Plan, new: Sequence[Item]) -> dict[str, int]:
        """The number of each new task: those that it had, in a board that is made again, else in the file's order."""
        own = [item.number for item in new]
        if new and plan.project is None and all(own) and len(set(own)) == len(own):
            await self.tasks.numbers(plan.project_id, self.by, max(number or 0 for number in own))
            return {item.task_id: item.number or 0 for item in new}
        first = await self.tasks.numbers(plan.project_id, self.by, len(new)) if new else 0
        return {item.task_id: first + index for index, item in enumerate(new)}

    async def _item(self, item: Item, project_id: str, numbers: Mapping[str, int], report: Report) -> None:
        try:
            if item.kind == "new":
                await self._new(item, project_id, numbers[item.task_id])
                report.added += 1
            else:
                await self._changed(item)
                report.changed += 1
            report.comments += len(item.comments)
        except Rejection as fault:
            report.left_out.append((item.where, Fault(fault.reason or "refused", str(fault))))
        except Contended as fault:
            report.left_out.append((item.where, Fault("busy", str(fault))))

    async def _new(self, item: Item, project_id: str, number: int) -> None:
        """A task with its times, where the file has them: made, done, and each comment written."""
        wanted = item.wanted
        status, finished = wanted.status, None
        if item.completed_at and item.created_at and status:
            status, finished = None, wanted.status
        new = task_domain.CreateTask(
            by=self.by,
            title=wanted.title,
            description=wanted.description,
            status=status,
            priority=cast(Priority, wanted.priority),
            due=wanted.due,
            labels=wanted.labels,
            assignees=wanted.assignees,
            **wanted.more,
        )
        made = await self.tasks.create(
            project_id, new, self._command(item.created_at), task_id=item.task_id, number=number
        )
        latest = made.state.updated_at
        steps: list[tuple[datetime, task_domain.TaskChange]] = [
            (comment.written_at, self._comment(id_, comment, item.where)) for id_, comment in item.comments
        ]
        if finished and item.completed_at:
            steps.append((item.completed_at, task_domain.EditTask(by=self.by, status=finished)))
        for time, change in sorted(steps, key=lambda step: step[0]):
            latest = min(max(latest, time.astimezone(UTC)), datetime.now(UTC))
            await self.tasks.change(item.task_id, change, self._command(latest))
        if item.delete:
            await self.tasks.change(item.task_id, task_domain.DeleteTask(by=self.by), self._command())

    async def _changed(self, item: Item) -> None:
        if item.restore:
            await self.tasks.change(item.task_id, task_domain.RestoreTask(by=self.by), self._command())
        if item.fields:
            await self.tasks.change(item.task_id, task_domain.EditTask(by=self.by, **item.fields), self._command())
        for id_, comment in item.comments:
            await self.tasks.change(item.task_id, self._comment(id_, comment, item.where), self._command())
        if item.delete:
            await self.tasks.change(item.task_id, task_domain.DeleteTask(by=self.by), self._command())

    def _comment(self, comment_id: str, comment: DraftComment, where: str) -> task_domain.AddComment:
        """One's own comment stays one's own; another's has their name, for nobody can write as another."""
        return task_domain.AddComment(
            by=self.by,
            comment_id=comment_id,
            body=fitting.comment(comment.body, where, []),
            author_name=None if comment.author_id == self.by else comment.author or "?",
            written_at=comment.written_at.astimezone(UTC),
        )

    async def _order(self, plan: Plan, numbers: Mapping[str, int]) -> None:
        """The order of a board that is made again, where it is another than that of the numbers."""
        items = [item for item in plan.items if item.kind == "new" and item.rank]
        stay = _rising([numbers[item.task_id] for item in items])
        above: str | None = None
        for index, item in enumerate(items):
            if index in stay:
                above = rank.of_number(numbers[item.task_id])
                continue
            after = next((at for at in range(index + 1, len(items)) if at in stay), None)
            below = rank.of_number(numbers[items[after].task_id]) if after is not None else None
            above = await self._put(item, task_domain.Place(above=above, below=below)) or above

    async def _put(self, item: Item, place: task_domain.Place) -> str | None:
        if item.delete:
            return None
        edit = task_domain.EditTask(by=self.by, place=place)
        return (await self.tasks.change(item.task_id, edit, self._command())).state.rank


def is_key(key: str) -> bool:
    """Whether a text may be a project's key."""
    return 2 <= len(key) <= 10 and key.isascii() and key.isalnum() and key[0].isalpha() and key == key.upper()


def _entry(item: Item) -> dict[str, Any]:
    """What is written into the journal before a task is touched."""
    return {
        "task": item.task_id,
        "made": item.kind == "new",
        "fields": {name: _plain(value) for name, value in item.fields.items()},
        "old": {name: _plain(value) for name, value in item.before.items()},
        "deleted": item.delete and item.kind == "changed",
        "comments": len(item.comments),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value


def _pages(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    every = iter(items)
    while page := list(islice(every, size)):
        yield page


async def _all(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for one in work:
            group.create_task(one)


def _rising(values: Sequence[int]) -> set[int]:
    """The indices of a longest rising subsequence."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, value in enumerate(values):
        place = bisect_left(ends, value)
        before.append(at[place - 1] if place else -1)
        if place == len(ends):
            ends.append(value)
            at.append(index)
        else:
            ends[place], at[place] = value, index
    found: set[int] = set()
    index = at[-1] if at else -1
    while index >= 0:
        found.add(index)
        index = before[index]
    return found
