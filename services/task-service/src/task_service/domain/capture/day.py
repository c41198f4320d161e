"""A day that was found in a title, in whatever language."""

from dataclasses import dataclass
from datetime import date
from typing import Final

WITHIN: Final = r"[^\S\x1f]"
"""A blank between words of one expression: not one where a mark has been."""

MOST_DAYS: Final = 20
"""So many days are looked at in a line, so that no line takes long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A time of day, as `HH:MM`."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Code points `start` to before `end` say `on`. A `deadline` says so itself (`by`, `까지`)."""

    start: int
    end: int
    on: date
    deadline: bool
    time: Spoken | None
