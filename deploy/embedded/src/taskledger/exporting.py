"""Writes out what the log holds: the boards as they stand, or every event there ever was."""

import codecs
import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from contracts import project as project_contract
from contracts import task as task_contract
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.documents import comment_document, project_document, task_document
from contracts.fields import FIELDS, NAMES
from contracts.forms import Form, Labels, People, StatusKey, written
from contracts.project import Project
from contracts.task import Task, TaskEvent
from kernel.log.envelope import Envelope
from kernel.log.streams import CannotApply, Streams
from kernel.ports.event_store import EventStore
from taskledger.imports.understanding.lists import joined, neutralised
from taskledger.proving import line

LeftOut: TypeAlias = Callable[[str], None]

COLUMNS = ("key", *NAMES, "status_category", "assignee_ids", "created", "updated")
"""Of the CSV form; `taskledger import` understands them."""


async def projects(store: EventStore, key: str | None = None, left_out: LeftOut = lambda _: None) -> Sequence[Project]:
    """Every project that is not deleted (or those with a key), by key. `left_out` is told of what cannot be read."""
    streams = Streams(store, PROJECT_CODEC, project_contract.evolve)
    found: list[Project] = []
    async for head in store.heads():
        if not head.stream.startswith("project-"):
            continue
        try:
            project = (await streams.latest(head.stream)).state
        except CannotApply as fault:
            left_out(str(fault))
            continue
        if project is not None and not project.deleted and key in (None, project.key):
            found.append(project)
    return sorted(found, key=lambda project: project.key)


async def boards(
    store: EventStore, key: str | None = None, left_out: LeftOut = lambda _: None
) -> Sequence[tuple[Project, list[Task]]]:
    """Every project that is not deleted (or those with a key) with all its tasks, folded from the log.

    `left_out` is told of each stream that cannot be read.
    """
    projects = Streams(store, PROJECT_CODEC, project_contract.evolve)
    tasks = Streams(store, TASK_CODEC, task_contract.evolve)
    found: dict[str, tuple[Project, list[Task]]] = {}
    waiting: list[Task] = []
    async for head in store.heads():
        try:
            if head.stream.startswith("project-"):
                project = (await projects.latest(head.stream)).state
                if project is not None and not project.deleted and key in (None, project.key):
                    found[project.id] = (project, [])
            elif head.stream.startswith("task-"):
                task = (await tasks.latest(head.stream)).state
                if task is not None:
                    waiting.append(task)
        except CannotApply as fault:
            left_out(str(fault))
    for task in sorted(waiting, key=lambda task: task.number):
        if task.project_id in found:
            found[task.project_id][1].append(task)
    return sorted(found.values(), key=lambda board: board[0].key)


async def as_json(
    store: EventStore, chosen: Sequence[Project], names: Mapping[str, str], left_out: LeftOut = lambda _: None
) -> AsyncIterator[bytes]:
    """Projects with their tasks and comments as one JSON document, piece by piece; `taskledger import` takes it.

    Beside what the API tells it has `people`: the names of whoever the project and its tasks speak of.
    """
    index = await _Index.of(store, chosen, left_out)
    yield b'{"projects": ['
    for number, project in enumerate(chosen):
        yield (b",\n" if number else b"\n") + _json(project_document(project))[:-1] + b',"tasks":['
        speaks_of = dict.fromkeys([*project.members, *([project.created_by] if project.created_by else [])])
        first = True
        async for task in index.tasks(project.id):
            comments = [comment_document(comment) for comment in task.comments.values()]
            speaks_of |= dict.fromkeys(task.assignees)
            speaks_of |= dict.fromkeys(comment.author for comment in task.comments.values() if comment.author)
            yield (b"\n" if first else b",\n") + _json({**task_document(task), "comments": comments})
            first = False
        people = [{"id": user, "name": names[user]} for user in speaks_of if user in names]
        yield b'],\n"people":' + _json(people) + b"}"
    yield b"\n]}\n"


async def as_csv(
    store: EventStore, chosen: Sequence[Project], names: Mapping[str, str], left_out: LeftOut = lambda _: None
) -> AsyncIterator[bytes]:
    """The tasks that are not deleted as CSV for spreadsheets, piece by piece: people and statuses by their names.

    UTF-8 with a byte order mark, by which Excel knows it. What a spreadsheet would take for a formula has an apostrophe
    before it; `taskledger import` takes it off again, and reads lists whatever is in their values.
    """
    index = await _Index.of(store, chosen, left_out)
    yield codecs.BOM_UTF8 + _row(COLUMNS)
    for project in chosen:
        async for task in index.tasks(project.id):
            if not task.deleted:
                yield _row(_cells(task, project, names))


def _cells(task: Task, project: Project, names: Mapping[str, str]) -> list[str]:
    status = project.status(task.status)
    cells = [_cell(field.form, getattr(task, field.name), project, names) for field in FIELDS]
    category = status.category if status else ""
    times = [task.created_at.isoformat(), task.updated_at.isoformat()]
    return [neutralised(cell) for cell in (task.key, *cells, category, joined(task.assignees), *times)]


def _row(cells: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _json(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)


def _cell(form: Form, value: Any, project: Project, names: Mapping[str, str]) -> str:
    match form:
        case StatusKey():
            status = project.status(value)
            return status.name if status else str(value)
        case People():
            return joined(names.get(user, user) for user in value)
        case Labels():
            return joined(value)
        case _:
            return written(form, value)


class _Index:
    """The tasks of projects by their numbers: only their streams are held, a task is read when it is its turn."""

    def __init__(self, streams: Streams[Task, TaskEvent], found: Mapping[str, list[tuple[int, str]]]) -> None:
        self._streams = streams
        self._found = found

    @classmethod
    async def of(cls, store: EventStore, chosen: Sequence[Project], left_out: LeftOut) -> "_Index":
        """Of these projects. `left_out` is told of each stream that cannot be read."""
        streams = Streams(store, TASK_CODEC, task_contract.evolve)
        found: dict[str, list[tuple[int, str]]] = {project.id: [] for project in chosen}
        async for head in store.heads():
            if not head.stream.startswith("task-"):
                continue
            try:
                task = (await streams.latest(head.stream)).state
            except CannotApply as fault:
                left_out(str(fault))
                continue
            if task is not None and task.project_id in found:
                found[task.project_id].append((task.number, head.stream))
        return cls(streams, found)

    async def tasks(self, project_id: str) -> AsyncIterator[Task]:
        """Those of one project, the oldest number first."""
        for _, stream in sorted(self._found[project_id]):
            task = (await self._streams.latest(stream)).state
            if task is not None:
                yield task


async def events(store: EventStore, left_out: Callable[[str], None] = lambda _: None) -> AsyncIterator[bytes]:
    """Every event of every stream as CloudEvents JSON, one line each, a stream's events in order.

    Each has the bytes that it is stored as, and its link (`taskledger verify --log --export`). `left_out` is told of
    each that cannot be read.
    """
    async for head in store.heads():
        for event in await store.stored(head.stream):
            fault = Envelope.stored(head.stream, event.version, event.body).fault
            if fault is None:
                yield line(event) + b"\n"
            else:
                left_out(f"{head.stream}:{event.version} cannot be read: {fault}")
