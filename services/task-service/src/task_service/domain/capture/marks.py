"""Marks in a title: `@person`, `#label`, `!high`, `^parent`, `>project`, and quotes, in which nothing is understood."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from contracts.fields import MAX_LABEL
from contracts.task import Priority
from task_service.domain.capture.model import Field, Target
from task_service.domain.people import called, folded

QUOTED: Final = re.compile(
    r"(?<!\#)\"[^\"]+\"|“[^”]+”|‘[^’]+’|「[^」]+」|『[^』]+』|«[^»]+»|`[^`]+`|(?<![^\s(\[])'[^']+'(?=$|[\s,.;:!?)\]])"
)
_MARK: Final = re.compile(r"(?<![^\s(\[,])[@#!^>]")
_MOST_MARKS: Final = 100
"""So many are looked at in a line: more than a task has labels and assignees."""
_LABEL: Final = re.compile(r"#(?:\"(?P<quoted>[^\"]+)\"|(?P<word>\w[\w/&+.-]*))")
_CASE: Final = r"(?:으로|로|을|를|이|가|은|는|에|에서|의|과|와|번|도|만)?"
_NUMBER: Final = re.compile(rf"[\d.,/-]+{_CASE}")
_COLOR: Final = re.compile(rf"(?=.*\d|(.)\1*$)(?:[0-9a-fA-F]{{3,4}}|[0-9a-fA-F]{{6}}|[0-9a-fA-F]{{8}}){_CASE}")
_WORD: Final = re.compile(r"!(?P<word>\w+)(?=$|[\s,;.:?)\]])")
_PARENT: Final = re.compile(r"\^(?P<key>[A-Za-z][A-Za-z0-9]{1,9}-[1-9]\d{0,8})(?=$|[\s,;.:?)\]])")
_PARTICLE: Final = re.compile(r"(?:님|씨)?(?:에게|한테|께서|께|이랑|랑|과|와|이|가|은|는|을|를)?(?=$|[\s,;.:?!)\]])")
_END: Final = re.compile(r"(?=$|[\s,;:?!)\]]|\.(?:\s|$))")

PRIORITIES: Final[dict[str, Priority]] = {
    "none": "none", "low": "low", "medium": "medium", "high": "high", "urgent": "urgent",
    "없음": "none", "낮음": "low", "보통": "medium", "중간": "medium", "높음": "high", "중요": "high", "긴급": "urgent",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Code points `start` to before `end` mean `value`."""

    start: int
    end: int
    field: Field
    value: str


class Reader:
    """Reads the marks of lines, on one board."""

    def __init__(self, home: Target, others: Sequence[Target]) -> None:
        self.home = home
        self._targets = {target.id: target for target in (home, *others)}
        self._projects = _Names(
            (name, target.id) for target in (*others, home) for name in (target.key, target.name) if name
        )
        self._people = {target.id: _Names(called(target.people)) for target in self._targets.values()}
        self._labels = {
            target.id: {folded(label): label for label in target.labels} for target in self._targets.values()
        }

    def target(self, project_id: str) -> Target:
        """The project of an id that a mark gave."""
        return self._targets[project_id]

    def marks(self, text: str) -> list[Mark]:
        """The marks of a title, the quotes in which are blanked out, in their order. Of each kind of one, the first."""
        project = next(self._found(text, ">", self.home), None)
        target = self.home if project is None else self._targets[project.value]
        found = [] if project is None else [project]
        for sign in "@#!^":
            some = list(self._found(text, sign, target))
            found.extend(some[:1] if sign in "!^" else some)
        return sorted(found, key=lambda mark: mark.start)

    def _found(self, text: str, sign: str, target: Target) -> Iterator[Mark]:
        for match in islice(_MARK.finditer(text), _MOST_MARKS):
            if match[0] != sign:
                continue
            mark = self._mark(text, match.start(), sign, target)
            if mark is not None:
                yield mark

    def _mark(self, text: str, at: int, sign: str, target: Target) -> Mark | None:
        match sign:
            case "@":
                return self._people[target.id].mark(text, at, "assignees", _PARTICLE)
            case ">":
                return self._projects.mark(text, at, "project", _END)
            case "#":
                return self._label(text, at, target)
            case "!":
                word = _WORD.match(text, at)
                priority = PRIORITIES.get(word["word"].lower()) if word else None
                if word is None or priority is None:
                    return None
                return Mark(start=at, end=word.end(), field="priority", value=priority)
            case _:
                key = _PARENT.match(text, at)
                return key and Mark(start=at, end=key.end(), field="parent", value=key["key"].upper())

    def _label(self, text: str, at: int, target: Target) -> Mark | None:
        match = _LABEL.match(text, at)
        if match is None:
            return None
        if match["quoted"]:
            label, end = match["quoted"].strip(), match.end()
        else:
            label = match["word"].rstrip(".-")
            end = at + 1 + len(label)
        known = self._labels[target.id].get(folded(label))
        if known is None and not match["quoted"] and (_NUMBER.fullmatch(label) or _COLOR.fullmatch(label)):
            return None
        if not label or len(label) > MAX_LABEL:
            return None
        return Mark(start=at, end=end, field="labels", value=known or label)


class _Names:
    """Names with whom or what they mean. A name of two means neither."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        meant: dict[str, set[str]] = {}
        for name, what in pairs:
            if name.strip():
                meant.setdefault(folded(name), set()).add(what)
        self._meant = {name: next(iter(ids)) for name, ids in meant.items() if len(ids) == 1}
        self._lengths = sorted({len(name) for name in self._meant}, reverse=True)

    def mark(self, text: str, at: int, field: Field, ending: re.Pattern[str]) -> Mark | None:
        """The mark whose sign is at an offset, if the longest name that fits ends there as names end."""
        for length in self._lengths:
            # Folding may make a text longer, so as much is folded as the name has.
            value = self._meant.get(folded(text[at + 1 : at + 1 + length]))
            end = None if value is None else ending.match(text, at + 1 + length)
            if value is not None and end is not None:
                return Mark(start=at, end=end.end(), field=field, value=value)
        return None
