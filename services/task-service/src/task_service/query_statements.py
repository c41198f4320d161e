"""What a query asks, as conditions in SQL. Their text depends on the shape of a query alone; values are parameters.

The present is asked of the tasks' rows, the past of the index that log-projector keeps of it (`past`). What statuses
mean and where they stand is what the project says of them today.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, false, func, not_, or_, select

from contracts.fields import BY_NAME
from contracts.forms import Choice, Day, Labels, Number, People, StatusKey, Text, stored
from contracts.read_model import Tables, folded
from task_service.domain.query.model import (
    Among,
    By,
    Changed,
    Condition,
    Dated,
    HadBy,
    Is,
    MovedBack,
    No,
    Numbered,
    Operator,
    Query,
    Ranked,
    State,
    Was,
    Who,
    Words,
)

Kind: TypeAlias = Literal[
    "words", "key", "column", "compare", "moment", "label", "person", "overdue", "deleted", "done",
    "no-person", "no-label", "no-value", "was", "changed", "moved-back",
]  # fmt: skip

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """The shape of a term: all that its SQL depends on. `field` is a column or, of the past, a field."""

    kind: Kind
    negated: bool
    field: str = ""
    operator: Operator = "="
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query with everything in it that depends on who asks, and when."""

    clauses: tuple[Clause, ...] = ()
    params: Mapping[str, Any]
    sort: str | None = None
    deleted: bool = False


