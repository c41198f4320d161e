"""Lists from the read model: filters, search, sorting, pages. Items are the JSON bytes that the projector stored.

Lists are as current as the projection, some milliseconds behind the log. Whether the caller may see a project at all is
decided before, on the log's state.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from contracts.read_model import ActiveGeneration, folded
from contracts.task import Task
from kernel.http import problems
from kernel.http.requests import decode_cursor, encode_cursor
from kernel.ports.database import Database, DatabaseRefused, Row, Statement
from task_service.asked import NOTHING_ASKED, Asked
from task_service.statements import (
    SORTS,
    Shape,
    activity_statement,
    next_rank_statement,
    projects_statement,
    tasks_statement,
)

MAX_WORDS: Final = 20
"""Of a search; those behind them are not looked for."""
DEFAULT_SORT: Final = "-created_at"

Page: TypeAlias = tuple[list[bytes], str | None]
"""Items as JSON bytes, and the cursor of the next page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilters:
    """Which tasks: those that meet every filter given; of several values in one filter, any will do.

    Each word of `q` is looked for, in any order, in title, description and key, whatever the case. `deleted`: the
    deleted ones instead.
    """

    statuses: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    q: str | None = None
    deleted: bool = False


NO_FILTERS: Final = TaskFilters()


class Queries:
    """The lists of task-service."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._active = ActiveGeneration(database)

    async def tasks(
        self,
        project_id: str,
        filters: TaskFilters = NO_FILTERS,
        sort: str = DEFAULT_SORT,
        cursor: str | None = None,
        limit: int = 50,
        asked: Asked = NOTHING_ASKED,
    ) -> Page:
        """A page of the tasks of a project.

        `sort` is one of `SORTS`, with a `-` in front for the other way round; `asked` are the terms of a query besides
        the filters. Raises Problem 422 (sort, cursor),
        DatabaseUnavailable.
        """
        return await self._tasks({"project": project_id}, False, filters, sort, cursor, limit, asked)

    async def my_tasks(
        self,
        user_id: str,
        filters: TaskFilters = NO_FILTERS,
        sort: str = DEFAULT_SORT,
        cursor: str | None = None,
        limit: int = 50,
        asked: Asked = NOTHING_ASKED,
    ) -> Page:
        """A page of the tasks that are assigned to a user, in the projects that exist and that they are a member of.

        Assignees among the filters narrow further. Raises as `tasks`.
        """
        return await self._tasks({"user": user_id}, True, filters, sort, cursor, limit, asked)

    async def projects(
        self, user_id: str, cursor: str | None = None, limit: int = 50, *, deleted: bool = False
    ) -> Page:
        """A page of the projects that a user is a member of, newest first, with the user's `role`.

        `deleted`: the deleted ones instead.

        Raises Problem 422 (cursor), DatabaseUnavailable.
        """
        params: dict[str, Any] = {"user": user_id, "limit": limit + 1, "is_deleted": int(deleted)}
        if cursor is not None:
            params |= _position(decode_cursor(cursor, str, int, str), "projects")
        rows = await self.fetch(lambda number: projects_statement(number, cursor is not None), params, long=False)
        documents = [b'%b,"role":"%b"}' % (row[2][:-1], row[3].encode()) for row in rows[:limit]]
        return documents, _next_cursor("projects", rows, limit)

    async def next_rank(self, task: Task, status: str, rank: str | None, *, upwards: bool) -> str | None:
        """The rank of the next task above or below a rank in a column, `task` left out; None where there is none.

        Without a rank the last one above all, or the first. Raises DatabaseUnavailable.
        """
        params = {"project": task.project_id, "status": status, "but": task.id, "rank_": rank}
        if rank is None:
            del params["rank_"]
        rows = await self.fetch(
            lambda number: next_rank_statement(number, upwards, rank is not None), params, long=False
        )
        return rows[0][0] if rows else None

    async def activity(self, project_id: str, cursor: str | None = None, limit: int = 50) -> Page:
        """A page of what happened in a project and its tasks, newest first.

        Raises Problem 422 (cursor), DatabaseUnavailable.
        """
        params: dict[str, Any] = {"project": project_id, "limit": limit + 1}
        if cursor is not None:
            position = decode_cursor(cursor, str, int, str, int)
            params |= _position(position[:3], "activity") | {"version": _int64(position[3])}
        rows = await self.fetch(lambda number: activity_statement(number, cursor is not None), params, long=False)
        documents = [row[3] for row in rows[:limit]]
        if len(rows) <= limit:
            return documents, None
        return documents, encode_cursor("activity", *rows[limit - 1][:3])

    async def _tasks(
        self,
        params: dict[str, Any],
        mine: bool,
        filters: TaskFilters,
        sort: str,
        cursor: str | None,
        limit: int,
        asked: Asked,
    ) -> Page:
        name = sort.removeprefix("-")
        by = SORTS.get(name)
        if by is None:
            raise problems.invalid("sort", f"is not one of {', '.join(SORTS)}, with or without a - in front")
        words = list(dict.fromkeys(folded(filters.q).split()))[:MAX_WORDS] if filters.q else []
        shape = Shape(
            mine=mine,
            sort=name,
            descending=sort != name,
            statuses=len(filters.statuses),
            assignees=len(filters.assignees),
            labels=len(filters.labels),
            search=len(words),
            later_page=cursor is not None,
            clauses=asked.clauses,
        )
        params |= {"limit": limit + 1, "is_deleted": int(filters.deleted or asked.deleted), **asked.params}
        for prefix, values in (("status", filters.statuses), ("user", filters.assignees), ("label", filters.labels)):
            for index, value in enumerate(values):
                params[f"{prefix}_{index}"] = value
        params |= {f"q_{index}": word for index, word in enumerate(words)}
        if cursor is not None:
            params |= _position(decode_cursor(cursor, str, by.kind, str), sort)
        rows = await self.fetch(lambda number: tasks_statement(number, shape), params, long=shape.index is None)
        return [row[2] for row in rows[:limit]], _next_cursor(sort, rows, limit)

    async def fetch(
        self, statement: Callable[[int], Statement], params: Mapping[str, Any], *, long: bool
    ) -> Sequence[Row]:
        """The rows of a statement, made for the generation that is read now. Raises DatabaseUnavailable."""
        number = await self._active.number()
        try:
            return await self._database.fetch(statement(number), params, long=long)
        except DatabaseRefused:
            # The generation may have been dropped since the pointer was read.
            newer = await self._active.ask()
            if newer == number:
                raise
            return await self._database.fetch(statement(newer), params, long=long)


def _next_cursor(sort: str, rows: Sequence[Row], limit: int) -> str | None:
    """One row more than asked for tells that there is a next page; it begins after the last row of this one."""
    return encode_cursor(sort, *rows[limit - 1][:2]) if len(rows) > limit else None


def _position(position: tuple[Any, ...], sort: str) -> dict[str, Any]:
    of_sort, key, last_id = position
    if of_sort != sort:
        raise problems.invalid("cursor", "belongs to another list or sort")
    return {"key": _int64(key) if isinstance(key, int) else key, "id": last_id}


def _int64(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise problems.invalid("cursor", "is not a cursor of this list")
    return value
