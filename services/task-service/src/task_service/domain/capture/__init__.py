"""Capture: lines that somebody typed or pasted, as tasks. One grammar for all that has text.

One line is a task, indented lines are children of the line above, `- [x]` is done. Marks (`@person`, `#label`, `!high`,
`^parent`, `>project`) and days (`내일`, `next friday`, `12월 24일`) are understood and leave the title. What is quoted
is literal, and so is what has a backslash in front. Every part that was understood is told with its place.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from contracts.task import Priority
from task_service.domain.capture import english, korean
from task_service.domain.capture.day import Day
from task_service.domain.capture.lines import Line, lines_of
from task_service.domain.capture.marks import PRIORITIES, QUOTED, Mark, Reader
from task_service.domain.capture.model import Board, Captured, CapturedTask, Part, Target
from task_service.domain.people import Person

__all__ = ["Board", "Captured", "CapturedTask", "Part", "Person", "Target", "capture"]

# Neither is in a text that comes over the API; the first is no blank to regular expressions, the second is one.
_LITERAL: Final = "\x01"
_TAKEN: Final = "\x1f"
_ESCAPE: Final = re.compile(r"(?<!\S)\\(?=\S)")
_SAYS: Final = re.compile(r"\w|[^\x00-\x7f]")


def capture(text: str, board: Board) -> Captured:
    """The tasks that the lines of a text mean, in their order. Pure; a text without words makes none."""
    reader = Reader(board.home, board.others)
    tasks: list[CapturedTask] = []
    parts: list[Part] = []
    above: list[tuple[int, int]] = []  # the indentation and place of the lines that this one may be under
    for line in lines_of(text):
        while above and above[-1][0] >= line.indent:
            above.pop()
        task, understood = _task(line, board, reader, above[-1][1] if above else None)
        above.append((line.indent, len(tasks)))
        tasks.append(task)
        parts.extend(understood)
    return Captured(tasks=tuple(tasks), parts=tuple(parts))


@dataclass(frozen=True, slots=True)
class _Read:
    marks: list[Mark]
    day: Day | None
    title: str

    @property
    def taken(self) -> list[Mark]:
        if self.day is None:
            return self.marks
        due = Mark(start=self.day.start, end=self.day.end, field="due", value=self.day.on.isoformat())
        return sorted([*self.marks, due], key=lambda mark: mark.start)


def _task(line: Line, board: Board, reader: Reader, under: int | None) -> tuple[CapturedTask, list[Part]]:
    read = _understood(line, board, reader)
    by_field: dict[str, list[str]] = {}
    for mark in read.taken:
        by_field.setdefault(mark.field, []).append(mark.value)
    parts = [Part(line=line.number, start=m.start, end=m.end, field=m.field, value=m.value) for m in read.taken]
    if read.day is not None and read.day.time is not None:
        time = read.day.time
        parts.append(Part(line=line.number, start=time.start, end=time.end, field="time", value=time.value))
    project_id = next(iter(by_field.get("project", ())), board.home.id)
    done = reader.target(project_id).done if line.box is not None else None
    if line.box is not None and done is not None:
        parts.append(Part(line=line.number, start=line.box[0], end=line.box[1], field="status", value=done))
    priority: Priority = PRIORITIES[by_field.get("priority", ["none"])[0]]
    task = CapturedTask(
        line=line.number,
        title=read.title,
        status=done,
        due=read.day.on if read.day else None,
        priority=priority,
        labels=tuple(dict.fromkeys(by_field.get("labels", ()))),
        assignees=tuple(dict.fromkeys(by_field.get("assignees", ()))),
        project_id=project_id,
        parent_key=next(iter(by_field.get("parent", ())), None),
        under=under,
    )
    return task, sorted(parts, key=lambda part: part.start)


def _understood(line: Line, board: Board, reader: Reader) -> _Read:
    """What the words of a line say, once what is escaped has been found and left alone."""
    escapes = {match.start() for match in _ESCAPE.finditer(line.text, line.begin)}
    literal = [match.span() for match in QUOTED.finditer(line.text, line.begin)]
    dropped: set[int] = set()
    while True:
        text = _blanked(line, literal, escapes)
        marks = reader.marks(text)
        for mark in marks:
            text = _over(text, mark.start, mark.end, _TAKEN)
        days = _days(text, board)
        found: list[Mark | Day] = [*marks, *days]
        escaped = {one.start - 1: one.end for one in found if one.start - 1 in escapes}
        if not escaped:
            break
        dropped |= escaped.keys()
        escapes -= escaped.keys()
        literal.extend((at + 1, end) for at, end in escaped.items())
    read = _Read(marks, days[0] if days else None, "")
    title = _title(line, read.taken, dropped)
    if _SAYS.search(title):
        return replace(read, title=title)
    # Of a line that says nothing else, what was understood is the title.
    return _Read([], None, line.text[line.begin :])


def _days(text: str, board: Board) -> list[Day]:
    """The days of a title, first the one that counts: a deadline before others, the first before the next."""
    found = [*english.days(text, board.today, day_first=board.day_first), *korean.days(text, board.today)]
    return sorted(found, key=lambda day: (not day.deadline, day.start, -day.end))


def _blanked(line: Line, literal: list[tuple[int, int]], escapes: set[int]) -> str:
    text = _over(line.text, 0, line.begin, " ")
    for start, end in literal:
        text = _over(text, start, end, _LITERAL)
    for at in escapes:
        text = _over(text, at, at + 1, " ")
    return text


def _over(text: str, start: int, end: int, with_: str) -> str:
    return text[:start] + with_ * (end - start) + text[end:]


_BRACKETS: Final = re.compile(rf"[(\[]\s*{_TAKEN}[\s,]*[)\]]")
_IN_FRONT: Final = re.compile(rf"^[\s,;:–—-]*{_TAKEN}[\s,;:–—-]*(?![-–—])")
_AT_THE_END: Final = re.compile(rf"[\s,;:–—-]*{_TAKEN}[\s,;.–—-]*$")
_AMID: Final = re.compile(rf"\s*{_TAKEN}\s*(?P<more>[,;.:!?)\]])?")


def _title(line: Line, taken: list[Mark], dropped: set[int]) -> str:
    """The words of a line without what was understood, and without the punctuation that only held that."""
    text = line.text
    for at in dropped:
        text = _over(text, at, at + 1, "\x00")
    for mark in sorted(taken, key=lambda mark: -mark.start):
        text = text[: mark.start] + _TAKEN + text[mark.end :]
    title = text[line.begin :].replace("\x00", "")
    if taken:
        title = _BRACKETS.sub(_TAKEN, title)
        while _TAKEN in title:
            before = title
            title = _AT_THE_END.sub("", _IN_FRONT.sub("", title))
            if title == before:
                title = _AMID.sub(lambda match: match["more"] or " ", title, count=1)
    return title.strip()
