"""What insights are computed with: days as people have them, percentiles, bands of statuses. Times are in microseconds
since 1970, durations in seconds."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import accumulate, pairwise
from typing import Final

from contracts.project import Category, Project, Status
from kernel.log.times import microseconds

_DAY: Final = 86_400_000_000

NOWHERE: Final = ""
"""Where a task stands before it is made and while it is deleted."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one length, one after the other: from `begin` on, until `end`."""

    begin: int
    end: int
    length: int


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` to `last` in a time zone. `begins` has when each begins, and when the last one ends."""

    first: date
    last: date
    begins: Sequence[int]

    @classmethod
    def between(cls, first: date, last: date, zone: tzinfo) -> "Days":
        """The days of a zone. Where clocks change, a day is longer or shorter than others."""
        count = (last - first).days + 2
        midnights = (datetime.combine(first + timedelta(day), datetime.min.time(), zone) for day in range(count))
        return cls(first, last, [microseconds(midnight.astimezone(UTC)) for midnight in midnights])

    def __len__(self) -> int:
        return len(self.begins) - 1

    @property
    def begin(self) -> int:
        """When the first day begins."""
        return self.begins[0]

    @property
    def end(self) -> int:
        """When the last day has ended."""
        return self.begins[-1]

    def stretches(self) -> Sequence[Stretch]:
        """The days as few stretches of equal days: one, unless clocks change."""
        found: list[Stretch] = []
        for begin, end in pairwise(self.begins):
            if found and found[-1].length == end - begin:
                found[-1] = Stretch(found[-1].begin, end, end - begin)
            else:
                found.append(Stretch(begin, end, end - begin))
        return found

    def weeks(self) -> Iterator[tuple[date, date, int, int]]:
        """Weeks from Monday on, as far as the days reach: first day, last day, when they begin and end."""
        index = 0
        while index < len(self):
            day = self.first + timedelta(index)
            after = min(index + 7 - day.weekday(), len(self))
            yield day, self.first + timedelta(after - 1), self.begins[index], self.begins[after]
            index = after


def standing_counts(moves: Iterable[tuple[int, str, str, int]], days: Days) -> Mapping[str, Sequence[int]]:
    """How many tasks stood in each status at the end of each day.

    `moves` are so many moves from one status to another on the day that began at that time. What was before the first
    day, whenever, counts from the first on.
    """
    index_of = {begin: index for index, begin in enumerate(days.begins)}
    changes: dict[str, list[int]] = {}
    for day, old, new, count in moves:
        index = index_of.get(day, 0)
        changes.setdefault(old, [0] * len(days))[index] -= count
        changes.setdefault(new, [0] * len(days))[index] += count
    return {status: list(accumulate(some)) for status, some in changes.items() if status != NOWHERE}


@dataclass(frozen=True, slots=True)
class Band:
    """A status among those that tasks stood in. `former`: the project has it no more."""

    status: Status
    former: bool


_CATEGORIES: Final[Sequence[Category]] = ("waiting", "active", "done")


def bands(project: Project, seen: Iterable[str]) -> Sequence[Band]:
    """The project's statuses, and those it had once and that were seen; by category, then as on the board.

    What a status means is what the project says of it now, or said last: who corrects a category corrects the past.
    """
    here = {status.key for status in project.statuses}
    once = {status.key: status for status in project.former}
    others = sorted({*seen} - here)
    former = [Band(once.get(key, Status(key=key, name=key, category="waiting")), former=True) for key in others]
    every = [*(Band(status, former=False) for status in project.statuses), *former]
    return sorted(every, key=lambda band: _CATEGORIES.index(band.status.category))


def percentile(values: Sequence[int], percent: int) -> int | None:
    """The least value that so many percent of `values` (in ascending order) do not exceed: the nearest rank."""
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)] if values else None


def thinned(count: int, most: int) -> Sequence[int]:
    """At most so many of the indices below `count`, evenly, the first and the last among them."""
    if count <= most:
        return range(count)
    return [index * (count - 1) // (most - 1) for index in range(most)]
