"""The lists over what the projector stored, against the same lists made of states in memory."""

import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from random import Random
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.contracts.documents import task_document
from kernel.contracts.project import Project
from kernel.contracts.task import Task
from kernel.histories import LABELS, PEOPLE, PRIORITIES, STATUSES, WORDS, Board
from task_service.queries import Page, TaskFilters

SORTS = ("created_at", "updated_at", "key", "due", "priority", "title", "status")

many_examples = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
randoms = st.integers(0, 2**32 - 1).map(Random)
sorts = st.sampled_from([*SORTS, *(f"-{sort}" for sort in SORTS)])


def some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


filters_given = st.builds(
    TaskFilters,
    statuses=some([status.key for status in STATUSES]),
    assignees=some(PEOPLE),
    labels=some(LABELS),
    q=st.none() | st.sampled_from([*WORDS, "OPS-1", "ops-", "배", "글 검", "%", "_", "STRASSE", "\\", " "]),
    deleted=st.booleans(),
)


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def found(task: Task, filters: TaskFilters) -> bool:
    text = folded(f"{task.title}\n{task.description}\n{task.key}")
    return (
        task.deleted == filters.deleted
        and (not filters.statuses or task.status in filters.statuses)
        and (not filters.assignees or any(user in task.assignees for user in filters.assignees))
        and (not filters.labels or any(label in task.labels for label in filters.labels))
        and (not filters.q or folded(filters.q).strip() in text)
    )


def in_order(tasks: Sequence[Task], sort: str, projects: dict[str, Project]) -> list[Task]:
    descending = sort.startswith("-")

    def place(task: Task) -> int:
        keys = [status.key for status in projects[f"project-{task.project_id}"].statuses]
        return keys.index(task.status) if task.status in keys else len(STATUSES)

    keys: dict[str, Callable[[Task], Any]] = {
        "created_at": lambda task: task.created_at,
        "updated_at": lambda task: task.updated_at,
        "key": lambda task: task.number,
        "due": lambda task: ((task.due is None) != descending, str(task.due)),
        "priority": lambda task: PRIORITIES.index(task.priority),
        "title": lambda task: folded(task.title),
        "status": place,
    }
    key = keys[sort.removeprefix("-")]
    return sorted(tasks, key=lambda task: (key(task), task.id), reverse=descending)


def as_bytes(tasks: Sequence[Task]) -> list[bytes]:
    return [orjson.dumps(task_document(task), option=orjson.OPT_UTC_Z) for task in tasks]


async def every_page(page: Callable[..., Awaitable[Page]]) -> list[bytes]:
    items: list[bytes] = []
    cursor = None
    while True:
        more, cursor = await page(cursor=cursor)
        items += more
        if cursor is None:
            return items


@many_examples
@given(randoms, filters_given, sorts, st.integers(1, 7))
async def test_pages_make_up_the_filtered_and_sorted_list(
    open_read_side: Any, random: Random, filters: TaskFilters, sort: str, limit: int
) -> None:
    read_side, board = await open_read_side(), Board(random)
    await read_side.happen(board.grow(60))
    for project in board.projects.values():
        tasks = [task for task in board.tasks.values() if task.project_id == project.id and found(task, filters)]
        wanted = as_bytes(in_order(tasks, sort, board.projects))
        page = partial(read_side.queries.tasks, project.id, filters, sort, limit=limit)
        assert await every_page(page) == wanted


@many_examples
@given(randoms, filters_given, sorts, st.integers(1, 7))
async def test_my_tasks_are_those_assigned_to_me_where_i_am_a_member(
    open_read_side: Any, random: Random, filters: TaskFilters, sort: str, limit: int
) -> None:
    read_side, board = await open_read_side(), Board(random)
    await read_side.happen(board.grow(60))
    for user in PEOPLE:
        mine = [
            task
            for task in board.tasks.values()
            if user in task.assignees
            and found(task, filters)
            and user in (project := board.projects[f"project-{task.project_id}"]).members
            and not project.deleted
        ]
        wanted = as_bytes(in_order(mine, sort, board.projects))
        page = partial(read_side.queries.my_tasks, user, filters, sort, limit=limit)
        assert await every_page(page) == wanted
