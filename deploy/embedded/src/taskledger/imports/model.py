"""What a file says, before anything is decided: tasks in the file's own words, checked by nobody yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from contracts.project import Category, Color, Label
from contracts.task import Priority

MAX_ROWS: Final = 50_000
MAX_PEOPLE: Final = 5_000
MAX_FILE_BYTES: Final = 64 * 1024 * 1024
MAX_TEXT_BYTES: Final = 256 * 1024 * 1024
"""Of a workbook, unpacked."""


class Fault(str):
    """What is wrong with a file, a row or a choice, in English. `code` is stable snake_case; the site has words for it.

    `what` is what the words need: a number, or the text of the file that it is about.
    """

    code: str
    what: str

    def __new__(cls, code: str, sentence: str, what: str = "") -> "Fault":
        """A fault by its code and its sentence."""
        made = super().__new__(cls, sentence)
        made.code, made.what = code, what[:200]
        return made

    def document(self, where: str) -> dict[str, str]:
        """As the site takes it."""
        return {"where": where, "problem": str(self), "code": self.code, "what": self.what}


class BadFile(Exception):
    """The file cannot be imported. `where` is a line or a JSON path. Nothing was written."""

    def __init__(self, where: str, problem: Fault) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class BadRow(Exception):
    """One row, or one card, cannot be imported; the others can. `where` is a line or a JSON path."""

    def __init__(self, where: str, problem: Fault) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that whoever imports should know. `code` is stable snake_case; the site has words for it.

    `where` is a line, a JSON path or a column's header, `what` the text of the file that it is about.
    """

    code: str
    where: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone as the file names them. `user_id` only where the file is an export of Taskledger."""

    name: str
    username: str = ""
    user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftComment:
    """`source` identifies it where it comes from. A deleted one has no body and keeps its place."""

    source: str
    body: str
    author: str
    author_id: str | None = None
    written_at: datetime
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStatus:
    """A column of the board as the file has it.

    `category` is None where nothing in the file says what it means. `sure`: the file or a word that is known says it.
    """

    name: str
    category: Category | None = None
    sure: bool = False
    key: str | None = None
    color: Color | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTask:
    """A task to be. `source` identifies it in what the file was exported from, `where` in the file.

    `status` names one of the draft's statuses, or is "" where the file has none for it: then it waits. `says` holds the
    fields that the file speaks of. `kept` is what Taskledger has no field for; it goes into the description by name.
    `key`: its key, where the file is an export of Taskledger. `more`: other plain fields by their names.
    """

    source: str
    where: str
    title: str
    description: str = ""
    status: str = ""
    done: bool = False
    priority: Priority = "none"
    due: date | None = None
    labels: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    comments: Sequence[DraftComment] = ()
    kept: Sequence[tuple[str, str]] = ()
    deleted: bool = False
    created_at: datetime | None = None
    completed_at: datetime | None = None
    key: str | None = None
    rank: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    says: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its header, the field it was taken for ("" if none), and why."""

    header: str
    field: str
    sure: bool
    examples: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What nobody can know but whoever imports: `kind` is `date_order`, `encoding`, `title` or `board`."""

    kind: str
    where: str
    examples: Sequence[str] = ()
    options: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class Draft:
    """A board as a file has it.

    `source` names the board where it comes from, "" where the file does not say. `order`: whether the file lists the
    tasks in the order of the board.
    """

    format: str
    source: str
    name: str
    description: str = ""
    statuses: list[DraftStatus] = field(default_factory=list)
    labels: tuple[Label, ...] = ()
    tasks: list[DraftTask] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    left_out: list[tuple[str, Fault]] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    dates: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    def leave_out(self, fault: BadRow) -> None:
        """A row that cannot be imported, with the reason."""
        self.left_out.append((fault.where, fault.problem))
