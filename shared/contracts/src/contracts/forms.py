"""The kinds of values that fields have: their bounds, and how they stand in tables, in files and in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, TypeAlias

Locale: TypeAlias = Literal["en", "ko"]
Words: TypeAlias = Mapping[Locale, str]
"""A text in each language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Text of at most so many characters; `lines`: it may have several."""

    longest: int
    lines: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusKey:
    """The key of a status of the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of some values, the least first; `also`: other words that files have for them, without case."""

    values: tuple[str, ...]
    words: Mapping[Locale, Mapping[str, str]]
    also: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A calendar day, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number within bounds that is a multiple of `step`, or none."""

    lowest: float
    highest: float
    step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Words, each once, in the order in which they were given."""

    most: int
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Ids of users, each once; they come and go one by one."""

    most: int


Form: TypeAlias = Text | StatusKey | Choice | Day | Number | Labels | People

OPTIONAL: Final = (Day, Number)
"""Forms of which a task may have no value: None."""


def stored(form: Form, value: Any) -> str | int | None:
    """The value as a column has it: it sorts as people expect, and equal values are equal in every database."""
    match form:
        case StatusKey():
            return str(value)
        case Choice():
            return form.values.index(value)
        case Day():
            return None if value is None else str(value.isoformat())
        case Number():
            return None if value is None else round(value / form.step)
        case Text() | Labels() | People():
            raise TypeError("has no column of its own")


def written(form: Form, value: Any) -> str:
    """The value in a file: `parsed` reads it again. People and statuses are written by who knows their names."""
    match form:
        case Text() | StatusKey() | Choice():
            return str(value)
        case Day():
            return "" if value is None else str(value.isoformat())
        case Number():
            return "" if value is None else f"{value:g}"
        case Labels() | People():
            return "; ".join(value)


def parsed(form: Choice | Day | Number, text: str) -> Any:
    """The value that a cell of a file says. Raises ValueError with what is wrong."""
    text = text.strip()
    match form:
        case Choice():
            known = {name: name for name in form.values}
            words = {word: name for of in form.words.values() for name, word in of.items()}
            found = {**words, **form.also, **known, "": form.values[0]}.get(text.casefold())
            if found is None:
                raise ValueError(f"{text!r} is not one of {', '.join(form.values)}")
            return found
        case Day():
            return _day(text) if text else None
        case Number():
            return _number(form, text) if text else None


_DATE: Final = re.compile(r"^(\d{4})[-./]\s*(\d{1,2})[-./]\s*(\d{1,2})\.?(?:[T ].*)?$")


def _day(text: str) -> date:
    found = _DATE.match(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass  # a date that does not exist is told like any other text
    raise ValueError(f"{text!r} is not a date such as 2026-12-31")


def _number(form: Number, text: str) -> float:
    bounds = f"a number from {form.lowest:g} to {form.highest:g} in steps of {form.step:g}"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not {bounds}") from None
    if not form.lowest <= value <= form.highest or value % form.step:
        raise ValueError(f"{text!r} is not {bounds}")
    return value + 0.0  # no negative zero
