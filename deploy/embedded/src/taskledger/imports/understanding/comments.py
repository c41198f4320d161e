"""Comments in cells: as Jira writes them, as Pivotal does, as ClickUp's JSON, or bare text."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, tzinfo
from typing import Any, Final

import orjson

from taskledger.imports.model import DraftComment
from taskledger.imports.reading.clean import clean, one_line
from taskledger.imports.reading.documents import instant
from taskledger.imports.understanding.dates import NoDate, Order, moment

_JIRA: Final = re.compile(r"^(?P<time>[^;\n]{6,40});(?P<author>[^;\n]{0,200});(?P<body>.*)$", re.DOTALL)
_PIVOTAL: Final = re.compile(r"^(?P<body>.*)\((?P<author>[^()]{1,100}) - (?P<time>[^()]{6,40})\)\s*$", re.DOTALL)


def comments_of(cell: str, zone: tzinfo, order: Order | None, fallback: datetime) -> Iterator[DraftComment]:
    """The comments of a cell. One without a time has `fallback`; who wrote it may be unknown."""
    text = clean(cell).strip()
    if text in ("[]", "null"):
        return
    if text.startswith("[{") and text.endswith("}]"):
        try:
            yield from _of_json(orjson.loads(text), fallback)
            return
        except (orjson.JSONDecodeError, AttributeError):
            pass
    for pattern in (_JIRA, _PIVOTAL):
        if found := pattern.match(text):
            try:
                found_at = moment(found["time"].strip(), zone, order)
            except NoDate:
                continue
            if found_at.at is None and pattern is _JIRA:
                continue
            at = found_at.at or datetime.combine(found_at.day, time(12), zone).astimezone(UTC)
            yield _made(found["body"], found["author"], at, at.isoformat())
            return
    if text:
        yield _made(text, "", fallback, "")


def _of_json(found: Any, fallback: datetime) -> Iterator[DraftComment]:
    for entry in found:
        body = entry.get("text") or entry.get("comment") or entry.get("body") or ""
        author = entry.get("by") or entry.get("user") or entry.get("author") or ""
        if isinstance(body, str) and body.strip():
            at = instant(entry.get("date"))
            yield _made(body, str(author), at or fallback, at.isoformat() if at else "")


def _made(body: str, author: str, at: datetime, said: str) -> DraftComment:
    """`said`: the time as the file has it, for by that the comment is known again."""
    author, body = one_line(author)[:100], clean(body).strip()
    return DraftComment(source=f"{author}\x00{said}\x00{body}", body=body, author=author, written_at=at)
