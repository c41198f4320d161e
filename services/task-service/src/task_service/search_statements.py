"""The SQL of the search over projects: made once for each shape; values are parameters."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, literal, or_, select

from contracts.read_model import Tables, tables
from kernel.ports.database import Statement
from task_service.asked import Clause
from task_service.query_statements import conditions

_TIER: Final = 10**17
"""More than any time in microseconds: an exact key comes before every title, a title before every text."""


@dataclass(frozen=True, slots=True)
class SearchShape:
    """All that the text of a search depends on. `words`: of each, whether it is of initial consonants alone.

    `halves`: words are looked for by one of two halves, for one with a mistake in it has the other half whole.
    """

    projects: int
    words: tuple[bool, ...]
    halves: bool
    key: bool
    deleted: bool
    later_page: bool
    clauses: tuple[Clause, ...] = ()


@lru_cache(maxsize=300)
def search_statement(number: int, shape: SearchShape) -> Statement:
    """Of a generation: score and id of the tasks that a search finds, the best first."""
    t = tables(number)
    tasks = t.tasks.c
    title = [_value(n) for n in range(len(shape.words))]
    end = func.instr(tasks.search, literal("\n"))
    named = [and_(func.instr(tasks.search, word) > 0, func.instr(tasks.search, word) < end) for word in title]
    tiers: list[tuple[ColumnElement[bool], int]] = [(and_(*named), 1)] if named else []
    if shape.key:
        exact = func.substr(tasks.search, bindparam("key_length")) == bindparam("key")
        tiers.insert(0, (exact, 0))
    tier: ColumnElement[Any] = case(*tiers, else_=2) if tiers else literal(2)
    score = tier * _TIER - tasks.updated_at
    query: Select[Any] = select(score.label("score"), tasks.task_id).where(_among(tasks.project_id, shape.projects))
    if not shape.deleted:
        query = query.where(tasks.deleted == 0)
    query = query.where(*(_stands(t, shape, n) for n in range(len(shape.words))), *conditions(t, shape.clauses))
    if shape.later_page:
        after: ColumnElement[Any] = bindparam("after")
        last_id: ColumnElement[Any] = bindparam("last_id")
        query = query.where(or_(score > after, and_(score == after, tasks.task_id > last_id)))
    return Statement(query.order_by(score, tasks.task_id).limit(bindparam("limit")))


@lru_cache(maxsize=100)
def titles_statement(number: int, count: int) -> Statement:
    """Of a generation: what some tasks were called before, the oldest first."""
    titles = tables(number).titles.c
    named = titles.task_id.in_([bindparam(f"task_{n}") for n in range(count)])
    return Statement(select(titles.task_id, titles.title).where(named).order_by(titles.task_id, titles.version))


def _stands(t: Tables, shape: SearchShape, n: int) -> ColumnElement[bool]:
    """Whether a word stands anywhere in a task: its text, its comments, its former titles."""
    tasks = t.tasks.c
    values = [bindparam(f"half_{n}_0"), bindparam(f"half_{n}_1")] if shape.halves else [_value(n)]
    places = [or_(*(func.instr(tasks.search, value) > 0 for value in values))]
    if shape.words[n]:
        places.append(func.instr(tasks.initials, _value(n)) > 0)
    for table in (t.comments, t.titles):
        held = or_(*(func.instr(table.c.search, value) > 0 for value in values))
        ids = select(table.c.task_id).where(_among(table.c.project_id, shape.projects), held)
        places.append(tasks.task_id.in_(ids))
    return or_(*places)


def _among(column: ColumnElement[str], count: int) -> ColumnElement[bool]:
    return column.in_([bindparam(f"project_{n}") for n in range(count)])


def _value(n: int) -> ColumnElement[Any]:
    return bindparam(f"word_{n}")
