"""A reader: up to when somebody has seen what became of their projects. Only they move the mark."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias

from kernel.log.event import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderCaughtUp:
    """Somebody has seen what happened until `at` in a project, or, where `project_id` is None, in all of theirs."""

    project_id: str | None
    at: datetime


ReaderEvent: TypeAlias = ReaderCaughtUp

EVENT_NAMES: Final[Mapping[type[ReaderEvent], str]] = {ReaderCaughtUp: "reader.caught-up"}
"""The names in the log. They are storage format: add, never change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The marks of one person: for all projects, and for single ones."""

    id: str
    everywhere: datetime | None = None
    projects: Mapping[str, datetime] = field(default_factory=dict)
    version: int

    def seen(self, project_id: str) -> datetime | None:
        """Up to when the person has seen a project: the later of its own mark and the one of all, or None."""
        marks = [mark for mark in (self.everywhere, self.projects.get(project_id)) if mark is not None]
        return max(marks, default=None)


def stream_of(user_id: str) -> str:
    """The stream of a person's marks."""
    return f"reader-{user_id}"


def evolve(state: Reader | None, event: Recorded[ReaderEvent]) -> Reader:
    """The state after one more event."""
    known = state or Reader(id=event.stream.removeprefix("reader-"), version=0)
    marked = event.data
    if marked.project_id is None:
        return replace(known, everywhere=marked.at, projects={}, version=event.version)
    return replace(known, projects={**known.projects, marked.project_id: marked.at}, version=event.version)
