"""A CSV file with a header line as a board: one row, one task. Header names are matched in English and Korean."""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts import fields
from contracts.forms import Choice, Day, Number, parsed
from contracts.project import DEFAULT_STATUSES, Status
from taskledger.board import BadFile, Board, Card, Person, clean, fitted, fitted_labels, one_line, statuses_of

HEADERS: Final[Mapping[str, str]] = {
    **fields.HEADERS,
    **dict.fromkeys(("id", "key", "number", "no", "번호", "키"), "id"),
}
"""What a column is by its header's name, which is compared without case, spaces, `-` and `_`."""

_SEPARATOR: Final = re.compile(r"[,;|]")


def read_csv(raw: bytes, name: str) -> Board:
    """The board of a CSV file. Raises BadFile with the line of what is wrong."""
    text = _decoded(raw)
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        raise BadFile("the file", f"is not CSV: {error}") from error
    if not rows:
        raise BadFile("line 1", "there is no header line")
    (_, header), *body = rows
    columns, unknown = _columns(header)
    board = Board(source=f"csv:{name}", name=name, statuses=DEFAULT_STATUSES)
    if unknown:
        board.notes.append(f"columns that were not understood and not imported: {', '.join(unknown)}")
    if "status" in columns:
        board.statuses = _statuses([row[columns["status"]] for _, row in body if len(row) == len(header)])
    seen: Counter[str] = Counter()
    for line, row in body:
        if len(row) != len(header):
            raise BadFile(f"line {line}", f"has {len(row)} fields, the header has {len(header)}")
        board.cards.append(_card(board, f"line {line}", {field: row[at] for field, at in columns.items()}, seen))
    return board


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile("the file", "is neither UTF-8 nor CP949 text")


def _rows(text: str) -> Sequence[tuple[int, list[str]]]:
    """Each row with the line that it begins on; empty lines are left out."""
    delimiter = "\t" if "\t" in text.partition("\n")[0] and "," not in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    began = 1
    for row in reader:
        if any(field.strip() for field in row):
            rows.append((began, row))
        began = reader.line_num + 1
    return rows


def _columns(header: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    columns: dict[str, int] = {}
    unknown: list[str] = []
    for index, name in enumerate(header):
        field = HEADERS.get(re.sub(r"[\s_-]", "", name).casefold())
        if field is None:
            unknown.append(one_line(name) or f"(column {index + 1})")
        elif field in columns:
            raise BadFile("line 1", f"two columns mean {field}: {header[columns[field]]!r} and {name!r}")
        else:
            columns[field] = index
    if "title" not in columns:
        raise BadFile("line 1", "no column is a title; its header would be one of: title, name, task, 제목")
    return columns, unknown


def _statuses(values: Sequence[str]) -> tuple[Status, ...]:
    """The usual statuses when the file has no others, else one for each name in the file, by first appearance."""
    names = list(dict.fromkeys(one_line(value) for value in values if one_line(value)))
    usual = {text for status in DEFAULT_STATUSES for text in (status.key, status.name.casefold())}
    if all(name.casefold() in usual for name in names):
        return DEFAULT_STATUSES
    return statuses_of(names, "the status column")


def _card(board: Board, where: str, values: Mapping[str, str], seen: Counter[str]) -> Card:
    title = one_line(values["title"])
    if not title:
        raise BadFile(where, "has no title")
    title, description = fitted(board, where, title, clean(values.get("description", "")).strip())
    plain = {
        field.name: _plain(where, field.form, values.get(field.name, ""))
        for field in fields.FIELDS
        if isinstance(field.form, Choice | Day | Number)
    }
    return Card(
        source=_source(values, seen),
        where=where,
        title=title,
        description=description,
        status=_status(board, one_line(values.get("status", ""))),
        priority=plain.pop("priority"),
        due=plain.pop("due"),
        labels=fitted_labels(board, where, _SEPARATOR.split(values.get("labels", ""))),
        people=[
            Person(name=one_line(part), username=one_line(part))
            for part in _SEPARATOR.split(values.get("assignees", ""))
            if one_line(part)
        ],
        more=plain,
    )


def _source(values: Mapping[str, str], seen: Counter[str]) -> str:
    """The row's own id, or a digest of all that it says; equal rows are told apart by their count."""
    own = values.get("id", "").strip()
    text = own or "\x00".join(f"{field}={value}" for field, value in sorted(values.items()))
    digest = hashlib.sha256(text.encode()).hexdigest()
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def _status(board: Board, name: str) -> str:
    for status in board.statuses:
        if name.casefold() in (status.key, status.name.casefold()):
            return status.key
    return board.statuses[0].key


def _plain(where: str, form: Choice | Day | Number, text: str) -> Any:
    try:
        return parsed(form, text)
    except ValueError as wrong:
        raise BadFile(where, str(wrong)) from wrong
