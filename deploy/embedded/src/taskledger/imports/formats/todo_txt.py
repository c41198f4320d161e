"""todo.txt (https://github.com/todotxt/todo.txt): a line a task."""

import hashlib
import re
from collections import Counter
from datetime import UTC, date, datetime
from typing import Final

from contracts.task import Priority
from taskledger.imports.formats.base import Reading, TextFormat
from taskledger.imports.formats.parts import column
from taskledger.imports.model import MAX_ROWS, BadFile, Draft, DraftTask, Fault
from taskledger.imports.reading.clean import clean, one_line

_LINE: Final = re.compile(
    r"^(?P<done>x\s+)?(?:\((?P<priority>[A-Z])\)\s+)?(?P<first>\d{4}-\d{2}-\d{2}\s+)?(?P<second>\d{4}-\d{2}-\d{2}\s+)?(?P<text>.*)$"
)
_SIGNS: Final = re.compile(r"^(x\s+\d{4}-|\([A-Z]\)\s|\d{4}-\d{2}-\d{2}\s)|(^|\s)(due:\d{4}|[+@]\w+)", re.UNICODE)
_WORD: Final = re.compile(r"(?<!\S)(?P<sign>[+@])(?P<name>\S+)|(?<!\S)(?P<key>[A-Za-z][\w-]*):(?P<value>[^\s/:]\S*)")
_PRIORITIES: Final[dict[str, Priority]] = {"A": "urgent", "B": "high", "C": "medium"}


def matches(text: str, name: str) -> bool:
    """By its name, or by most of its lines."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    signed = sum(bool(_SIGNS.search(line)) for line in lines)
    if name.casefold().endswith("todo.txt") or name.casefold().endswith("done.txt"):
        return bool(lines)
    return bool(lines) and name.casefold().endswith(".txt") and signed >= 0.5 * len(lines)


def read(text: str, reading: Reading) -> Draft:
    """The tasks in their order; projects and contexts become labels."""
    draft = Draft(format="todo.txt", source="", name=reading.choices.name or reading.name)
    draft.statuses = [column("To do"), column("Done")]
    seen: Counter[str] = Counter()
    for number, line in enumerate(clean(text).splitlines(), 1):
        if not line.strip():
            continue
        if number > MAX_ROWS:
            raise BadFile(
                f"line {number}",
                Fault("too_many_rows", f"is beyond the {MAX_ROWS:,} lines that one import takes", str(MAX_ROWS)),
            )
        draft.tasks.append(_task(line.strip(), f"line {number}", seen))
    return draft


def _task(line: str, where: str, seen: Counter[str]) -> DraftTask:
    found = _LINE.match(line)
    if found is None:
        raise BadFile(where, Fault("wrong_kind", "is not a line of todo.txt"))
    done = bool(found["done"])
    first, second = _day(found["first"]), _day(found["second"])
    created, completed = (second, first) if done else (first, None)
    letter, labels, kept, due = found["priority"], [], list[tuple[str, str]](), None
    for word in _WORD.finditer(found["text"]):
        if word["sign"]:
            labels.append(word["name"])
        elif word["key"].lower() == "due":
            due = _day(word["value"])
        elif word["key"].lower() == "pri":
            letter = word["value"][:1].upper()
        else:
            kept.append(("Start" if word["key"] == "t" else word["key"], word["value"]))
    title = one_line(_WORD.sub("", found["text"])) or one_line(found["text"]) or "(untitled)"
    seen[title] += 1
    digest = hashlib.sha256(title.encode()).hexdigest()[:32]
    return DraftTask(
        source=f"todo.txt:{digest}:{seen[title]}",
        where=where,
        title=title,
        status="Done" if done else "To do",
        priority=_PRIORITIES.get(letter, "low") if letter else "none",
        due=due,
        labels=tuple(labels),
        kept=kept,
        created_at=_noon(created),
        completed_at=_noon(completed),
        says=frozenset({"status", "priority", "due", "labels"}),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text else None
    except ValueError:
        return None


def _noon(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC) if day else None


FORMAT = TextFormat(name="todo.txt", title="todo.txt", matches=matches, read=read)
