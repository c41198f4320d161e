"""Takes an import back: what it made is deleted, what it changed is as before where nobody has changed it since.

Everything deleted can be restored. Nothing in here asks what the file said: the journal knows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from contracts.fields import BY_NAME
from contracts.forms import Day
from contracts.task import Task
from kernel.log.decider import Command, Contended, Rejection
from task_service.commands.projects import Projects
from task_service.commands.tasks import Tasks
from task_service.domain import project as project_domain
from task_service.domain import task as task_domain
from taskledger.imports.records import Journal

_SETS: Final = frozenset({"labels", "assignees"})


@dataclass(slots=True, kw_only=True)
class Undone:
    """What was taken back. `kept`: fields that somebody has changed since, comments, tasks that are gone already."""

    deleted: int = 0
    changed: int = 0
    kept: int = 0


@dataclass(slots=True)
class Undoer:
    """Takes back as the one who imported."""

    projects: Projects
    tasks: Tasks
    by: str
    import_id: str
    journal: Journal
    progress: Callable[[int, int], None]

    def _command(self) -> Command:
        return Command(
            id=f"undo-{self.import_id}",
            fingerprint="import",
            actor=self.by,
            time=datetime.now(UTC),
            correlation_id=f"import-{self.import_id}",
            imported=True,
        )

    async def run(self, record: Mapping[str, Any]) -> Undone:
        """Take it back. Raises Rejection for who may not write there any more, StoreUnavailable."""
        await self.projects.open(record["project_id"], self.by, "write")
        undone = Undone()
        total = record["added"] + record["changed"]
        done = 0
        async for entry in self.journal.entries():
            try:
                await self._entry(entry, undone)
            except (Rejection, Contended):
                undone.kept += 1
            done += 1
            if done % 100 == 0:
                self.progress(min(done, total), total)
        if record["made_project"]:
            gone = project_domain.DeleteProject(by=self.by)
            await self.projects.change(record["project_id"], gone, self._command())
        return undone

    async def _entry(self, entry: Mapping[str, Any], undone: Undone) -> None:
        task = await self.tasks.latest(entry["task"])
        if task is None:
            return  # noted, but broken off before it was made
        if entry["made"]:
            if task.deleted:
                return
            await self.tasks.change(task.id, task_domain.DeleteTask(by=self.by), self._command())
            undone.deleted += 1
            return
        undone.kept += entry["comments"]
        if entry["deleted"] and task.deleted:
            await self.tasks.change(task.id, task_domain.RestoreTask(by=self.by), self._command())
        back = {
            name: _value(name, value) for name, value in entry["old"].items() if _is(task, name, entry["fields"][name])
        }
        undone.kept += len(entry["old"]) - len(back)
        if back:
            await self.tasks.change(task.id, task_domain.EditTask(by=self.by, **back), self._command())
            undone.changed += 1


def _is(task: Task, name: str, value: Any) -> bool:
    """Whether a field still is what the import made of it."""
    now, then = getattr(task, name), _value(name, value)
    return set(now) == set(then) if name in _SETS else bool(now == then)


def _value(name: str, value: Any) -> Any:
    if name in _SETS:
        return tuple(value)
    return date.fromisoformat(value) if isinstance(BY_NAME[name].form, Day) and value else value
