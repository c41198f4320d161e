"""Capture on a real board: whose names and labels count, what day it is for the writer, which tasks come of it."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from contracts import fields
from contracts.project import Project
from contracts.task import Task
from kernel.identity.people import People
from kernel.log.decider import Command, Rejection
from task_service.batches import MAX_TASKS, New, TaskBatches
from task_service.commands.projects import Projects
from task_service.domain import capture, task
from task_service.domain.access import require
from task_service.queries import Queries

MAX_TEXT: Final = 100_000
MAX_LINE: Final = 1_000
"""Twice what a title may have: the rest is what will be understood."""

_NAMES_A_PROJECT: Final = re.compile(r"(?<!\S)>\S")
_PROJECTS_PER_PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody typed into a project, and where they are: their days are those of `zone`."""

    project_id: str
    by: str
    text: str
    zone: ZoneInfo
    day_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What was understood, and the tasks that were made of it: none in a rehearsal."""

    understood: capture.Captured
    made: Sequence[Task]
    replayed: bool


class Captures:
    """Makes tasks of lines."""

    def __init__(self, projects: Projects, batches: TaskBatches, directory: People, queries: Queries) -> None:
        self._projects = projects
        self._batches = batches
        self._directory = directory
        self._queries = queries

    async def rehearse(self, typed: Typed, now: datetime) -> Capture:
        """What would be made. Raises Rejection: 404, 403, and 422 for text that makes no tasks or too many."""
        understood = await self._read(typed, now.astimezone(typed.zone).date())
        return Capture(understood=understood, made=(), replayed=False)

    async def make(self, typed: Typed, command: Command) -> Capture:
        """Make a task of each line, all or none. Raises as `rehearse`, and as `TaskBatches.create`."""
        planned = await self._batches.planned(command)
        # What was asked for yesterday and is asked for again means the days that it meant yesterday.
        today = command.time.astimezone(typed.zone).date()
        if planned is not None:
            today = date.fromisoformat(planned.result["today"])
        understood = await self._read(typed, today)
        news = [_new(captured, typed.by) for captured in understood.tasks]
        made = await self._batches.create(news, command, {"today": today.isoformat()})
        return Capture(understood=understood, made=made.tasks, replayed=made.replayed)

    async def _read(self, typed: Typed, today: date) -> capture.Captured:
        home = await self._projects.writable(typed.project_id, typed.by)
        others = await self._others(home, typed) if _NAMES_A_PROJECT.search(typed.text) else []
        members = {user_id for project in (home, *others) for user_id in project.members}
        names = await self._directory.names(sorted(members)) if "@" in typed.text else {}
        for number, line in enumerate(typed.text.split("\n")):
            if len(line) > MAX_LINE:
                raise _unfit(f"line {number + 1} has more than {MAX_LINE} characters", "line_too_full", MAX_LINE)
        board = capture.Board(
            today=today,
            home=_target(home, names),
            others=tuple(_target(project, names) for project in others),
            day_first=typed.day_first,
        )
        # It takes some milliseconds of a long text, and other requests are not to wait for it.
        understood = await asyncio.to_thread(capture.capture, typed.text, board)
        _check(understood)
        return understood

    async def _others(self, home: Project, typed: Typed) -> list[Project]:
        """The other projects that the writer may write: which there are, says the read model; who may, the log."""
        found: list[Project] = []
        cursor: str | None = None
        while True:
            documents, cursor = await self._queries.projects(typed.by, cursor, _PROJECTS_PER_PAGE)
            for document in documents:
                project = await self._projects.latest(orjson.loads(document)["id"])
                if project is not None and project.id != home.id and _may_write(project, typed.by):
                    found.append(project)
            if cursor is None:
                return found


def _may_write(project: Project, user_id: str) -> bool:
    try:
        require(project, user_id, "write")
    except Rejection:
        return False
    return not project.deleted


def _target(project: Project, names: Mapping[str, str]) -> capture.Target:
    people = ((user_id, names.get(user_id)) for user_id in project.members)
    return capture.Target(
        id=project.id,
        key=project.key,
        name=project.name,
        people=tuple(capture.Person(id=user_id, name=name) for user_id, name in people if name),
        labels=tuple(label.name for label in project.labels),
        done=next((status.key for status in project.statuses if status.category == "done"), None),
    )


def _new(captured: capture.CapturedTask, by: str) -> New:
    """The task that a line makes. The place for parents, once tasks have them: `under` and `parent_key` wait here."""
    return New(
        project_id=captured.project_id,
        task=task.CreateTask(
            by=by,
            title=captured.title,
            status=captured.status,
            priority=captured.priority,
            due=captured.due,
            labels=captured.labels,
            assignees=captured.assignees,
        ),
    )


def _check(understood: capture.Captured) -> None:
    if not understood.tasks:
        raise _unfit("has no line that says something", "empty")
    if len(understood.tasks) > MAX_TASKS:
        raise _unfit(
            f"makes {len(understood.tasks)} tasks; at most {MAX_TASKS} are made at once", "too_many_tasks", MAX_TASKS
        )
    for captured in understood.tasks:
        for what, length, most in (
            ("characters in its title", len(captured.title), fields.MAX_TITLE),
            ("labels", len(captured.labels), fields.MAX_LABELS),
            ("people", len(captured.assignees), fields.MAX_ASSIGNEES),
        ):
            if length > most:
                raise _unfit(f"line {captured.line + 1} has more than {most} {what}", "line_too_full", most)


def _unfit(detail: str, reason: str, limit: int | None = None) -> Rejection:
    return Rejection("validation_failed", detail, field="text", status=422, reason=reason, limit=limit)


def document(captured: capture.CapturedTask) -> dict[str, Any]:
    """A task that would be made, in the shape in which a new task is given."""
    return {
        "title": captured.title,
        "description": "",
        "status": captured.status,
        "priority": captured.priority,
        "due": captured.due,
        "labels": captured.labels,
        "assignees": captured.assignees,
    }
