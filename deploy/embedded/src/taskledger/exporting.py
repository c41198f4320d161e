"""Writes out what the log holds: the boards as they stand, or every event there ever was."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import orjson

from contracts import project as project_contract
from contracts import task as task_contract
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.documents import comment_document, project_document, task_document
from contracts.fields import FIELDS, NAMES
from contracts.forms import Form, People, StatusKey, written
from contracts.project import Project
from contracts.task import Task
from kernel.log.streams import CannotApply, Streams
from kernel.ports.event_store import EventStore

COLUMNS = ("key", *NAMES, "created", "updated")
"""Of the CSV form; `taskledger import` understands them."""


async def boards(
    store: EventStore, key: str | None = None, left_out: Callable[[str], None] = lambda _: None
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


def as_json(found: Sequence[tuple[Project, list[Task]]]) -> bytes:
    """The boards with their tasks and comments as one JSON document."""
    document = {"projects": [_document(project, tasks) for project, tasks in found]}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)


def _document(project: Project, tasks: Sequence[Task]) -> dict[str, Any]:
    documents = []
    for task in tasks:
        comments = [comment_document(comment) for comment in task.comments.values()]
        documents.append({**task_document(task), "comments": comments})
    return {**project_document(project), "tasks": documents}


def as_csv(found: Sequence[tuple[Project, list[Task]]], names: dict[str, str]) -> str:
    """The tasks that are not deleted as CSV, people by name, statuses as people read them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for project, tasks in found:
        for task in tasks:
            if task.deleted:
                continue
            cells = [_cell(field.form, getattr(task, field.name), project, names) for field in FIELDS]
            writer.writerow([task.key, *cells, task.created_at, task.updated_at])
    return text.getvalue()


def _cell(form: Form, value: Any, project: Project, names: dict[str, str]) -> str:
    match form:
        case StatusKey():
            status = project.status(value)
            return status.name if status else str(value)
        case People():
            return written(form, [names.get(user, user) for user in value])
        case _:
            return written(form, value)


async def events(store: EventStore, left_out: Callable[[str], None] = lambda _: None) -> AsyncIterator[bytes]:
    """Every event of every stream as CloudEvents JSON, one line each, a stream's events in order.

    `left_out` is told of each that cannot be read.
    """
    async for head in store.heads():
        for envelope in await store.load(head.stream):
            if envelope.fault is None:
                yield envelope.to_json() + b"\n"
            else:
                left_out(f"{envelope.id} cannot be read: {envelope.fault}")
