"""What an import reads, whatever the file: a board of columns and cards, checked and clean."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from contracts.fields import MAX_DESCRIPTION, MAX_LABEL, MAX_LABELS, MAX_TITLE
from contracts.project import Category, Label, Status
from contracts.task import Priority
from task_service.domain.project import MAX_STATUS_NAME, MAX_STATUSES
from task_service.domain.task import MAX_COMMENT


class BadFile(Exception):
    """The file cannot be imported. `where` is a line or a JSON path. Nothing was written."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone as the file names them."""

    name: str
    username: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedComment:
    source: str
    body: str
    author: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A task to be. `source` identifies it in what the file was exported from, `where` in the file.

    `more` has the values of other fields of a task, by their names.
    """

    source: str
    where: str
    title: str
    description: str = ""
    status: str
    priority: Priority = "none"
    due: date | None = None
    labels: tuple[str, ...] = ()
    people: Sequence[Person] = ()
    comments: Sequence[ImportedComment] = ()
    archived: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Board:
    """Columns and cards, and `notes` on what could not be kept as it was."""

    source: str
    name: str
    statuses: tuple[Status, ...]
    labels: tuple[Label, ...] = ()
    cards: list[Card] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# --- text ---

_UNCLEAN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """NFC, without control characters."""
    return _UNCLEAN.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    """Clean text on one line."""
    return " ".join(clean(text).split())


def fitted(board: Board, where: str, title: str, description: str) -> tuple[str, str]:
    """Title and description within the limits; what was cut is noted, a title too long goes on in the description."""
    if len(title) > MAX_TITLE:
        description = f"{title}\n\n{description}".rstrip()
        title = title[: MAX_TITLE - 1] + "…"
        board.notes.append(f"{where}: the title is longer than {MAX_TITLE} characters; the description has all of it")
    if len(description) > MAX_DESCRIPTION:
        description = description[:MAX_DESCRIPTION]
        board.notes.append(f"{where}: the description was cut at {MAX_DESCRIPTION} characters")
    return title, description


def fitted_comment(board: Board, where: str, body: str) -> str:
    """A comment within the limit."""
    if len(body) > MAX_COMMENT:
        board.notes.append(f"{where}: the comment was cut at {MAX_COMMENT} characters")
    return body[:MAX_COMMENT]


def fitted_labels(board: Board, where: str, labels: Sequence[str]) -> tuple[str, ...]:
    """Labels within the limits, each once."""
    unique = list(dict.fromkeys(one_line(label)[:MAX_LABEL] for label in labels if one_line(label)))
    if len(unique) > MAX_LABELS:
        board.notes.append(f"{where}: only the first {MAX_LABELS} labels were kept")
    return tuple(unique[:MAX_LABELS])


# --- columns ---

_DONE: Final = re.compile(
    r"\b(done|complete[d]?|finished|closed|shipped|released)\b|완료|끝|종료|배포됨", re.IGNORECASE
)
_ACTIVE: Final = re.compile(r"\b(doing|progress|active|review|testing|wip)\b|진행|검토|작업", re.IGNORECASE)
_WAITING: Final = re.compile(r"\b(to.?do|backlog|waiting|ideas?|inbox|next|later)\b|할.?일|대기|예정", re.IGNORECASE)


def statuses_of(names: Sequence[str], where: str) -> tuple[Status, ...]:
    """Statuses for columns, in their order. What a column means is guessed from its name, else from its place."""
    if len(names) > MAX_STATUSES:
        raise BadFile(where, f"has {len(names)} columns, a project has at most {MAX_STATUSES}")
    finished = any(_DONE.search(name) for name in names)
    statuses: list[Status] = []
    for index, name in enumerate(names):
        last = index == len(names) - 1 and len(names) > 1
        key = _key(name, index, {status.key for status in statuses})
        category = _category(name, first=index == 0, last=last and not finished)
        statuses.append(Status(key=key, name=one_line(name)[:MAX_STATUS_NAME] or key, category=category))
    return tuple(statuses)


def _category(name: str, *, first: bool, last: bool) -> Category:
    if _DONE.search(name):
        return "done"
    if _ACTIVE.search(name):
        return "active"
    if _WAITING.search(name) or first:
        return "waiting"
    return "done" if last else "active"


def _key(name: str, index: int, taken: set[str]) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "_", ascii_name).strip("_")[:24] or f"status_{index + 1}"
    return key if key not in taken else f"{key}_{index + 1}"
