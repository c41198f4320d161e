"""Lists of the past: which tasks there were, filtered and sorted as those of today.

The read model keeps, with each event of a task, what the task was behind it. That is an index, never the truth: it says
which tasks belong on a page, and the page itself is folded from the log.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

import orjson

from contracts.fields import FIELDS, Field
from contracts.forms import Choice, Day, Labels, Number, People, StatusKey, Text
from contracts.project import Project
from contracts.read_model import TITLE_KEY_LENGTH, folded
from contracts.task import Task, TaskEvent, stream_of
from kernel.http import problems
from kernel.http.requests import decode_cursor, encode_cursor
from kernel.log.envelope import id_of
from kernel.log.streams import Streams
from kernel.log.times import microseconds
from task_service.queries import DEFAULT_SORT, NO_FILTERS, Queries, TaskFilters
from task_service.statements import SORTS, past_statement

_AT_ONCE: Final = 32
"""Streams that are read at the same time for one page."""

_NO_STATUS: Final = 1_000

Summary: TypeAlias = Mapping[str, Any]
"""What `contracts.documents.task_summary` has, as JSON values, and `id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Which part of a list is asked for."""

    filters: TaskFilters = NO_FILTERS
    sort: str = DEFAULT_SORT
    cursor: str | None = None
    limit: int = 50


class PastLists:
    """Pages of tasks as they were."""

    def __init__(self, queries: Queries, streams: Streams[Task, TaskEvent]) -> None:
        self._queries = queries
        self._streams = streams

    async def page(self, project: Project, listing: Listing, moment: datetime) -> tuple[list[Task], str | None]:
        """The tasks of a page, and the cursor of the next. `project` is as it was then.

        Raises Problem 422 (sort, cursor), DatabaseUnavailable, CannotApply.
        """
        name = listing.sort.removeprefix("-")
        if name not in SORTS:
            raise problems.invalid("sort", f"is not one of {', '.join(SORTS)}, with or without a - in front")
        key = _key(name, project)
        found = await self._found(project.id, listing.filters, moment)
        found.sort(key=lambda task: (key(task), task["id"]), reverse=name != listing.sort)
        if name in _MAY_LACK:  # what has no value comes last, whichever way
            found.sort(key=lambda task: task[name] is None)
        ids = [task["id"] for task in found]
        start = 0 if listing.cursor is None else _behind(ids, listing.cursor, listing.sort)
        end = start + listing.limit
        more = encode_cursor(f"past {listing.sort}", ids[end - 1]) if end < len(ids) else None
        return await self.states(ids[start:end], moment), more

    async def states(self, task_ids: Sequence[str], moment: datetime) -> list[Task]:
        """Tasks as they were, in the order asked for; those that were not there yet are left out."""
        turns = asyncio.Semaphore(_AT_ONCE)

        async def state(task_id: str) -> Task | None:
            async with turns:
                return (await self._streams.as_of(stream_of(task_id), moment)).state

        return [task for task in await asyncio.gather(*map(state, task_ids)) if task is not None]

    async def _found(self, project_id: str, filters: TaskFilters, moment: datetime) -> list[dict[str, Any]]:
        params = {"project": project_id, "at": microseconds(moment)}
        rows = await self._queries.fetch(past_statement, params, long=True)
        tasks = [{**orjson.loads(state), "id": id_of(stream)} for stream, state in rows]
        found = [task for task in tasks if _meets(task, filters)]
        search = folded(filters.q).strip() if filters.q else ""
        if not search:
            return found
        # Descriptions are in the log alone.
        states = await self.states([task["id"] for task in found], moment)
        hits = {task.id for task in states if search in folded(f"{task.title}\n{task.description}\n{task.key}")}
        return [task for task in found if task["id"] in hits]


_MAY_LACK: Final = frozenset(f.name for f in FIELDS if f.sorts and f.default is None and not f.required) - {"status"}


def _meets(task: Summary, filters: TaskFilters) -> bool:
    if task["deleted"] != filters.deleted:
        return False
    if filters.statuses and task["status"] not in filters.statuses:
        return False
    if filters.assignees and not set(filters.assignees) & set(task["assignees"]):
        return False
    return not filters.labels or bool(set(filters.labels) & set(task["labels"]))


def _key(name: str, project: Project) -> Callable[[Summary], Any]:
    """What tasks are sorted by, as the columns of the read model that have the order of today."""
    if name in ("created_at", "updated_at"):
        return lambda task: datetime.fromisoformat(task[name])
    if name in ("key", "rank"):
        return lambda task: task["number" if name == "key" else name]
    field: Field = next(field for field in FIELDS if field.name == name)
    match field.form:
        case Text():
            return lambda task: folded(task[name])[:TITLE_KEY_LENGTH]
        case StatusKey():
            places = {status.key: place for place, status in enumerate(project.statuses)}
            return lambda task: places.get(task[name], _NO_STATUS)
        case Choice(values=values):
            return lambda task: values.index(task[name])
        case Day():
            return lambda task: task[name] or ""
        case Number():
            return lambda task: task[name] or 0
        case Labels() | People():
            raise TypeError(f"{name} is several values: it has no order")


def _behind(ids: Sequence[str], cursor: str, sort: str) -> int:
    """The place behind a cursor; the past does not change, so the last task of the page before is there again."""
    of_sort, last = decode_cursor(cursor, str, str)
    if of_sort != f"past {sort}" or last not in ids:
        raise problems.invalid("cursor", "belongs to another list or sort")
    return ids.index(last) + 1
