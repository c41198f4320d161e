"""Mails: sent once, retried, refused, shown. Long because all of it is asked of one sender with one history."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from contracts import project as projects
from contracts import task as tasks
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.project import Project
from contracts.task import TaskAssigned, TaskStatusChanged
from kernel.consuming import checkpoints
from kernel.consuming.consumer import Consumer
from kernel.identity.people import DirectoryAway, People, Person
from kernel.identity.service_client import ServiceClient
from kernel.log.streams import Streams
from kernel.log.times import microseconds
from kernel.ports.database import Database, DatabaseUnavailable, Row, Statement, Write
from kernel.ports.event_store import EventStore
from kernel.ports.mailer import Mail, MailRejected, MailUnavailable
from kernel.process.platform import Platform
from notify_service import tables
from notify_service.channels.handing_over import Due, HandsOver, Result
from notify_service.channels.mail import MailChannel, MailLimits
from notify_service.domain.channel import CHANNELS, Channel
from notify_service.projections import Bounds, Notifier
from notify_service.sender import Limits, Sender
from notify_service.settings import Settings
from notify_service.unsubscribing import Unsubscribing
from testkit.auth_stand_in import AUTH_URL, Auth
from testkit.notify import Caller, History, World, eventually

TO_DONE = TaskStatusChanged(old="waiting", new="done")
MAILS = Statement(
    select(
        tables.deliveries.c.state,
        tables.deliveries.c.reason,
        tables.deliveries.c.attempts,
        tables.deliveries.c.last_error,
    )
    .where(tables.deliveries.c.channel == "mail")
    .order_by(tables.deliveries.c.id)
)
DUE_NOW = Statement(update(tables.deliveries).values(due_at=0))
DUE_AT = Statement(select(tables.deliveries.c.due_at).where(tables.deliveries.c.channel == "mail"))
DAY = timedelta(days=1)
LIMITS = Limits(max_age=DAY, lease=timedelta(seconds=60))
MAIL_LIMITS = MailLimits(timeout=5)


# --- with the embedded mailer, over HTTP ---


async def settled(caller: Caller, task: str, count: int) -> list[dict[str, Any]]:
    """The mails of the ledger, once there are so many and none waits."""

    def done(items: list[dict[str, Any]]) -> bool:
        return len(items) == count and all(item["state"] != "pending" for item in items)

    return await eventually(lambda: caller.ledger(task, "mail"), done)


async def test_a_mail_says_old_and_new_to_the_reader(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    await settled(ann, task, 1)
    await world.history.on(task, TO_DONE, by=ann.id)
    assert [item["state"] for item in await settled(ann, task, 2)] == ["sent", "sent"]
    mails = (await bob.get("/outbox"))["items"]
    assert [mail["subject"] for mail in mails] == ["[OPS-12] Fix it"] * 2
    assert "Status: Waiting → Done" in mails[0]["text"]
    assert f"https://board.example.org/projects/{project}/tasks/{task}" in mails[0]["text"]


async def test_nobody_sees_the_mails_of_another(world: World) -> None:
    ann, bob, eve = world.person("Ann"), world.person("Bob"), world.person("Eve")
    project = await world.history.project(ann.id, bob.id, eve.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    await settled(ann, task, 1)
    assert [mail["to"] for mail in (await bob.get("/outbox"))["items"]] == [f"{bob.id}@example.org"]
    assert (await ann.get("/outbox"))["items"] == []
    assert (await eve.get("/outbox"))["items"] == []


async def test_the_outbox_comes_page_by_page(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    await settled(ann, task, 1)
    await world.history.on(task, TO_DONE, by=ann.id)
    await settled(ann, task, 2)
    first = await bob.get("/outbox?limit=1")
    second = await bob.get(f"/outbox?limit=1&cursor={first['next_cursor']}")
    assert [len(part["items"]) for part in (first, second)] == [1, 1]
    assert first["items"][0]["id"] != second["items"][0]["id"]
    for cursor in ("WyJ4Il0", "WzFd", "!"):
        answer = await bob.call("GET", f"/outbox?cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_the_outbox_needs_the_address(world: World) -> None:
    bob = world.person("Bob")
    await bob.inbox()
    world.auth.away = True
    answer = await bob.call("GET", "/outbox")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.slow
async def test_mails_wait_for_auth_service_and_arrive(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    await ann.inbox()
    world.auth.away = True
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    [waiting] = await eventually(lambda: ann.ledger(task, "mail"), lambda lines: len(lines) == 1)
    assert (waiting["state"], waiting["attempts"]) == ("pending", 0)
    world.auth.away = False
    [line] = await settled(ann, task, 1)
    assert (line["state"], line["attempts"]) == ("sent", 1)


# --- with mail systems that fail ---


@dataclass
class Post:
    """A mailer that does what it is told to."""

    sent: list[Mail] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def send(self, mail: Mail) -> str:
        if self.faults:
            raise self.faults.pop(0)
        if self.gate is not None:
            await self.gate.wait()
        self.sent.append(mail)
        return f"<{mail.id}@post>"

    async def ping(self) -> None:
        pass

    async def close(self) -> None:
        pass


class Failing:
    """A database whose next writes fail, as one does that is away."""

    def __init__(self, real: Database) -> None:
        self.real = real
        self.dialect = real.dialect
        self.failures: list[bool] = []

    async def create(self, metadata: Any) -> None:
        await self.real.create(metadata)

    async def drop(self, metadata: Any) -> None:
        await self.real.drop(metadata)

    async def fetch(self, statement: Statement, params: Any = None, *, long: bool = False) -> Any:
        return await self.real.fetch(statement, params, long=long)

    async def write(self, *writes: Write, durable: bool = True) -> None:
        if self.failures and self.failures.pop(0):
            raise DatabaseUnavailable("away")
        await self.real.write(*writes, durable=durable)

    async def ping(self) -> None:
        await self.real.ping()

    async def close(self) -> None:
        await self.real.close()


@dataclass
class Stand:
    """A ledger with mails in it, and senders that only do what they are told."""

    store: EventStore
    database: Database
    history: History
    auth: Auth
    people: People
    post: Post = field(default_factory=Post)
    others: list[HandsOver] = field(default_factory=list)

    def sender(self, database: Database | None = None, **limits: Any) -> Sender:
        own = database or self.database
        mails = {name: limits.pop(name) for name in tuple(limits) if name in MailLimits.__dataclass_fields__}
        channel = MailChannel(
            own,
            self.post,
            replace(MAIL_LIMITS, **mails),
            unsubscribing=Unsubscribing("a secret", "https://board.example.org"),
            public_url="https://board.example.org",
        )
        channels = [channel, *self.others]
        streams = Streams(self.store, PROJECT_CODEC, projects.evolve)
        return Sender(own, self.people, streams, replace(LIMITS, **limits), channels, chance=lambda: 0.0)

    async def mails(self) -> list[Row]:
        """(state, reason, attempts, last error) of each."""
        return list(await self.database.fetch(MAILS))

    async def due_now(self) -> None:
        await self.database.write(Write(DUE_NOW))

    async def pending(self, count: int = 1, *, age: timedelta = timedelta()) -> tuple[str, str, str]:
        """Tasks that Ann gave to Bob, so many; returns Ann, Bob and the project."""
        ann, bob = self.auth.register("Ann"), self.auth.register("Bob", "bob@example.org")
        project = await self.history.project(ann, bob)
        for _ in range(count):
            await self.history.task(project, by=ann, assignees=(bob,), time=datetime.now(UTC) - age)
        consumer = Consumer(
            "notifier",
            store=self.store,
            database=self.database,
            handler=Notifier(
                self.database,
                Streams(self.store, TASK_CODEC, tasks.evolve),
                Streams(self.store, PROJECT_CODEC, projects.evolve),
                Bounds(mail=DAY, feed=DAY),
                (*CHANNELS, *(other.channel for other in self.others)),
            ),
        )
        await consumer.reconcile(full=True)
        return ann, bob, project


@pytest.fixture
async def stand(settings: Settings) -> AsyncIterator[Stand]:
    auth = Auth()
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform(apps={AUTH_URL: auth.app()}))
        store = await platform.event_store(settings.event_store_url)
        database = await platform.database(settings.notify_db_url)
        for metadata in (checkpoints.metadata, tables.metadata):
            await database.create(metadata)
        service = ServiceClient(
            await platform.http(AUTH_URL), service="notify-service", secret="", audience="auth-service"
        )
        yield Stand(store, database, History(store), auth, People(service))


async def test_a_mail_is_sent_once(stand: Stand) -> None:
    await stand.pending()
    assert await stand.sender().send_due() == 1
    await stand.due_now()
    assert await stand.sender().send_due() == 0
    assert [mail.to for mail in stand.post.sent] == ["bob@example.org"]
    assert await stand.mails() == [("sent", None, 1, None)]


async def test_several_senders_at_once_send_each_mail_once(stand: Stand) -> None:
    await stand.pending(30)
    await asyncio.gather(*(stand.sender().send_due() for _ in range(5)))
    await asyncio.gather(*(stand.sender().send_due() for _ in range(5)))
    assert len({mail.id for mail in stand.post.sent}) == len(stand.post.sent) == 30
    assert {row[0] for row in await stand.mails()} == {"sent"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [(MailUnavailable("throttled"), "MailUnavailable"), (RuntimeError("a defect"), "RuntimeError")],
)
async def test_what_may_pass_is_tried_again_later_and_later(stand: Stand, fault: Exception, error: str) -> None:
    await stand.pending()
    stand.post.faults = [fault] * 3
    sender = stand.sender()
    pauses: list[float] = []
    for attempt in range(1, 4):
        before = datetime.now(UTC)
        await sender.send_due()
        assert await stand.mails() == [("pending", None, attempt, error)]
        [(due_at,)] = await stand.database.fetch(DUE_AT)
        pauses.append((due_at - microseconds(before)) / 1e6)
        assert await sender.send_due() == 0  # not before its time
        await stand.due_now()
    assert all(pause >= least for pause, least in zip(pauses, (1, 2, 4), strict=True))
    assert pauses == sorted(pauses)
    await sender.send_due()
    assert await stand.mails() == [("sent", None, 4, None)]
    assert len(stand.post.sent) == 1


async def test_a_mail_system_that_hangs_is_not_waited_for(stand: Stand) -> None:
    await stand.pending()
    stand.post.gate = asyncio.Event()
    await stand.sender(timeout=0.02).send_due()
    assert await stand.mails() == [("pending", None, 1, "TimeoutError")]


async def test_a_rejected_mail_is_not_tried_again(stand: Stand) -> None:
    await stand.pending()
    stand.post.faults = [MailRejected("no such mailbox: bob@example.org")]
    await stand.sender().send_due()
    await stand.due_now()
    assert await stand.sender().send_due() == 0
    assert await stand.mails() == [("failed", "rejected", 1, "MailRejected")]  # and no address in the ledger


async def test_one_rejected_mail_holds_up_no_other(stand: Stand) -> None:
    await stand.pending(3)
    stand.post.faults = [MailRejected("this one")]
    await stand.sender().send_due()
    assert sorted(row[0] for row in await stand.mails()) == ["failed", "sent", "sent"]


async def test_a_mail_is_given_up_when_it_is_too_old(stand: Stand) -> None:
    await stand.pending(age=DAY - timedelta(hours=1))
    stand.post.faults = [MailUnavailable("down")]
    await stand.sender().send_due()
    await stand.due_now()
    await stand.sender(max_age=timedelta(hours=1)).send_due()
    assert await stand.mails() == [("failed", "expired", 1, None)]
    assert stand.post.sent == []


async def test_who_has_left_meanwhile_gets_no_mail(stand: Stand) -> None:
    ann, bob, project = await stand.pending()
    await stand.history.put_out(project, bob, by=ann)
    await stand.sender().send_due()
    assert await stand.mails() == [("suppressed", "not_a_member", 0, None)]
    assert stand.post.sent == []


@pytest.mark.parametrize("known", [True, False])
async def test_who_has_no_address_gets_no_mail(stand: Stand, known: bool) -> None:
    _, bob, _ = await stand.pending()
    if known:
        stand.auth.people[bob] |= {"name": None, "email": None}
    else:
        del stand.auth.people[bob]
    await stand.sender().send_due()
    assert await stand.mails() == [("suppressed", "no_address", 0, None)]


async def test_without_auth_service_no_attempt_is_counted(stand: Stand) -> None:
    await stand.pending()
    stand.auth.away = True
    with pytest.raises(DirectoryAway):
        await stand.sender().send_due()
    assert await stand.mails() == [("pending", None, 0, None)]
    stand.auth.away = False
    assert await stand.sender().send_due() == 1


async def test_a_sender_that_died_between_sending_and_recording_is_the_only_duplicate(stand: Stand) -> None:
    await stand.pending()
    stand.post.gate = asyncio.Event()
    dying = asyncio.create_task(stand.sender().send_due())
    await eventually(stand.mails, lambda mails: mails[0][2] == 1)
    dying.cancel()
    await asyncio.wait([dying])
    stand.post.gate.set()
    assert await stand.sender().send_due() == 0  # the dead one's lease still runs
    await stand.due_now()
    assert await stand.sender().send_due() == 1
    assert len(stand.post.sent) == 1
    assert await stand.mails() == [("sent", None, 2, None)]


@pytest.mark.slow
async def test_a_database_that_is_away_when_a_mail_was_sent_is_waited_for(stand: Stand) -> None:
    await stand.pending()
    failing = Failing(stand.database)
    failing.failures = [False, True, True]  # taken, then twice not recorded
    await stand.sender(failing).send_due()
    assert await stand.mails() == [("sent", None, 1, None)]
    assert len(stand.post.sent) == 1


async def test_a_mail_that_cannot_be_taken_is_not_sent(stand: Stand) -> None:
    await stand.pending()
    failing = Failing(stand.database)
    failing.failures = [True]
    with pytest.raises(DatabaseUnavailable):
        await stand.sender(failing).send_due()
    assert stand.post.sent == []
    assert await stand.mails() == [("pending", None, 0, None)]


async def test_a_sender_told_to_stop_finishes_the_mails_at_hand(stand: Stand) -> None:
    await stand.pending()
    stand.post.gate = asyncio.Event()
    sender = stand.sender()
    running = asyncio.create_task(sender.run())
    await eventually(stand.mails, lambda mails: mails[0][2] == 1)
    stopping = asyncio.create_task(sender.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    stand.post.gate.set()
    await stopping
    await running
    assert await stand.mails() == [("sent", None, 1, None)]


async def test_mail_ids_are_those_of_the_ledger(stand: Stand) -> None:
    await stand.pending()
    await stand.sender().send_due()
    [(mail_id,)] = await stand.database.fetch(
        Statement(select(tables.deliveries.c.id).where(tables.deliveries.c.channel == "mail"))
    )
    assert [mail.id for mail in stand.post.sent] == [mail_id]


async def test_an_assignee_is_told_who_assigned_them(stand: Stand) -> None:
    ann, bob, project = await stand.pending(0)
    task = await stand.history.task(project, by=ann)
    await stand.history.on(task, TaskAssigned(user_id=bob), by=ann)
    await stand.pending(0)
    await stand.sender().send_due()
    [mail] = stand.post.sent
    assert mail.subject == "[OPS-12] Fix it"
    assert mail.text.startswith("Ann assigned this task to you.")


async def test_the_mails_of_a_task_are_one_thread_and_each_can_be_the_last(stand: Stand) -> None:
    ann, bob, project = await stand.pending(0)
    task = await stand.history.task(project, by=ann, assignees=(bob,))
    await stand.pending(0)
    await stand.sender().send_due()
    await stand.history.on(task, TO_DONE, by=ann)
    await stand.pending(0)
    await stand.sender().send_due()
    first, second = stand.post.sent
    assert (first.thread, second.thread) == (f"task-{task}", f"task-{task}")
    assert (first.after, second.after) == ((), (first.id,))
    assert first.unsubscribe is not None
    assert first.unsubscribe.startswith("https://board.example.org/api/notifications/unsubscribe/")


async def test_one_click_without_a_login_ends_the_mails_of_that_person_alone(world: World) -> None:
    ann, bob, cat = world.person("Ann"), world.person("Bob"), world.person("Cat")
    project = await world.history.project(ann.id, bob.id, cat.id)
    links = Unsubscribing("between services", "")
    path = str(links.link(bob.id))
    assert (await world.http.get(path)).status_code == 303
    for forged in (path[:-2], path + "A", "/api/notifications/unsubscribe/x", str(Unsubscribing("b", "").link(bob.id))):
        answer = await world.http.post(forged, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    assert (await world.http.post(path, data={"List-Unsubscribe": "One-Click"})).status_code == 204

    task = await world.history.task(project, by=ann.id, assignees=(bob.id, cat.id))
    lines = await settled(ann, task, 2)
    reasons = {(line["user_id"], line["channel"]): line["reason"] for line in await ann.ledger(task)}
    assert reasons[bob.id, "mail"] == "preference"
    assert (reasons[bob.id, "inbox"], reasons[cat.id, "mail"]) == (None, None), lines


def test_without_a_secret_there_are_no_links() -> None:
    assert Unsubscribing("", "https://board.example.org").link("bob") is None
    assert Unsubscribing("", "").reader_of("AAAA") is None


# --- channels ---


class Pigeons:
    """A channel that comes later: it reaches Bob alone, and carries what it is given."""

    channel = Channel("pigeon", at_once=False)

    def __init__(self) -> None:
        self.carried: list[str] = []

    def unreachable(self, reader: Person | None) -> str | None:
        return None if reader is not None and reader.name == "Bob" else "no_loft"

    async def hand_over(self, due: Due, project: Project, people: Mapping[str, Person]) -> Result:
        self.carried.append(f"{people[due.user_id].name}: {due.content['task_key']}")
        return Result("sent")


async def test_a_channel_that_comes_later_has_lines_of_its_own_and_hands_over_by_itself(stand: Stand) -> None:
    pigeons = Pigeons()
    stand.others.append(pigeons)
    await stand.pending()
    assert await stand.sender().send_due() == 2
    assert [line.partition("-")[0] for line in pigeons.carried] == ["Bob: OPS"]
    assert len(stand.post.sent) == 1
    lines = await stand.database.fetch(Statement(select(tables.deliveries.c.channel, tables.deliveries.c.state)))
    assert sorted(map(tuple, lines)) == [("inbox", "sent"), ("mail", "sent"), ("pigeon", "sent")]


async def test_what_waits_for_a_channel_that_this_program_does_not_have_is_left_alone(stand: Stand) -> None:
    stand.others.append(Pigeons())
    await stand.pending()
    stand.others.clear()
    sender = stand.sender()
    assert await sender.send_due() == 1
    assert await sender.send_due() == 0
    lines = await stand.database.fetch(Statement(select(tables.deliveries.c.channel, tables.deliveries.c.state)))
    assert sorted(map(tuple, lines)) == [("inbox", "sent"), ("mail", "sent"), ("pigeon", "pending")]
