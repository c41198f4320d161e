"""What a query asks when somebody asks it: clauses, whose shape is all that their SQL depends on, and their values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from contracts.fields import BY_NAME
from contracts.forms import Choice, Day, Labels, Number, People, StatusKey, Text, stored
from contracts.read_model import folded
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
        params |= {name_of(place, index): value for index, value in enumerate(values)}
    return Asked(clauses=tuple(clauses), params=params, sort=query.sort, deleted=query.deleted)


def name_of(place: int, index: int) -> str:
    """The name of a value of the clause at a place."""
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
