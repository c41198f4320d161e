"""What lists should be, made of states in memory; and all pages of one."""

import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson

from contracts.documents import task_document
from contracts.project import Project
from contracts.task import Task
from testkit.histories import PRIORITIES, STATUSES


def folded(text: str) -> str:
    """Text as it is searched."""
    return unicodedata.normalize("NFC", text.casefold())


def in_order(tasks: Sequence[Task], sort: str, projects: dict[str, Project]) -> list[Task]:
    """Tasks as a list sorts them."""
    descending = sort.startswith("-")

    def place(task: Task) -> int:
        keys = [status.key for status in projects[f"project-{task.project_id}"].statuses]
        return keys.index(task.status) if task.status in keys else len(STATUSES)

    def none_last(value: Any) -> tuple[Any, ...]:
        return ((value is None) != descending, value) if value is not None else (not descending,)

    keys: dict[str, Callable[[Task], Any]] = {
        "created_at": lambda task: task.created_at,
        "updated_at": lambda task: task.updated_at,
        "key": lambda task: task.number,
        "rank": lambda task: task.rank,
        "priority": lambda task: PRIORITIES.index(task.priority),
        "title": lambda task: folded(task.title),
        "status": place,
    }
    name = sort.removeprefix("-")
    key: Callable[[Task], Any] = keys.get(name) or (lambda task: none_last(getattr(task, name)))
    return sorted(tasks, key=lambda task: (key(task), task.id), reverse=descending)


def as_bytes(tasks: Sequence[Task]) -> list[bytes]:
    """Tasks as a list has them."""
    return [orjson.dumps(task_document(task), option=orjson.OPT_UTC_Z) for task in tasks]


async def every_page(page: Callable[..., Awaitable[tuple[list[bytes], str | None]]]) -> list[bytes]:
    """The items of all pages, one page after the other."""
    items: list[bytes] = []
    cursor = None
    while True:
        more, cursor = await page(cursor=cursor)
        items += more
        if cursor is None:
            return items
