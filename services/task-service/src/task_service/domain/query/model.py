"""A query as it was understood: what each of its terms asks of a task."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias, get_args

from task_service.domain import calendar

Operator: TypeAlias = Literal["=", "<", "<=", ">", ">="]
State: TypeAlias = Literal["overdue", "deleted", "done", "open"]
STATES: Final[tuple[State, ...]] = get_args(State)


class BadQuery(Exception):
    """A query that is not in the language. `position`, in code points from 0, is where; `expected` is what would do."""

    def __init__(self, position: int, expected: tuple[str, ...], detail: str) -> None:
        super().__init__(detail)
        self.position = position
        self.expected = expected
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody: the caller, a user's id, or a name as it stands behind an `@`, at a position of the query."""

    how: Literal["me", "id", "name"]
    said: str
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A day: a date, or so many days and months from today."""

    on: date | None = None
    days: int = 0
    months: int = 0

    def day(self, today: date) -> date:
        """The day, if today is that day."""
        return self.on or calendar.in_months(today, self.months) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The text stands in the title, the description or the key, whatever the case."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """The field has one of the values. `field` is a name of `contracts.fields`, or `key`: a task's, such as OPS-12."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """One of the people is in the field, or made the task: `created_by`."""

    field: str
    people: tuple[Who, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """The choice is one of these."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """The number of the field compares so with another; what has none never does."""

    field: str
    operator: Operator
    number: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """The day of the field, or of `created_at` or `updated_at`, compares so with a day; what has none never does."""

    field: str
    operator: Operator
    when: When


@dataclass(frozen=True, slots=True, kw_only=True)
class Is:
    """`overdue`: due before today and not done. `done`: its status means that; `open`: it does not."""

    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """The field has no value, or of a choice the least."""

    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Was:
    """The field has had one of the values at some time, now included."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HadBy:
    """One of the people has been in the field at some time, now included."""

    field: str
    people: tuple[Who, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The field was changed so often since the task was made."""

    field: str
    operator: Operator
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedBack:
    """The task went so often to a status further left on the board as it is today."""

    operator: Operator
    times: int


Condition: TypeAlias = Words | Among | By | Ranked | Numbered | Dated | Is | No | Was | HadBy | Changed | MovedBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A condition, or with a `-` in front its opposite."""

    negated: bool
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A task is found when it meets every term. `sort` is the order, if one was asked for, as lists call it."""

    terms: tuple[Term, ...] = ()
    sort: str | None = None

    @property
    def deleted(self) -> bool:
        """Whether it asks for what is deleted."""
        return any(term.condition == Is(state="deleted") and not term.negated for term in self.terms)

    @property
    def people(self) -> tuple[Who, ...]:
        """Everybody who is in it."""
        every = (term.condition for term in self.terms)
        return tuple(who for condition in every if isinstance(condition, By | HadBy) for who in condition.people)