NOTHING_ASKED: Final = Asked(params={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Whom `me` and `@name` mean, which day it is, and the zone whose days are meant."""

    people: Callable[[Who], Sequence[str]]
    today: date
    zone: ZoneInfo


def asked_of(query: Query, asker: Asker) -> Asked:
    """What a query asks when somebody asks it. Raises what `asker.people` raises."""
    clauses: list[Clause] = []
    params: dict[str, Any] = {}
    for place, term in enumerate(query.terms):
        clause, values = _clause(term.condition, term.negated, asker)
        clauses.append(clause)
        params |= {_name(place, index): value for index, value in enumerate(values)}
    return Asked(clauses=tuple(clauses), params=params, sort=query.sort, deleted=query.deleted)


def _name(place: int, index: int) -> str:
    return f"query_{place}_{index}"


def _clause(condition: Condition, negated: bool, asker: Asker) -> tuple[Clause, Sequence[Any]]:
    match condition:
        case Words():
            return Clause(kind="words", negated=negated), [folded(condition.text)]
        case Among(field="key"):
            ends = [f"\n{folded(key)}" for key in condition.values]
            lengths_and_ends = [part for end in ends for part in (-len(end), end)]
            return Clause(kind="key", negated=negated, count=len(ends)), lengths_and_ends
        case Among():
            kind: Kind = "column" if isinstance(BY_NAME[condition.field].form, StatusKey) else "label"
            return Clause(
                kind=kind, negated=negated, field=condition.field, count=len(condition.values)
            ), condition.values
        case By():
            people = _people(condition.people, asker)
            kind = "column" if condition.field == "created_by" else "person"
            return Clause(kind=kind, negated=negated, field=condition.field, count=len(people)), people
        case Ranked():
            form = BY_NAME[condition.field].form
            ranks = [stored(form, value) for value in condition.values]
            return Clause(kind="column", negated=negated, field=condition.field, count=len(ranks)), ranks
        case Numbered():
            clause = Clause(kind="compare", negated=negated, field=condition.field, operator=condition.operator)
            return clause, [_steps(condition.field, condition.number)]
        case Dated(field="created_at" | "updated_at"):
            clause = Clause(kind="moment", negated=negated, field=condition.field, operator=condition.operator)
            return clause, _bounds(condition.when.day(asker.today), asker.zone)
        case Dated():
            clause = Clause(kind="compare", negated=negated, field=condition.field, operator=condition.operator)
            return clause, [condition.when.day(asker.today).isoformat()]
        case Is():
            return _is(condition.state, negated, asker.today)
        case No():
            return _none(condition.field, negated)
        case Was():
            return (
                Clause(kind="was", negated=negated, field=condition.field, count=len(condition.values)),
                condition.values,
            )
        case HadBy():
            people = _people(condition.people, asker)
            return Clause(kind="was", negated=negated, field=condition.field, count=len(people)), people
        case Changed():
            clause = Clause(kind="changed", negated=negated, field=condition.field, operator=condition.operator)
            return clause, [condition.times]
        case MovedBack():
            return Clause(kind="moved-back", negated=negated, operator=condition.operator), [condition.times]


def _is(state: State, negated: bool, today: date) -> tuple[Clause, Sequence[Any]]:
    match state:
        case "overdue":
            return Clause(kind="overdue", negated=negated), [today.isoformat()]
        case "deleted":
            return Clause(kind="deleted", negated=negated), []
        case "done":
            return Clause(kind="done", negated=negated), []
        case "open":
            return Clause(kind="done", negated=not negated), []


def _none(field: str, negated: bool) -> tuple[Clause, Sequence[Any]]:
    match BY_NAME[field].form:
        case Labels():
            return Clause(kind="no-label", negated=negated), []
        case People():
            return Clause(kind="no-person", negated=negated), []
        case Choice():
            return Clause(kind="column", negated=negated, field=field, count=1), [0]
        case Text() | StatusKey() | Day() | Number():
            return Clause(kind="no-value", negated=negated, field=field), []


def _steps(field: str, number: float) -> float:
    """A number as its column has it, in steps; between two of them, between those two."""
    form = BY_NAME[field].form
    if not isinstance(form, Number):
        raise TypeError(f"{field} is no number")
    return number / form.step


def _people(people: Sequence[Who], asker: Asker) -> list[str]:
    return list(dict.fromkeys(user_id for who in people for user_id in asker.people(who)))


def _bounds(day: date, zone: ZoneInfo) -> list[int]:
    """The first microsecond of a day, and of the next."""
    starts = (datetime.combine(day + timedelta(days=days), time(), zone) for days in (0, 1))
    return [(start.astimezone(UTC) - _EPOCH) // _MICROSECOND for start in starts]


def conditions(t: Tables, clauses: Sequence[Clause]) -> list[ColumnElement[bool]]:
    """What the rows of tasks have to be."""
    every = ((clause, _condition(t, place, clause)) for place, clause in enumerate(clauses))
    return [not_(condition) if clause.negated else condition for clause, condition in every]


def _condition(t: Tables, place: int, clause: Clause) -> ColumnElement[bool]:
    """Never null, so that its opposite finds exactly the others."""
    tasks = t.tasks.c
    match clause.kind:
        case "words":
            return func.instr(tasks.search, _value(place)) > 0
        case "key":
            # The key is the last line of what is searched.
            ends = (
                func.substr(tasks.search, bindparam(_name(place, 2 * index))) == bindparam(_name(place, 2 * index + 1))
                for index in range(clause.count)
            )
            return or_(*ends)
        case "column":
            return _in(tasks[clause.field], place, clause.count)
        case "compare":
            column = tasks[clause.field]
            return and_(column.is_not(None), _compare(column, clause.operator, _value(place)))
        case "moment":
            return _within(tasks[clause.field], clause.operator, place)
        case "label":
            labels = t.labels.alias()
            return _exists(labels.c.task_id == tasks.task_id, _in(labels.c.label, place, clause.count))
        case "person":
            assignees = t.assignees.alias()
            return _exists(assignees.c.task_id == tasks.task_id, _in(assignees.c.user_id, place, clause.count))
        case "overdue":
            return and_(tasks.due.is_not(None), tasks.due < _value(place), not_(_done(t)))
        case "deleted":
            return tasks.deleted == 1
        case "done":
            return _done(t)
        case "no-person":
            assignees = t.assignees.alias()
            return not_(_exists(assignees.c.task_id == tasks.task_id))
        case "no-label":
            labels = t.labels.alias()
            return not_(_exists(labels.c.task_id == tasks.task_id))
        case "no-value":
            return tasks[clause.field].is_(None)
        case "was":
            past = t.past.alias()
            of_field = and_(past.c.task_id == tasks.task_id, past.c.field == clause.field)
            return _exists(of_field, _in(past.c.new, place, clause.count))
        case "changed":
            past = t.past.alias()
            times = select(func.count(past.c.version.distinct())).where(
                past.c.task_id == tasks.task_id, past.c.field == clause.field, past.c.version > 1
            )
            return _compare(times.scalar_subquery(), clause.operator, _value(place))
        case "moved-back":
            return _compare(_moves_back(t), clause.operator, _value(place))


def _moves_back(t: Tables) -> ColumnElement[Any]:
    """How often a task went to a status that stands further left; a status that has gone stands nowhere."""
    past, source, target = t.past.alias(), t.statuses.alias(), t.statuses.alias()
    project = t.tasks.c.project_id
    return (
        select(func.count())
        .select_from(past)
        .join(source, and_(source.c.project_id == project, source.c.status == past.c.old))
        .join(target, and_(target.c.project_id == project, target.c.status == past.c.new))
        .where(past.c.task_id == t.tasks.c.task_id, past.c.field == "status", past.c.version > 1)
        .where(target.c.position < source.c.position)
        .correlate(t.tasks)
        .scalar_subquery()
    )


def _done(t: Tables) -> ColumnElement[bool]:
    statuses = t.statuses.alias()
    return _exists(
        statuses.c.project_id == t.tasks.c.project_id,
        statuses.c.status == t.tasks.c.status,
        statuses.c.category == "done",
    )


def _exists(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(1).where(*where).exists()


def _value(place: int) -> ColumnElement[Any]:
    return bindparam(_name(place, 0))


def _in(column: ColumnElement[Any], place: int, count: int) -> ColumnElement[bool]:
    if count == 0:
        return false()
    if count == 1:
        return column == _value(place)
    return column.in_([bindparam(_name(place, index)) for index in range(count)])


def _within(column: ColumnElement[Any], operator: Operator, place: int) -> ColumnElement[bool]:
    """How a moment compares with a day, whose first moment is value 0 and whose end is value 1."""
    begin: ColumnElement[Any] = bindparam(_name(place, 0))
    end: ColumnElement[Any] = bindparam(_name(place, 1))
    match operator:
        case "=":
            return and_(column >= begin, column < end)
        case "<":
            return column < begin
        case "<=":
            return column < end
        case ">":
            return column >= end
        case ">=":
            return column >= begin


def _compare(left: ColumnElement[Any], operator: Operator, right: ColumnElement[Any]) -> ColumnElement[bool]:
    match operator:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
