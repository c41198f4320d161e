"""Lists from the read model: filters, search, sorting, pages. Items are the JSON bytes that the projector stored.

Lists are as current as the projection, some milliseconds behind the log. Whether the caller may see a project at all is
decided before, on the log's state.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, tuple_

from kernel import problems
from kernel.read_model import ActiveGeneration, Tables, folded, tables
from kernel.requests import decode_cursor, encode_cursor
from kernel.sql import Database, DatabaseRefused, DialectName, Row, Statement

DEFAULT_SORT: Final = "-created_at"

Page: TypeAlias = tuple[list[bytes], str | None]
"""Items as JSON bytes, and the cursor of the next page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilters:
    """Which tasks: those that meet every filter given; of several values in one filter, any will do.

    `q` is looked for in title, description and key, whatever the case. `deleted`: the deleted ones instead.
    """

    statuses: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    q: str | None = None
    deleted: bool = False


NO_FILTERS: Final = TaskFilters()


@dataclass(frozen=True, slots=True)
class _Sort:
    """`key` is never null, so that one comparison continues a page; `kind` is what a cursor holds of it."""

    key: Callable[[Tables, bool], ColumnElement[Any]]
    kind: type
    indexed: bool = False


# What has no due date comes last, whichever way dates run; '~' and '' sort after and before every date.
SORTS: Final[Mapping[str, _Sort]] = {
    "created_at": _Sort(lambda t, _: t.tasks.c.created_at, int, indexed=True),
    "updated_at": _Sort(lambda t, _: t.tasks.c.updated_at, int, indexed=True),
    "key": _Sort(lambda t, _: t.tasks.c.number, int, indexed=True),
    "due": _Sort(lambda t, descending: func.coalesce(t.tasks.c.due, "" if descending else "~"), str),
    "priority": _Sort(lambda t, _: t.tasks.c.priority, int),
    "title": _Sort(lambda t, _: t.tasks.c.title_key, str),
    # By the place of the status on the board; a status that the project no longer has comes after them all.
    "status": _Sort(lambda t, _: func.coalesce(t.statuses.c.position, 1_000), int),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """All that the text of a query on tasks depends on; the rest is parameters. `mine`: across a user's projects."""

    mine: bool
    sort: str
    descending: bool
    statuses: int
    assignees: int
    labels: int
    search: bool
    later_page: bool


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
    ) -> Page:
        """A page of the tasks of a project.

        `sort` is one of created_at, updated_at, key, due, priority, title, status, with a `-` in front for the other
        way round. Raises Problem 422 (sort, cursor), DatabaseUnavailable.
        """
        return await self._tasks({"project": project_id}, False, filters, sort, cursor, limit)

    async def my_tasks(
        self,
        user_id: str,
        filters: TaskFilters = NO_FILTERS,
        sort: str = DEFAULT_SORT,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page:
        """A page of the tasks that are assigned to a user, in the projects that exist and that they are a member of.

        Assignees among the filters narrow further. Raises as `tasks`.
        """
        return await self._tasks({"user": user_id}, True, filters, sort, cursor, limit)

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
        rows = await self._fetch(lambda number: projects_statement(number, cursor is not None), params, long=False)
        documents = [b'%b,"role":"%b"}' % (row[2][:-1], row[3].encode()) for row in rows[:limit]]
        return documents, _next_cursor("projects", rows, limit)

    async def activity(self, project_id: str, cursor: str | None = None, limit: int = 50) -> Page:
        """A page of what happened in a project and its tasks, newest first.

        Raises Problem 422 (cursor), DatabaseUnavailable.
        """
        params: dict[str, Any] = {"project": project_id, "limit": limit + 1}
        if cursor is not None:
            position = decode_cursor(cursor, str, int, str, int)
            params |= _position(position[:3], "activity") | {"version": _int64(position[3])}
        rows = await self._fetch(lambda number: activity_statement(number, cursor is not None), params, long=False)
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
    ) -> Page:
        name = sort.removeprefix("-")
        by = SORTS.get(name)
        if by is None:
            raise problems.invalid("sort", f"is not one of {', '.join(SORTS)}, with or without a - in front")
        search = folded(filters.q).strip() if filters.q else ""
        shape = Shape(
            mine=mine,
            sort=name,
            descending=sort != name,
            statuses=len(filters.statuses),
            assignees=len(filters.assignees),
            labels=len(filters.labels),
            search=bool(search),
            later_page=cursor is not None,
        )
        params |= {"limit": limit + 1, "is_deleted": int(filters.deleted)}
        for prefix, values in (("status", filters.statuses), ("user", filters.assignees), ("label", filters.labels)):
            for index, value in enumerate(values):
                params[f"{prefix}_{index}"] = value
        if search:
            params["q"] = search
        if cursor is not None:
            params |= _position(decode_cursor(cursor, str, by.kind, str), sort)
        by_index = by.indexed and not (mine or search or filters.assignees or filters.labels)
        by_index = by_index and len(filters.statuses) <= (name == "created_at")
        rows = await self._fetch(lambda number: tasks_statement(number, shape), params, long=not by_index)
        return [row[2] for row in rows[:limit]], _next_cursor(sort, rows, limit)

    async def _fetch(
        self, statement: Callable[[int], Statement], params: Mapping[str, Any], *, long: bool
    ) -> Sequence[Row]:
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


