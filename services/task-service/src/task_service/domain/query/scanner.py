"""Reads the parts of a query: marks, quoted text, values, people, days."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final, get_args

from contracts import fields
from contracts.fields import Field
from contracts.forms import Choice
from task_service.domain.query.model import BadQuery, Operator, When, Who

MAX_QUERY: Final = 1_000
"""Code points of a query."""

MAX_VALUES: Final = 50

FIELDS: Final[Mapping[str, Field]] = {
    {"labels": "label", "assignees": "assignee"}.get(field.name, field.name): field for field in fields.FIELDS
}
"""The fields of a task by what a query calls them."""

SORTS: Final[Mapping[str, str]] = {
    "created": "created_at",
    "updated": "updated_at",
    **{name: name for name in ("created_at", "updated_at", "key", "rank")},
    **{field.name: field.name for field in fields.FIELDS if field.sorts},
}
"""What can be sorted by, and what lists call it."""

_SPACE: Final = re.compile(r"\s+")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
BARE: Final = re.compile(r'[^\s,"]+')
_OPERATOR: Final = re.compile(r":?(<=|>=|=|<|>)|:")
_DAYS: Final = re.compile(r"([+-]?)(\d{1,4})([dwm])", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?")
COUNT: Final = re.compile(r"[0-9]{1,6}")
_NEAR: Final = {"today": 0, "오늘": 0, "tomorrow": 1, "내일": 1, "yesterday": -1, "어제": -1}
_DAY_FORMS: Final = ("a date such as 2026-12-31", "today", "tomorrow", "yesterday", "a distance such as 7d, 2w or -1m")


class Scanner:
    """A text and how far it has been read. What is read is taken; what does not fit raises BadQuery."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def values(self) -> tuple[str, ...]:
        """Values with commas in between."""
        return tuple(value for value, _, _ in self.list())

    def list(self) -> list[tuple[str, int, bool]]:
        """Values with where they begin and whether they were quoted."""
        found: list[tuple[str, int, bool]] = []
        while True:
            start = self.at
            quoted = self.text.startswith('"', start)
            found.append((self.quoted() if quoted else self.bare(), start, quoted))
            if len(found) > MAX_VALUES:
                raise self.bad((f"at most {MAX_VALUES} values",), start)
            if not self.text.startswith(",", self.at):
                return found
            self.at += 1

    def people(self) -> tuple[Who, ...]:
        """`me`, `@name`, ids."""
        found: list[Who] = []
        while True:
            start = self.at
            if self.text.startswith("@", start):
                self.at += 1
                quoted = self.text.startswith('"', self.at)
                found.append(Who(how="name", said=self.quoted() if quoted else self.bare("a name"), at=start))
            else:
                said = self.bare("me", "@name", "a user's id")
                found.append(Who(how="me" if said.lower() == "me" else "id", said=said, at=start))
            if len(found) > MAX_VALUES:
                raise self.bad((f"at most {MAX_VALUES} values",), start)
            if not self.text.startswith(",", self.at):
                return tuple(found)
            self.at += 1

    def choices(self, of: Choice, most: int = MAX_VALUES) -> tuple[str, ...]:
        """At most so many values of a choice."""
        found: list[str] = []
        for value, start, _ in self.list():
            known = next((name for name in of.values if name == value.lower()), None)
            if known is None:
                raise self.bad(of.values, start)
            if len(found) == most:
                raise self.bad(("one value",), start)
            found.append(known)
        return tuple(found)

    def number(self, pattern: re.Pattern[str] = _NUMBER) -> str:
        """A number."""
        start = self.at
        said = self.bare("a number")
        if not pattern.fullmatch(said):
            raise self.bad(("a number",), start)
        return said

    def when(self, *, ahead: bool) -> When:
        """A day; without a sign, so many ahead of today or behind it."""
        start = self.at
        said = self.bare(*_DAY_FORMS).lower()
        if said in _NEAR:
            return When(days=_NEAR[said])
        distance = _DAYS.fullmatch(said)
        if distance:
            sign, digits, unit = distance.groups()
            many = int(digits) * (-1 if sign == "-" or (not sign and not ahead) else 1)
            return When(months=many) if unit == "m" else When(days=many * (7 if unit == "w" else 1))
        try:
            return When(on=date.fromisoformat(said if _DATE.fullmatch(said) else ""))
        except ValueError as error:
            raise self.bad(_DAY_FORMS, start) from error

    def order(self) -> str:
        """What to sort by."""
        start = self.at
        said = self.bare(*SORTS).lower()
        known = SORTS.get(said.removeprefix("-"))
        if known is None:
            raise self.bad(tuple(SORTS), start)
        return f"-{known}" if said.startswith("-") else known

    def one_of(self, words: tuple[str, ...]) -> str:
        """One of some words."""
        start = self.at
        said = self.bare(*words).lower()
        if said not in words:
            raise self.bad(words, start)
        return said

    # --- marks ---

    def blank(self) -> bool:
        """Blanks, if there are any."""
        found = _SPACE.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found is not None

    def colon(self) -> None:
        """A colon."""
        if not self.text.startswith(":", self.at):
            raise self.bad((":",))
        self.at += 1

    def operator(self) -> tuple[Operator, bool]:
        """What compares, and whether it is a colon alone."""
        found = _OPERATOR.match(self.text, self.at)
        if found is None:
            raise self.bad((":", "=", "<", "<=", ">", ">="))
        self.at = found.end()
        for operator in get_args(Operator):
            if found[1] == operator:
                known: Operator = operator
                return known, False
        return "=", True

    def bare(self, *expected: str) -> str:
        """A value without quotes."""
        found = BARE.match(self.text, self.at)
        if found is None:
            raise self.bad(expected or ("a value",))
        self.at = found.end()
        return found[0]

    def quoted(self) -> str:
        """What stands in quotes."""
        found = _QUOTED.match(self.text, self.at)
        if found is None:
            raise self.bad(('a closing "',), len(self.text))
        if not found[1].strip():
            raise self.bad(("text in the quotes",))
        self.at = found.end()
        return re.sub(r'\\(["\\])', r"\1", found[1])

    def ends(self, at: int) -> bool:
        """Whether a term may end here."""
        return at == len(self.text) or self.text[at].isspace()

    def bad(self, expected: tuple[str, ...], at: int | None = None, detail: str = "") -> BadQuery:
        """The error at a position, where nothing else is said here."""
        position = self.at if at is None else at
        return BadQuery(position, expected, detail or f"at {position + 1}: expected {' or '.join(expected)}")
