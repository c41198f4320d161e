"""One import from its file to its report, on an opened data folder: what the command and the worker have in common."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import task_service.main
import task_service.settings
from auth_service.accounts import Account
from contracts import project as project_contract
from contracts import task as task_contract
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.project import Project
from contracts.task import Task
from kernel.log.ids import new_id
from kernel.log.streams import Streams
from kernel.ports.event_store import EventStore
from kernel.ports.key_value_store import KeyValueStore
from task_service.commands.projects import Projects
from task_service.commands.tasks import Tasks
from taskledger.imports.applying import Applier, Progress, Report, Stopped
from taskledger.imports.choices import Choices
from taskledger.imports.ids import made
from taskledger.imports.model import BadFile, Draft, Fault
from taskledger.imports.plan import Here, Importing, Plan
from taskledger.imports.planning import make_plan
from taskledger.imports.read import read
from taskledger.imports.reading.clean import folded
from taskledger.imports.records import Journal, Records, sample
from taskledger.imports.undoing import Undoer, Undone
from taskledger.offline import Offline


class NotThere(Exception):
    """There is no such project, or import, for whoever asks; or they may not do that. `code` as in a problem."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(slots=True)
class Session:
    """An opened board, and who imports into it."""

    store: EventStore
    keys: KeyValueStore
    projects: Projects
    tasks: Tasks
    people: Sequence[Account]
    user: Account

    @property
    def records(self) -> Records:
        """What is remembered of this person's imports."""
        return Records(self.keys, self.user.id)

    async def draft(self, raw: bytes, name: str, choices: Choices) -> tuple[Draft, Choices]:
        """The file as it is understood; what columns of its kind were said to hold before is taken as said."""
        draft = read(raw, name, choices)
        if draft.columns and not choices.columns and (columns := await self.records.columns(_kind(draft))):
            choices = replace(choices, columns=columns)
            draft = read(raw, name, choices)
        return draft, choices

    async def into(self, project_id: str | None) -> Project | None:
        """A project that is imported into: one's own. Raises NotThere."""
        if project_id is None:
            return None
        project = await self.projects.latest(project_id)
        role = None if project is None else project.role_of(self.user.id)
        if project is None or role is None or project.deleted:
            raise NotThere("not_found", "There is no such project.")
        if role != "owner":
            raise NotThere("forbidden", "Only its owners can import into a project.")
        return project

    async def suggested(self, draft: Draft) -> Project | None:
        """The project that an earlier export of the same went into, if it can be imported into still."""
        known = await self.records.known(draft)
        try:
            return None if known is None else await self.into(known)
        except NotThere:
            return None

    async def plan(
        self,
        draft: Draft,
        choices: Choices,
        into: Project | None,
        import_id: str,
        progress: Progress = lambda _done, _all: None,
    ) -> Plan:
        """The plan. Raises BadFile."""
        return await make_plan(
            draft,
            into,
            Importing(user_id=self.user.id, names=frozenset({folded(self.user.name), folded(self.user.email)})),
            await self._here(into) if any(task.people for task in draft.tasks) else [],
            choices,
            _Lookup(self.store, self.projects, self.tasks),
            made("project", self.user.id, import_id),
            await self.records.undone(into.id) if into else frozenset(),
            progress,
        )

    async def run(
        self,
        plan: Plan,
        choices: Choices,
        import_id: str,
        progress: Progress = lambda _done, _all: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Report:
        """Carry out a plan, and remember what it did. Raises BadFile while a question is open, Rejection, Stopped."""
        if plan.draft.questions:
            question = plan.draft.questions[0]
            raise BadFile(
                question.where or "the file", Fault("open_question", f"has an open question: {question.kind}")
            )
        journal = Journal(self.keys, import_id)
        applier = Applier(self.projects, self.tasks, self.user.id, import_id, journal, progress, stopping)
        await self.records.put(import_id, _record(plan, "running"))
        if choices.columns:
            await self.records.remember(_kind(plan.draft), choices.columns)
        state = "failed"
        report: Report | None = None
        try:
            report = await applier.run(plan)
            state = "done"
        except Stopped:
            state = "stopped"
            raise
        finally:
            await self.records.put(import_id, _record(plan, state, report))
        return report

    async def undo(self, import_id: str, progress: Progress = lambda _done, _all: None) -> Undone:
        """Take an import back. Raises NotThere, Rejection."""
        record = await self.records.get(import_id)
        if record is None:
            raise NotThere("not_found", "There is no such import.")
        if record["state"] == "undone":
            raise NotThere("conflict", "The import was taken back already.")
        journal = Journal(self.keys, import_id)
        undone = await Undoer(self.projects, self.tasks, self.user.id, import_id, journal, progress).run(record)
        await self.records.put(import_id, {**record, "state": "undone"})
        return undone

    async def _here(self, into: Project | None) -> Sequence[Here]:
        """Everyone whom one shares a project with."""
        streams = Streams(self.store, PROJECT_CODEC, project_contract.evolve)
        shared: set[str] = set()
        async for head in self.store.heads():
            if head.stream.startswith("project-"):
                project = (await streams.latest(head.stream)).state
                if project is not None and not project.deleted and project.role_of(self.user.id):
                    shared |= project.members.keys()
        members = into.members.keys() if into else {self.user.id}
        return [
            Here(id=account.id, name=account.name, member=account.id in members)
            for account in self.people
            if account.id in shared and not account.erased
        ]


@dataclass(frozen=True, slots=True)
class _Lookup:
    store: EventStore
    projects: Projects
    tasks: Tasks

    async def project(self, project_id: str) -> Project | None:
        return await self.projects.latest(project_id)

    async def task(self, task_id: str) -> Task | None:
        return await self.tasks.latest(task_id)

    async def tasks_of(self, project_id: str) -> AsyncIterator[Task]:
        streams = Streams(self.store, TASK_CODEC, task_contract.evolve)
        async for head in self.store.heads():
            if head.stream.startswith("task-"):
                task = (await streams.latest(head.stream)).state
                if task is not None and task.project_id == project_id:
                    yield task


def _kind(draft: Draft) -> str:
    """A kind of file: its format and its headers."""
    text = "\x00".join([draft.format, *(column.header for column in draft.columns)])
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _record(plan: Plan, state: str, report: Report | None = None) -> dict[str, Any]:
    counts: Mapping[str, int] = plan.counts
    return {
        "project_id": plan.project_id,
        "project_name": plan.name,
        "made_project": plan.project is None,
        "format": plan.draft.format,
        "source": plan.draft.source,
        "sample": sample(plan.draft),
        "at": datetime.now(UTC).isoformat(),
        "state": state,
        "added": report.added if report else counts["new"],
        "changed": report.changed if report else counts["changed"],
    }


@asynccontextmanager
async def session(here: Offline, user: Account, people: Sequence[Account]) -> AsyncIterator[Session]:
    """A session of one person on an opened data folder."""
    app = task_service.main.create_app(here.settings(task_service.settings.Settings), here.platform)
    async with app.router.lifespan_context(app):
        deps = app.state.deps
        yield Session(
            store=await here.platform.event_store(here.environment["EVENT_STORE_URL"]),
            keys=await here.platform.key_value_store(here.environment["KEY_VALUE_URL"]),
            projects=deps.projects,
            tasks=deps.tasks,
            people=people,
            user=user,
        )


def new_import_id() -> str:
    """The id of an import; later ones sort behind."""
    return new_id()
