"""The SQL of insights. Where a task stands is summed up from its moves, so no row has to be found before another.

Statuses are numbers here: 1 and up in the order of their bands, 0 for nowhere. A move adds the number of the new status
and takes away that of the old one, so the sum of a task's moves is where it stands, at whatever time one stops adding.
"""

from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from contracts.read_model import tables
from kernel.ports.database import Statement

Number: TypeAlias = ColumnElement[Any]

TITLES_AT_ONCE: Final = 250


@lru_cache(maxsize=64)
def moves_statement(number: int, stretches: int) -> Statement:
    """Of a generation: when the day of a move began (0: before all days), old and new status, how many there were."""
    f = tables(number).flow.c
    day: list[tuple[ColumnElement[bool], ColumnElement[Any]]] = [(f.time < bindparam("begin"), literal_column("0"))]
    for index in range(stretches):
        # Not a quotient: MySQL rounds it before it can be cut.
        into_day = (f.time - bindparam(f"begin_{index}")) % bindparam(f"length_{index}")
        day.append((f.time < bindparam(f"end_{index}"), f.time - into_day))
    query = select(case(*day).label("day"), f.old, f.new, func.count())
    return Statement(query.where(*_until(f)).group_by(literal_column("day"), f.old, f.new))


@lru_cache(maxsize=64)
def paths_statement(number: int, statuses: int) -> Statement:
    """Of a generation, for each task that is active, or was finished since a time and is so still: its id, when it was
    made, begun (null: never) and finished last (null: never), when it moved last, where it stands."""
    m = _moves(number, statuses).subquery("moves")
    standing = _standing(m)
    active: Number = bindparam("active")
    done: Number = bindparam("done")
    # A restored task is back where it was; it was not finished, or moved, once more.
    moved = or_(m.c.old != "", m.c.version == 1)
    # Nor was one that was done when it was made, as what an import brings without its times: nobody worked on it here.
    finished = func.max(case(((m.c.old != "") & (m.c.went < done) & (m.c.arrived >= done), m.c.time)))
    query = select(
        m.c.task_id,
        func.min(m.c.time),
        func.min(case(((m.c.arrived >= active) & (m.c.arrived < done), m.c.time))),
        finished,
        func.max(case((moved, m.c.time))),
        standing,
    )
    shown = (standing >= active) & ((standing < done) | (finished >= bindparam("since")))
    return Statement(query.group_by(m.c.task_id).having(shown))


@lru_cache(maxsize=64)
def load_statement(number: int, statuses: int) -> Statement:
    """Of a generation: how many tasks that are not done somebody has (null: nobody), by where they stand."""
    a = tables(number).assigned.c
    moves = _moves(number, statuses).subquery("moves")
    standing = _standing(moves)
    tasks = (
        select(moves.c.task_id, standing.label("standing"))
        .group_by(moves.c.task_id)
        .having((standing > 0) & (standing < bindparam("done")))
        .subquery("open_tasks")
    )
    people = (
        select(a.task_id, a.user_id)
        .where(*_until(a))
        .group_by(a.task_id, a.user_id)
        .having(func.sum(a.delta) > 0)
        .subquery("people")
    )
    query = select(people.c.user_id, tasks.c.standing, func.count())
    joined = query.select_from(tasks).outerjoin(people, people.c.task_id == tasks.c.task_id)
    return Statement(joined.group_by(people.c.user_id, tasks.c.standing))


@lru_cache(maxsize=8)
def titles_statement(number: int) -> Statement:
    """Of a generation: the documents of `TITLES_AT_ONCE` tasks; an id may be given several times."""
    t = tables(number).tasks.c
    return Statement(
        select(t.task_id, t.doc).where(t.task_id.in_([bindparam(f"id_{index}") for index in range(TITLES_AT_ONCE)]))
    )


def _until(c: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return c.project_id == bindparam("project"), c.time < bindparam("until")


def _moves(number: int, statuses: int) -> Select[Any]:
    """The moves of a project's tasks until a time, statuses as numbers."""
    f = tables(number).flow.c
    went, arrived = (_number_of(column, statuses).label(name) for column, name in ((f.old, "went"), (f.new, "arrived")))
    return select(f.task_id, f.version, f.time, f.old, went, arrived).where(*_until(f))


def _standing(moves: Subquery) -> Number:
    # As an integer: a sum is a decimal in MySQL.
    return cast(func.sum(moves.c.arrived - moves.c.went), BigInteger)


def _number_of(column: ColumnElement[str], statuses: int) -> Number:
    numbers = range(1, statuses + 1)
    return case(
        *((column == bindparam(f"status_{n}"), literal_column(f"{n}", Integer)) for n in numbers),
        else_=literal_column("0", Integer),
    )
