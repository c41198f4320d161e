"""A Trello board export (Menu > Print, export and share > Export as JSON) as a board."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar

import orjson

from contracts.fields import MAX_LABEL
from contracts.project import DEFAULT_STATUSES, Color, Label
from task_service.domain.project import MAX_PROJECT_LABELS
from taskledger.board import (
    BadFile,
    Board,
    Card,
    ImportedComment,
    Person,
    clean,
    fitted,
    fitted_comment,
    fitted_labels,
    one_line,
    statuses_of,
)

T = TypeVar("T")

_COLORS: Final[Mapping[str, Color]] = {
    "green": "green",
    "yellow": "yellow",
    "orange": "orange",
    "red": "red",
    "purple": "purple",
    "blue": "blue",
    "sky": "teal",
    "lime": "green",
    "pink": "pink",
    "black": "gray",
}
"""Trello's colours by their nearest here; each comes light and dark as well, as `green_dark`."""

_ACTION_LIMIT: Final = 1000
"""Trello exports only the newest so many actions of a board, comments among them."""


def read_trello(raw: bytes) -> Board:
    """The board of an export. Raises BadFile with the JSON path of what is wrong."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadFile(f"line {error.lineno}, column {error.colno}", f"is not JSON: {error.msg}") from error
    if not isinstance(document, dict) or not {"lists", "cards"} <= document.keys():
        raise BadFile("$", "is not a Trello board export: it has no `lists` and `cards`")
    lists = [_List(entry, f"$.lists[{index}]") for index, entry in enumerate(_array(document, "$", "lists"))]
    lists.sort(key=lambda column: column.position)
    shown = [column for column in lists if not column.closed]
    statuses = statuses_of([column.name for column in shown], "$.lists") or DEFAULT_STATUSES
    board = Board(
        source=f"trello:{_get(document, '$', 'id', str)}",
        name=one_line(_get(document, "$", "name", str))[:200] or "Trello",
        statuses=statuses,
        labels=_labels(document),
    )
    reader = _Reader(document, board)
    keys = {column.id: status.key for column, status in zip(shown, statuses, strict=False)}
    archived = {column.id for column in lists if column.closed}
    for index, entry in sorted(
        enumerate(_array(document, "$", "cards")), key=lambda pair: _optional(pair[1], "$", "pos", (int, float), 0)
    ):
        board.cards.append(reader.card(entry, f"$.cards[{index}]", keys, archived))
    hidden = [column.name for column in lists if column.closed]
    if hidden:
        board.notes.append(f"the cards of archived lists come as deleted tasks: {', '.join(hidden)}")
    if len(document.get("actions") or []) >= _ACTION_LIMIT:
        board.notes.append(
            f"Trello exports the newest {_ACTION_LIMIT} actions only: older comments are not in the file"
        )
    return board


def _labels(document: dict[str, Any]) -> tuple[Label, ...]:
    """The labels that the board has laid down, with their colours."""
    found: dict[str, Label] = {}
    for index, entry in enumerate(_array(document, "$", "labels")):
        where = f"$.labels[{index}]"
        name = one_line(_label_name(entry, where))[:MAX_LABEL]
        if name and len(found) < MAX_PROJECT_LABELS:
            color = _optional(entry, where, "color", str, "").split("_")[0]
            found.setdefault(name, Label(name=name, color=_COLORS.get(color)))
    return tuple(found.values())


def _label_name(entry: Any, where: str) -> str:
    """A label without a name is called by its colour."""
    return _optional(entry, where, "name", str, "") or _optional(entry, where, "color", str, "")


class _List:
    def __init__(self, entry: Any, where: str) -> None:
        self.id = _get(entry, where, "id", str)
        self.name = _get(entry, where, "name", str)
        self.closed = _optional(entry, where, "closed", bool, False)
        self.position = _optional(entry, where, "pos", (int, float), 0)


class _Reader:
    """Reads cards with what belongs to them and stands elsewhere in the file."""

    def __init__(self, document: dict[str, Any], board: Board) -> None:
        self.board = board
        self.members: dict[str, Person] = {}
        for index, member in enumerate(_array(document, "$", "members")):
            where = f"$.members[{index}]"
            username = _optional(member, where, "username", str, "")
            name = _optional(member, where, "fullName", str, "") or username
            self.members[_get(member, where, "id", str)] = Person(name=one_line(name), username=username)
        self.checklists: dict[str, list[tuple[float, str]]] = {}
        for index, checklist in enumerate(_array(document, "$", "checklists")):
            self._checklist(checklist, f"$.checklists[{index}]")
        self.comments: dict[str, list[ImportedComment]] = {}
        for index, action in enumerate(_array(document, "$", "actions")):
            if _get(action, f"$.actions[{index}]", "type", str) == "commentCard":
                self._comment(action, f"$.actions[{index}]")

    def _checklist(self, entry: Any, where: str) -> None:
        lines = [f"### {one_line(_optional(entry, where, 'name', str, 'Checklist'))}", ""]
        items = list(enumerate(_array(entry, where, "checkItems")))
        for index, item in sorted(items, key=lambda pair: _optional(pair[1], where, "pos", (int, float), 0)):
            at = f"{where}.checkItems[{index}]"
            mark = "x" if _optional(item, at, "state", str, "") == "complete" else " "
            lines.append(f"- [{mark}] {one_line(_get(item, at, 'name', str))}")
        position = float(_optional(entry, where, "pos", (int, float), 0))
        self.checklists.setdefault(_get(entry, where, "idCard", str), []).append((position, "\n".join(lines)))

    def _comment(self, action: Any, where: str) -> None:
        data = _get(action, where, "data", dict)
        card = _get(data, f"{where}.data", "card", dict)
        author: dict[str, Any] = _optional(action, where, "memberCreator", dict, {})
        name = author.get("fullName") or author.get("username") or "Trello"
        body = clean(_get(data, f"{where}.data", "text", str)).strip()
        if not body:
            return
        comment = ImportedComment(
            source=_get(action, where, "id", str),
            body=fitted_comment(self.board, where, body),
            author=one_line(str(name))[:100],
            written_at=_parsed(_get(action, where, "date", str), datetime.fromisoformat, f"{where}.date"),
        )
        self.comments.setdefault(_get(card, f"{where}.data.card", "id", str), []).append(comment)

    def card(self, entry: Any, where: str, keys: dict[str, str], archived: set[str]) -> Card:
        card_id, column = _get(entry, where, "id", str), _get(entry, where, "idList", str)
        if column not in keys and column not in archived:
            raise BadFile(f"{where}.idList", f"there is no list {column!r}")
        checklists = [text for _, text in sorted(self.checklists.get(card_id, []))]
        description = "\n\n".join(
            part for part in [clean(_optional(entry, where, "desc", str, "")), *checklists] if part
        )
        title = one_line(_get(entry, where, "name", str)) or "(untitled)"
        title, description = fitted(self.board, where, title, description)
        labels = [
            _label_name(label, f"{where}.labels[{index}]") for index, label in enumerate(_array(entry, where, "labels"))
        ]
        due = _optional(entry, where, "due", str, "")
        return Card(
            source=card_id,
            where=where,
            title=title,
            description=description,
            status=keys.get(column, self.board.statuses[0].key),
            due=_parsed(due, datetime.fromisoformat, f"{where}.due").date() if due else None,
            labels=fitted_labels(self.board, where, labels),
            people=[self.members[m] for m in _array(entry, where, "idMembers") if m in self.members],
            comments=sorted(self.comments.get(card_id, []), key=lambda comment: comment.written_at),
            archived=_optional(entry, where, "closed", bool, False) or column in archived,
        )


def _array(entry: Any, where: str, name: str) -> list[Any]:
    return _optional(entry, where, name, list, [])


def _get(entry: Any, where: str, name: str, kind: type[T]) -> T:
    if not isinstance(entry, dict):
        raise BadFile(where, "must be an object")
    value = entry.get(name)
    if not isinstance(value, kind):
        raise BadFile(f"{where}.{name}", "is missing" if value is None else f"must be of type {kind.__name__}")
    return value


def _optional(entry: Any, where: str, name: str, kind: Any, default: T) -> T:
    if not isinstance(entry, dict):
        raise BadFile(where, "must be an object")
    value = entry.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise BadFile(f"{where}.{name}", f"has the wrong type {type(value).__name__}")
    found: T = value
    return found


D = TypeVar("D", date, datetime)


def _parsed(text: str, parse: Callable[[str], D], where: str) -> D:
    try:
        return parse(text)
    except ValueError as error:
        raise BadFile(where, f"{text!r} is not a date") from error
