"""What a query asks, as conditions in SQL. Their text depends on the shape of a query alone; values are parameters.

The present is asked of the tasks' rows, the past of the index that log-projector keeps of it (`past`). What statuses
mean and where they stand is what the project says of them today.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, func, not_, or_, select

from contracts.read_model import Tables
from task_service.asked import Clause, name_of
from task_service.domain.query.model import Operator


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
            parts = ((2 * index, 2 * index + 1) for index in range(clause.count))
            ends = (
                func.substr(tasks.search, bindparam(name_of(place, length))) == bindparam(name_of(place, end))
                for length, end in parts
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
    return bindparam(name_of(place, 0))


def _in(column: ColumnElement[Any], place: int, count: int) -> ColumnElement[bool]:
    if count == 0:
        return false()
    if count == 1:
        return column == _value(place)
    return column.in_([bindparam(name_of(place, index)) for index in range(count)])


def _within(column: ColumnElement[Any], operator: Operator, place: int) -> ColumnElement[bool]:
    """How a moment compares with a day, whose first moment is value 0 and whose end is value 1."""
    begin: ColumnElement[Any] = bindparam(name_of(place, 0))
    end: ColumnElement[Any] = bindparam(name_of(place, 1))
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
