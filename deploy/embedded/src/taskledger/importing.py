"""Writes an imported board into the log, through the same decisions as any other change.

Ids are made from the ids in the source, and every step is a command whose id is kept for ever: importing the same file
again adds nothing, importing a newer export of the same board adds what is new.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

from auth_service.accounts import Account
from contracts import project as project_contract
from contracts import task as task_contract
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.project import Project, ProjectEvent
from contracts.task import Task, TaskEvent
from kernel.log.decider import Command, Decider, Outcome, Rejection
from kernel.log.streams import Streams
from kernel.ports.event_store import EventStore
from task_service.domain import project as projects
from task_service.domain import task as tasks
from taskledger.board import BadFile, Board, Card, Person

S = TypeVar("S")
E = TypeVar("E")

_NAMESPACE: Final = uuid.UUID("6f1c1c64-1f0e-5a1c-9d39-7a1f3b9e2f10")


@dataclass(slots=True)
class Report:
    """What an import did."""

    project: Project
    added: int = 0
    known: int = 0
    comments: int = 0
    notes: list[str] = field(default_factory=list)


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "\x00".join(parts)))


class Importer:
    """Imports boards on behalf of one person, who becomes the owner of a new project."""

    def __init__(self, store: EventStore, owner: Account, people: Sequence[Account]) -> None:
        self._store = store
        self._owner = owner.id
        self._people = people
        self._projects: Decider[Project, ProjectEvent] = Decider(Streams(store, PROJECT_CODEC, project_contract.evolve))
        self._tasks: Decider[Task, TaskEvent] = Decider(Streams(store, TASK_CODEC, task_contract.evolve))

    def _command(self, *parts: str) -> Command:
        command_id = _id("command", *parts)
        return Command(
            id=f"import-{command_id}",
            fingerprint="import",
            actor=self._owner,
            time=datetime.now(UTC),
            correlation_id=f"import-{command_id}",
            keyed=True,
            imported=True,
        )

    async def run(
        self, board: Board, into: Project | None, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> Report:
        """Import a board as a project of its own, or into one. Raises BadFile, Rejection; then nothing was written."""
        project = into or await self._planned(board)
        self._validate(board, project)
        if into is None:
            project = await self._create(board)
        report = Report(project, notes=list(board.notes))
        project = await self._members(board, project, report)
        for done, card in enumerate(board.cards, 1):
            await self._card(card, project, report)
            progress(done, len(board.cards))
        report.project = project
        return report

    async def check(self, board: Board, into: Project | None) -> None:
        """Find out whether the board could be imported, and write nothing. Raises BadFile."""
        self._validate(board, into or await self._planned(board))

    def _project_id(self, board: Board) -> str:
        return _id("project", self._owner, board.source)

    async def _planned(self, board: Board) -> Project:
        """The project as it is from an earlier import, or as it will be."""
        project_id = self._project_id(board)
        known = (await self._projects.streams.latest(project_contract.stream_of(project_id))).state
        if known is not None:
            return known
        return Project(
            id=project_id,
            key=projects.key_from(board.name),
            name=board.name,
            statuses=board.statuses,
            members={self._owner: "owner"},
            created_by=self._owner,
            created_at=datetime.now(UTC),
            updated_at=datetime.now(UTC),
            version=1,
        )

    def _validate(self, board: Board, project: Project) -> None:
        """Take every decision once without writing, so that a bad card is found before the first is written."""
        for card in board.cards:
            try:
                tasks.create(self._creation(card, project, ()), project, 1)
            except Rejection as rejection:
                raise BadFile(card.where, rejection.detail) from rejection

    async def _create(self, board: Board) -> Project:
        new = projects.CreateProject(by=self._owner, name=board.name, statuses=board.statuses, labels=board.labels)
        project_id = self._project_id(board)
        stream = project_contract.stream_of(project_id)
        await self._projects.execute(stream, lambda _: projects.create(new), self._command("project", project_id))
        state = (await self._projects.streams.latest(stream)).state
        if state is None:
            raise RuntimeError("a project that was just made is not in the log")
        return state

    async def _members(self, board: Board, project: Project, report: Report) -> Project:
        """Let in whoever has cards and is registered here; note who is not."""
        unknown: dict[str, None] = {}
        stream = project_contract.stream_of(project.id)
        for person in {person: None for card in board.cards for person in card.people}:
            account = self.account(person)
            if account is None:
                unknown[person.name] = None
            elif account.id not in project.members:
                change = projects.PutMember(by=self._owner, user_id=account.id, role="member", registered=True)
                outcome = await self._projects.execute(
                    stream,
                    lambda state, change=change: projects.decide(change, state),  # type: ignore[misc]
                    self._command("member", project.id, account.id),
                )
                project = await self._newest(stream, outcome)
        if unknown:
            report.notes.append(f"not registered here, so not assigned: {', '.join(unknown)}")
        return project

    async def _newest(self, stream: str, outcome: Outcome[Project]) -> Project:
        return (await self._projects.streams.latest(stream)).state or outcome.state

    def account(self, person: Person) -> Account | None:
        """Whom the file means, if exactly one registered person has that name, address or user name."""
        wanted = {text.casefold() for text in (person.name, person.username) if text}
        found = [
            account
            for account in self._people
            if {account.name.casefold(), account.email.casefold(), account.email.partition("@")[0].casefold()} & wanted
        ]
        return found[0] if len(found) == 1 else None

    def _creation(self, card: Card, project: Project, assignees: tuple[str, ...]) -> tasks.CreateTask:
        status = card.status if project.status(card.status) else None
        return tasks.CreateTask(
            by=self._owner,
            title=card.title,
            description=card.description,
            status=status,
            priority=card.priority,
            due=card.due,
            labels=card.labels,
            assignees=assignees,
            **card.more,
        )

    async def _card(self, card: Card, project: Project, report: Report) -> None:
        task_id = _id("task", project.id, card.source)
        stream = task_contract.stream_of(task_id)
        state = (await self._tasks.streams.latest(stream)).state
        if state is None:
            accounts = [self.account(person) for person in card.people]
            assignees = tuple(a.id for a in accounts if a is not None and a.id in project.members)
            new = self._creation(card, project, assignees)
            number = await self._store.allocate(f"project-{project.id}")
            made = await self._tasks.execute(
                stream, lambda _: tasks.create(new, project, number), self._command("task", task_id)
            )
            state = made.state
            report.added += 1
        else:
            report.known += 1
        await self._comments(card, state, project, report)
        if card.archived:
            gone = tasks.DeleteTask(by=self._owner)
            await self._tasks.execute(
                stream, lambda state: tasks.decide(gone, state, project), self._command("delete", task_id)
            )

    async def _comments(self, card: Card, state: Task, project: Project, report: Report) -> None:
        stream = task_contract.stream_of(state.id)
        for comment in card.comments:
            comment_id = _id("comment", state.id, comment.source)
            if comment_id in state.comments or state.deleted:
                continue
            added = tasks.AddComment(
                by=self._owner,
                comment_id=comment_id,
                body=comment.body,
                author_name=comment.author,
                written_at=comment.written_at,
            )
            await self._tasks.execute(
                stream,
                lambda state, added=added: tasks.decide(added, state, project),  # type: ignore[misc]
                self._command("comment", comment_id),
            )
            report.comments += 1
