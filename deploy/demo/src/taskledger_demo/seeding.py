"""Writes the demonstration into a data folder: people into auth-service's store, the rest as commands into the log."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from auth_service.accounts import Account, EmailTaken
from auth_service.domain import account as domain
from auth_service.passwords import common_passwords
from contracts import project as project_contract
from contracts import task as task_contract
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.project import Project, ProjectEvent
from contracts.task import Task, TaskEvent
from contracts.user import stream_of
from kernel.consuming import checkpoints
from kernel.consuming.consumer import Consumer
from kernel.identity.people import People
from kernel.identity.service_client import ServiceClient
from kernel.log.decider import Command, Decider
from kernel.log.ids import new_id
from kernel.log.streams import Streams
from kernel.ports.event_store import EventStore
from notify_service import tables
from notify_service.inbox import Inbox
from notify_service.main import CONSUMER
from notify_service.projections import Bounds, Notifier
from notify_service.settings import Settings as NotifySettings
from task_service.domain import project as projects
from task_service.domain import task as tasks
from taskledger.offline import Offline
from taskledger_demo.life import Demo, ProjectLife, TaskLife

_AT_ONCE: Final = 50
_UNREAD: Final = 60
"""About so many of the newest changes nobody has read yet."""


class NotEmpty(Exception):
    """The folder has data already, or the demonstration itself."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was written."""

    projects: int
    tasks: int
    events: int


class Seeder:
    """Writes a demonstration once."""

    def __init__(self, here: Offline, store: EventStore, demo: Demo) -> None:
        self._here = here
        self._store = store
        self._demo = demo
        self._projects: Decider[Project, ProjectEvent] = Decider(Streams(store, PROJECT_CODEC, project_contract.evolve))
        self._tasks: Decider[Task, TaskEvent] = Decider(Streams(store, TASK_CODEC, task_contract.evolve))

    async def run(
        self, password: str, *, add: bool, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> Seeded:
        """Write all of it. Raises NotEmpty (with `add` only if the demonstration is there), ValueError (password)."""
        if not add and [head async for head in self._store.heads()]:
            raise NotEmpty("There are data in the folder already. With --add the demonstration comes beside them.")
        await self._people(password)
        lives = [await self._project(life) for life in self._demo.projects]
        every = [(life, project, number) for some in lives for life, project, number in some]
        steps = sorted(step.at for life, _, _ in every for step in life.steps)
        read_until = min(steps[-_UNREAD], self._demo.now - timedelta(days=1))
        total, done = 2 * len(every), 0
        for after, upto in ((datetime.min.replace(tzinfo=UTC), read_until), (read_until, self._demo.now)):
            for start in range(0, len(every), _AT_ONCE):
                batch = every[start : start + _AT_ONCE]
                await asyncio.gather(*(self._live(life, project, n, after, upto) for life, project, n in batch))
                done += len(batch)
                progress(done, total)
            if upto == read_until:
                await self._read_everything()
        heads = [head async for head in self._store.heads()]
        return Seeded(len(lives), len(every), sum(head.version for head in heads))

    async def _people(self, password: str) -> None:
        auth = self._here.auth.state.deps.auth
        joined = self._demo.now - timedelta(weeks=14)
        for person in self._demo.ids:
            domain.check_password(password, common_passwords(), [person.email, person.name])
        for person, user_id in self._demo.ids.items():
            account = Account(
                id=user_id,
                email=person.email,
                name=person.name,
                locale=person.locale,
                password_hash=await auth.passwords.hash(password),
                created_at=domain.time_text(joined.astimezone(UTC)),
            )
            try:
                await auth.accounts.create(account)
            except EmailTaken as error:
                raise NotEmpty(f"{person.email} is registered: the demonstration is in the folder already.") from error
            # A user that the log does not know yet is registered by whatever is done first.
            await auth.users.execute(
                stream_of(user_id),
                lambda state: domain.decide(domain.ChangeProfile(fields=()), state),
                self._command(user_id, joined),
            )

    async def _project(self, life: ProjectLife) -> Sequence[tuple[TaskLife, Project, int]]:
        """Make a project with its members; its tasks with the project and their numbers."""
        stream = project_contract.stream_of(life.id)
        command = self._command(life.creation.by, life.at)
        outcome = await self._projects.execute(stream, lambda _: projects.create(life.creation), command)
        for member in life.members:
            outcome = await self._projects.execute(
                stream,
                lambda state, member=member: projects.decide(member, state),  # type: ignore[misc]
                self._command(member.by, life.at),
            )
        first = await self._store.allocate(f"project-{life.id}", len(life.tasks))
        return [(task, outcome.state, number) for number, task in enumerate(life.tasks, first)]

    async def _live(self, life: TaskLife, project: Project, number: int, after: datetime, upto: datetime) -> None:
        stream = task_contract.stream_of(life.id)
        if after < life.at <= upto:
            await self._tasks.execute(
                stream,
                lambda _: tasks.create(life.creation, project, number),
                self._command(life.creation.by, life.at),
                new=True,
            )
        for step in life.steps:
            if after < step.at <= upto:
                await self._tasks.execute(
                    stream,
                    lambda state, change=step.command: tasks.decide(change, state, project),  # type: ignore[misc]
                    self._command(step.command.by, step.at),
                )

    @staticmethod
    def _command(actor: str, at: datetime) -> Command:
        command_id = new_id()
        return Command(id=command_id, fingerprint="", actor=actor, time=at.astimezone(UTC), correlation_id=command_id)

    async def _read_everything(self) -> None:
        """Let everybody be told of all there is by now, and read it."""
        settings = self._here.settings(NotifySettings)
        database = await self._here.platform.database(settings.notify_db_url)
        for metadata in (checkpoints.metadata, tables.metadata):
            await database.create(metadata)
        streams = self._tasks.streams, self._projects.streams
        bounds = Bounds(mail=timedelta(seconds=settings.mail_max_age), feed=timedelta(seconds=settings.feed_max_age))
        notifier = Consumer(
            CONSUMER, store=self._store, database=database, handler=Notifier(database, *streams, bounds)
        )
        await notifier.reconcile()
        auth = ServiceClient(
            self._here.http, service="notify-service", secret=settings.service_secret, audience="auth-service"
        )
        inbox = Inbox(database, *streams, People(auth))
        for user_id in self._demo.ids.values():
            await inbox.read_all(user_id)
