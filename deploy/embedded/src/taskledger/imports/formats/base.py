"""How a format is told: what its files look like and what its words mean. A format is knowledge, not a program."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.project import Category
from contracts.task import Priority
from taskledger.imports.choices import Choices
from taskledger.imports.model import Draft
from taskledger.imports.reading.clean import folded
from taskledger.imports.reading.rows import Row
from taskledger.imports.understanding.dates import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFormat:
    """A table of one program: CSV or a workbook.

    `signs`: headers that together tell the program. `columns`: header to field (`understanding.columns.FIELDS`), where
    the common words would be wrong or do not know it; "" for what is of no use. `order`: of its dates with numbers
    alone. `statuses`, `priorities`: what its own words mean, in lower case. `finishing`: `completed`, `state` and
    `done` say that a task is finished even where its status does not. `separator`: between several values in a cell,
    where it is always the same. `neutralised`: an apostrophe stands before what a spreadsheet would calculate. `rows`:
    makes plain rows, the first with the headers, of a layout that has others; it is given all rows and where the
    headers stand.
    """

    name: str
    title: str
    signs: Sequence[Sequence[str]]
    columns: Mapping[str, str] = field(default_factory=dict)
    order: Order | None = None
    statuses: Mapping[str, Category] = field(default_factory=dict)
    priorities: Mapping[str, Priority] = field(default_factory=dict)
    finishing: bool = False
    separator: str | None = None
    neutralised: bool = False
    rows: Callable[[Sequence[Row], int], Sequence[Row]] | None = None

    def matches(self, headers: frozenset[str]) -> int:
        """How many headers tell this format, 0 if it is another. `headers` are folded."""
        return max((len(sign) for sign in self.signs if all(folded(word) in headers for word in sign)), default=0)

    def fields(self) -> Mapping[str, str]:
        """Fields by folded header."""
        return {folded(header): field for header, field in self.columns.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFormat:
    """A JSON document of one program. `read` makes a draft of it; what is wrong raises BadFile or BadRow with its path.

    `matches` looks at the document's outside and does not raise.
    """

    name: str
    title: str
    matches: Callable[[Any], bool]
    read: Callable[[Any, "Reading"], Draft]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFormat:
    """Plain text with a syntax of its own, known by its lines. `read` is given the text."""

    name: str
    title: str
    matches: Callable[[str, str], bool]
    read: Callable[[str, "Reading"], Draft]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What whoever imports has said beforehand: the file's name without its ending, and the choices."""

    name: str
    choices: Choices
