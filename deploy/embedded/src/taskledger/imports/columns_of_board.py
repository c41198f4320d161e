"""Which status of the project each status of a file is, or becomes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from contracts.project import DEFAULT_STATUSES, Category, Project, Status
from task_service.domain.project import MAX_STATUSES
from taskledger.imports.choices import CATEGORIES
from taskledger.imports.fitting import status_name
from taskledger.imports.model import BadFile, Draft, DraftStatus, Fault, Note
from taskledger.imports.reading.clean import folded
from taskledger.imports.understanding.meanings import plain_meaning

_ORDER: Final[Mapping[Category, int]] = {"waiting": 0, "active": 1, "done": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPlan:
    """What becomes of a status of the file: the status it is, and whether that is made. `count`: tasks in it.

    `merged`: there was no room for one of its own.
    """

    name: str
    category: Category
    sure: bool
    count: int
    key: str
    made: bool
    merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPlan:
    """The project's statuses as they will be, and the plan of each status of the file by its name."""

    statuses: tuple[Status, ...]
    plans: Mapping[str, StatusPlan]

    def first(self, category: Category) -> Status:
        """The first status of a meaning; there always is one."""
        return next(status for status in self.statuses if status.category == category)

    def category(self, key: str) -> Category:
        """What a status means."""
        return next((status.category for status in self.statuses if status.key == key), "waiting")


def plan_board(draft: Draft, project: Project | None, chosen: Mapping[str, str], notes: list[Note]) -> BoardPlan:
    """The statuses of a new project, or those that a project gains. Raises BadFile for a choice that cannot be."""
    counts = Counter(task.status for task in draft.tasks)
    builder = _Builder(list(project.statuses) if project else [], project is None, notes)
    wanted = [status for status in draft.statuses if not status.archived]
    for status in _limited(wanted, counts, builder, notes):
        builder.place(status, counts[status.name], chosen.get(status.name, ""))
    return builder.finished(draft)


def _limited(
    wanted: Sequence[DraftStatus], counts: Counter[str], builder: "_Builder", notes: list[Note]
) -> list[DraftStatus]:
    """Those that get a column. A project has room for so many; the tasks of the rarest wait, work or are done."""
    room = MAX_STATUSES - len(builder.statuses) - len(CATEGORIES)
    strange = [status for status in wanted if not builder.knows(status)]
    if len(strange) <= room:
        return list(wanted)
    most = sorted(strange, key=lambda status: -counts[status.name])[: max(0, room)]
    merged = [status for status in strange if status not in most]
    builder.merged = {status.name for status in merged}
    notes.append(Note(code="statuses_merged", what=", ".join(status.name for status in merged)))
    return list(wanted)


class _Builder:
    def __init__(self, statuses: list[Status], new: bool, notes: list[Note]) -> None:
        self.statuses = statuses
        self.merged: set[str] = set()
        self._new = new
        self._notes = notes
        self._plans: dict[str, StatusPlan] = {}
        self._later: list[tuple[DraftStatus, int]] = []

    def knows(self, status: DraftStatus) -> bool:
        return self._match(status, status.category or "waiting") is not None

    def place(self, status: DraftStatus, count: int, chosen: str) -> None:
        """Find or make the status. `chosen` is the key of one, or a meaning."""
        category = status.category or "waiting"
        if chosen and chosen not in CATEGORIES:
            found = next((known for known in self.statuses if known.key == chosen), None)
            if found is None:
                raise BadFile(
                    f"statuses.{status.name}",
                    Fault("bad_choice", f"{chosen!r} is neither a status of the project nor a meaning", chosen),
                )
            self._plan(status, found, count, made=False, sure=True)
            return
        if chosen:
            category = chosen
        match = self._match(status, category)
        if match is not None and (not chosen or match.category == category):
            self._plan(status, match, count, made=False, sure=True)
        elif status.name in self.merged:
            self._later.append((replace(status, category=category), count))
        else:
            made = Status(key=self._key(status), name=status_name(status.name), category=category, color=status.color)
            if made.name != status.name:
                self._notes.append(Note(code="status_cut", what=status.name))
            self.statuses.insert(self._at(made), made)
            self._plan(status, made, count, made=True, sure=status.sure or bool(chosen))

    def finished(self, draft: Draft) -> BoardPlan:
        """The board, with a status of each meaning."""
        if self._new and not self.statuses:
            self.statuses = list(DEFAULT_STATUSES)
        for default in DEFAULT_STATUSES:
            if any(status.category == default.category for status in self.statuses):
                continue
            key = self._free(default.key)
            self.statuses.insert(self._by_meaning(default.category), replace(default, key=key))
            if draft.statuses:
                self._notes.append(Note(code="status_added", what=default.name))
        for status, count in self._later:
            into = next(known for known in self.statuses if known.category == status.category)
            self._plan(status, into, count, made=False, sure=status.sure, merged=True)
        return BoardPlan(statuses=tuple(self.statuses), plans=self._plans)

    def _plan(
        self, status: DraftStatus, into: Status, count: int, *, made: bool, sure: bool, merged: bool = False
    ) -> None:
        self._plans[status.name] = StatusPlan(
            name=status.name,
            category=into.category,
            sure=sure,
            count=count,
            key=into.key,
            made=made,
            merged=merged,
        )

    def _match(self, status: DraftStatus, category: Category) -> Status | None:
        """A status of the project by its name, else by what both names mean and nothing else."""
        if self._new:
            return None
        name = folded(status.name)
        for known in self.statuses:
            if name in (folded(known.name), folded(known.key)):
                return known
        if plain_meaning(status.name) != category:
            return None
        alike = [known for known in self.statuses if plain_meaning(known.name) == category == known.category]
        return alike[0] if alike else None

    def _at(self, status: Status) -> int:
        """In a new project in the order of the file, in another before what is done, or last."""
        return len(self.statuses) if self._new else self._by_meaning(status.category)

    def _by_meaning(self, category: Category) -> int:
        """Behind those that mean the same or come before it; a status that waits goes first where none waits."""
        for index in range(len(self.statuses), 0, -1):
            if self.statuses[index - 1].category == category:
                return index
        order = _ORDER[category]
        return next((i for i, known in enumerate(self.statuses) if _ORDER[known.category] > order), len(self.statuses))

    def _key(self, status: DraftStatus) -> str:
        if status.key and re.fullmatch(r"[a-z0-9_]{1,30}", status.key):
            return self._free(status.key)
        ascii_name = unicodedata.normalize("NFKD", status.name).encode("ascii", "ignore").decode().lower()
        return self._free(re.sub(r"[^a-z0-9]+", "_", ascii_name).strip("_")[:24] or "status")

    def _free(self, key: str) -> str:
        """The key, or the next that no status of the project has."""
        taken = {status.key for status in self.statuses}
        if key not in taken:
            return key
        return next(f"{key[:24]}_{number}" for number in range(2, 1000) if f"{key[:24]}_{number}" not in taken)