# --- statements, each made once ------------------------------------------------------------------------------------


def _after(
    dialect: DialectName, columns: Sequence[ColumnElement[Any]], params: Sequence[str], descending: bool
) -> ColumnElement[bool]:
    """The rows behind a position, in a form that the dialect can look up in an index over `columns`."""
    values: list[ColumnElement[Any]] = [bindparam(name) for name in params]
    if dialect == "sqlite":
        left, right = tuple_(*columns), tuple_(*values)
        return left < right if descending else left > right
    # MySQL makes ranges of OR, but none of a comparison of rows.
    cases: list[ColumnElement[bool]] = []
    for last in range(len(columns)):
        ahead = columns[last] < values[last] if descending else columns[last] > values[last]
        for column, value in zip(columns[:last], values[:last], strict=True):
            ahead = (column == value) & ahead
        cases.append(ahead)
    return or_(*cases)


def _paged(
    query: Select[Any], dialect: DialectName, columns: Sequence[ColumnElement[Any]], later_page: bool, descending: bool
) -> Select[Any]:
    """The query with its order over `columns` (unique together), from the position on, and its limit."""
    if later_page:
        query = query.where(_after(dialect, columns, ("key", "id", "version")[: len(columns)], descending))
    return query.order_by(*(c.desc() if descending else c.asc() for c in columns)).limit(bindparam("limit"))


@lru_cache(maxsize=1_000)
def tasks_statement(number: int, shape: Shape) -> Statement:
    """Of a generation: sort key, id and document of tasks."""
    t = tables(number)
    key = SORTS[shape.sort].key(t, shape.descending)
    query = select(key, t.tasks.c.task_id, t.tasks.c.doc)
    if shape.mine:
        mine = t.assignees.alias("mine")
        query = (
            query.select_from(mine)
            .join(t.tasks, t.tasks.c.task_id == mine.c.task_id)
            .join(t.members, t.members.c.project_id == t.tasks.c.project_id)
            .join(t.projects, t.projects.c.project_id == t.tasks.c.project_id)
            .where(mine.c.user_id == bindparam("user"), t.members.c.user_id == bindparam("user"))
            .where(t.projects.c.deleted == 0)
        )
    else:
        query = query.select_from(t.tasks).where(t.tasks.c.project_id == bindparam("project"))
    query = query.where(t.tasks.c.deleted == bindparam("is_deleted"))
    if shape.sort == "status":
        of_task = (t.statuses.c.project_id == t.tasks.c.project_id) & (t.statuses.c.status == t.tasks.c.status)
        query = query.outerjoin(t.statuses, of_task)
    if shape.statuses:
        query = query.where(_any_of(t.tasks.c.status, "status", shape.statuses))
    if shape.assignees:
        assigned = t.assignees.c.task_id == t.tasks.c.task_id
        query = query.where(select(1).where(assigned, _any_of(t.assignees.c.user_id, "user", shape.assignees)).exists())
    if shape.labels:
        labelled = t.labels.c.task_id == t.tasks.c.task_id
        query = query.where(select(1).where(labelled, _any_of(t.labels.c.label, "label", shape.labels)).exists())
    if shape.search:
        # Not LIKE: both sides are folded already, and nothing needs to be escaped.
        query = query.where(func.instr(t.tasks.c.search, bindparam("q")) > 0)
    columns = (key, t.tasks.c.task_id)
    return Statement(lambda dialect: _paged(query, dialect, columns, shape.later_page, shape.descending))


def _any_of(column: ColumnElement[str], prefix: str, count: int) -> ColumnElement[bool]:
    """One value as an equality, so that an index on it can also give the order."""
    if count == 1:
        return column == bindparam(f"{prefix}_0")
    return column.in_([bindparam(f"{prefix}_{index}") for index in range(count)])


@lru_cache(maxsize=8)
def projects_statement(number: int, later_page: bool) -> Statement:
    """Of a generation: sort key, id, document and role of a user's projects."""
    t = tables(number)
    query = (
        select(t.projects.c.created_at, t.projects.c.project_id, t.projects.c.doc, t.members.c.role)
        .join(t.members, t.members.c.project_id == t.projects.c.project_id)
        .where(t.members.c.user_id == bindparam("user"), t.projects.c.deleted == bindparam("is_deleted"))
    )
    columns = (t.projects.c.created_at, t.projects.c.project_id)
    return Statement(lambda dialect: _paged(query, dialect, columns, later_page, descending=True))


@lru_cache(maxsize=8)
def activity_statement(number: int, later_page: bool) -> Statement:
    """Of a generation: time, stream, version and document of what happened in a project."""
    a = tables(number).activity.c
    query = select(a.time, a.stream, a.version, a.doc).where(a.project_id == bindparam("project"))
    columns = (a.time, a.stream, a.version)
    return Statement(lambda dialect: _paged(query, dialect, columns, later_page, descending=True))
