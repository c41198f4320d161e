"""The SQL of the lists, made once for each shape and generation; values are parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, or_, select, tuple_

from contracts.fields import FIELDS, Field
from contracts.forms import Choice, Day, Labels, Number, People, StatusKey, Text
from contracts.read_model import Tables, tables
from kernel.ports.database import DialectName, Statement
from task_service.asked import Clause
from task_service.query_statements import conditions


@dataclass(frozen=True, slots=True)
class Sort:
    """`key` is never null, so that one comparison continues a page; `kind` is what a cursor holds of it.

    `indexes`: by how many statuses are asked for, the index that gives the order.
    """

    key: Callable[[Tables, bool], ColumnElement[Any]]
    kind: type
    indexes: Mapping[int, str] = field(default_factory=dict)


_HIGHEST: Final = 2**31 - 1


def _sort_of(field: Field) -> Sort:
    """The order of a field. What has no value comes last, whichever way: such a key is before or behind every value."""
    name = field.name
    match field.form:
        case Text():
            return Sort(lambda t, _: t.tasks.c[f"{name}_key"], str)
        case StatusKey():
            # By the place of the status on the board; a status that the project no longer has comes after them all.
            return Sort(lambda t, _: func.coalesce(t.statuses.c.position, 1_000), int)
        case Choice():
            return Sort(lambda t, _: t.tasks.c[name], int)
        case Day():
            return Sort(lambda t, descending: func.coalesce(t.tasks.c[name], "" if descending else "~"), str)
        case Number():
            return Sort(lambda t, descending: func.coalesce(t.tasks.c[name], -1 if descending else _HIGHEST), int)
        case Labels() | People():
            raise TypeError(f"{name} is several values: it has no order")


SORTS: Final[Mapping[str, Sort]] = {
    "created_at": Sort(lambda t, _: t.tasks.c.created_at, int, {0: "tasks_created", 1: "tasks_status"}),
    "updated_at": Sort(lambda t, _: t.tasks.c.updated_at, int, {0: "tasks_updated"}),
    "key": Sort(lambda t, _: t.tasks.c.number, int, {0: "tasks_number"}),
    "rank": Sort(lambda t, _: t.tasks.c.rank, str, {1: "tasks_rank"}),
    **{field.name: _sort_of(field) for field in FIELDS if field.sorts},
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
    search: int
    later_page: bool
    clauses: tuple[Clause, ...] = ()

    @property
    def index(self) -> str | None:
        """The index that gives the rows in their order, none left over, if there is one."""
        if self.mine or self.search or self.assignees or self.labels or self.clauses:
            return None
        return SORTS[self.sort].indexes.get(self.statuses)


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


def _by(query: Select[Any], table: Table, number: int, index: str) -> Select[Any]:
    """The query through an index; MySQL guesses at another one while a table has just been filled."""
    return query.with_hint(table, f"FORCE INDEX (g{number}_{index})", "mysql")


def tasks_statement(number: int, shape: Shape) -> Statement:
    """Of a generation: sort key, id and document of the tasks that a shape asks for, in its order."""
    return _queried(number, shape) if shape.clauses else _filtered(number, shape)


@lru_cache(maxsize=1_000)
def _filtered(number: int, shape: Shape) -> Statement:
    return _tasks_statement(number, shape)


@lru_cache(maxsize=200)
def _queried(number: int, shape: Shape) -> Statement:
    """Kept apart: there are as many shapes of queries as people think of."""
    return _tasks_statement(number, shape)


def _tasks_statement(number: int, shape: Shape) -> Statement:
    t = tables(number)
    key = SORTS[shape.sort].key(t, shape.descending)
    query: Select[Any] = select(key, t.tasks.c.task_id, t.tasks.c.doc)
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
        query = query.where(*(func.instr(t.tasks.c.search, bindparam(f"q_{n}")) > 0 for n in range(shape.search)))
    query = query.where(*conditions(t, shape.clauses))
    if shape.index is not None:
        query = _by(query, t.tasks, number, shape.index)
    columns = (key, t.tasks.c.task_id)
    return Statement(lambda dialect: _paged(query, dialect, columns, shape.later_page, shape.descending))


@lru_cache(maxsize=16)
def next_rank_statement(number: int, upwards: bool, bounded: bool) -> Statement:
    """Of a generation: the rank of the column's task next above or below a rank, or of its last or first."""
    tasks = tables(number).tasks
    t = tasks.c
    column = (t.project_id == bindparam("project"), t.deleted == 0, t.status == bindparam("status"))
    query = _by(select(t.rank).where(*column, t.task_id != bindparam("but")), tasks, number, "tasks_rank")
    if bounded:
        query = query.where(t.rank < bindparam("rank_") if upwards else t.rank > bindparam("rank_"))
    return Statement(query.order_by(t.rank.desc() if upwards else t.rank).limit(1))


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


@lru_cache(maxsize=8)
def touched_statement(number: int) -> Statement:
    """Of a generation: the streams of the tasks of a project that something happened to in a stretch of time."""
    a = tables(number).activity.c
    return Statement(
        select(a.stream)
        .where(a.project_id == bindparam("project"), a.time > bindparam("begin"), a.time <= bindparam("end"))
        .where(a.stream >= "task-", a.stream > bindparam("after"))
        .distinct()
        .order_by(a.stream)
        .limit(bindparam("limit"))
    )


@lru_cache(maxsize=8)
def past_statement(number: int) -> Statement:
    """Of a generation: of each task of a project that was there at a moment, its stream and what it was then."""
    a = tables(number).activity
    newest = (
        select(a.c.stream, func.max(a.c.version).label("version"))
        .where(a.c.project_id == bindparam("project"), a.c.time <= bindparam("at"), a.c.stream >= "task-")
        .group_by(a.c.stream)
        .subquery()
    )
    return Statement(
        select(a.c.stream, a.c.state).join(newest, (a.c.stream == newest.c.stream) & (a.c.version == newest.c.version))
    )
