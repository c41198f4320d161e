"""Everyone concerned is told once of each change, whatever happens to the messages and the processes."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from sqlalchemy import delete, func, select

from contracts import project as projects
from contracts import task as tasks
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.task import TaskCommented, TaskStatusChanged, TaskTitleChanged
from kernel.consuming import checkpoints
from kernel.consuming.consumer import Consumer
from kernel.log.envelope import Envelope
from kernel.log.streams import Streams
from kernel.ports.database import Database, Row, Statement, Write, upsert
from kernel.ports.event_store import EventStore, StreamAppend
from kernel.ports.subscription import Message
from kernel.process.platform import Platform
from notify_service import tables
from notify_service.domain.channel import CHANNELS, ChannelName
from notify_service.projections import Bounds, Notifier
from notify_service.schemas import ChannelsBody
from notify_service.settings import Settings
from testkit.notify import History

LEDGER = Statement(
    select(tables.deliveries.c.user_id, tables.deliveries.c.channel, tables.deliveries.c.event_type)
    .join(tables.notices, tables.notices.c.id == tables.deliveries.c.notice_id)
    .order_by(tables.notices.c.version, tables.deliveries.c.user_id, tables.deliveries.c.channel)
)
STATES = Statement(select(tables.deliveries.c.channel, tables.deliveries.c.state, tables.deliveries.c.reason))
ITEMS = Statement(select(tables.inbox.c.id, tables.inbox.c.is_read).order_by(tables.inbox.c.id))
FEED = Statement(select(tables.feed.c.source).where(tables.feed.c.user_id.is_(None)).order_by(tables.feed.c.seq))
FEED_ITEMS = Statement(select(tables.feed.c.user_id).where(tables.feed.c.user_id.is_not(None)))
COUNT_NOTICES = Statement(select(func.count()).select_from(tables.notices))
CONTENT = Statement(select(tables.notices.c.content, tables.notices.c.version, tables.notices.c.last_version))
PUT_PREFERENCES = upsert(tables.preferences)
FORGET_CHECKPOINTS = Statement(delete(checkpoints.checkpoints))

TO_DONE = TaskStatusChanged(old="waiting", new="done")
BACK = TaskStatusChanged(old="done", new="waiting")


@dataclass
class Stand:
    """A log, a database, and consumers that only do what they are told."""

    store: EventStore
    database: Database
    history: History

    def consumer(self, *, mail: timedelta = timedelta(days=1), feed: timedelta = timedelta(days=7)) -> Consumer:
        """A process's consumer: it remembers nothing of another's."""
        return Consumer(
            "notifier",
            store=self.store,
            database=self.database,
            handler=Notifier(
                self.database,
                Streams(self.store, TASK_CODEC, tasks.evolve),
                Streams(self.store, PROJECT_CODEC, projects.evolve),
                Bounds(mail=mail, feed=feed),
            ),
        )

    async def rows(self, statement: Statement) -> list[Row]:
        return list(await self.database.fetch(statement))

    async def everything(self) -> list[Any]:
        return [await self.rows(statement) for statement in (LEDGER, STATES, ITEMS, FEED)]


@pytest.fixture
async def stand(settings: Settings) -> AsyncIterator[Stand]:
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform())
        store = await platform.event_store(settings.event_store_url)
        database = await platform.database(settings.notify_db_url)
        for metadata in (checkpoints.metadata, tables.metadata):
            await database.create(metadata)
        yield Stand(store, database, History(store))


def hints(events: list[Envelope], *, carried: bool = True) -> list[Message]:
    return [Message(stream=e.stream, version=e.version, envelope=e if carried else None) for e in events]


async def told_of(stand: Stand) -> list[Envelope]:
    """A task of Ann's that Bob does; eleven commands by Ann. Returns its events, the last two of one command."""
    project = await stand.history.project("ann", "bob")
    task = await stand.history.task(project, by="ann", assignees=("bob",))
    for number in range(5):
        await stand.history.on(task, TO_DONE if number % 2 == 0 else BACK, by="ann")
        await stand.history.on(task, TaskCommented(comment_id=f"c{number}", body="Hello"), by="ann")
    await stand.history.on(task, BACK, TaskTitleChanged(old="Fix it", new="Fix all"), by="ann")
    return list(await stand.store.load(f"task-{task}"))


ONCE = [
    ("bob", channel, event_type)
    for event_type in (
        "task.created",
        *["task.status-changed", "task.commented"] * 5,
        "task.status-changed",
    )
    for channel in ("inbox", "mail")
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("carried", [True, False])
async def test_duplicates_and_shuffled_messages_tell_each_change_once(stand: Stand, seed: int, carried: bool) -> None:
    events = await told_of(stand)
    consumers = [stand.consumer(), stand.consumer()]
    messages = hints(events * 100, carried=carried)
    chance = random.Random(seed)
    chance.shuffle(messages)
    while messages:
        size = chance.randint(1, 40)
        await chance.choice(consumers).handle(messages[:size])
        messages = messages[size:]
    assert await stand.rows(LEDGER) == ONCE
    assert await stand.rows(FEED) == [(event.id,) for event in events]
    assert len(await stand.rows(ITEMS)) == len(await stand.rows(FEED_ITEMS)) == len(ONCE) // 2


@pytest.mark.parametrize("carried", [True, False])
async def test_a_command_whose_events_come_apart_is_told_once_and_whole(stand: Stand, carried: bool) -> None:
    events = await told_of(stand)
    for message in hints(events, carried=carried):
        await stand.consumer().handle([message])
    assert await stand.rows(LEDGER) == ONCE
    content, version, last_version = (await stand.rows(CONTENT))[-1]
    assert (version, last_version) == (12, 13)
    assert b'"field":"status"' in content
    assert b'"field":"title"' in content


async def test_a_replay_tells_nothing_again(stand: Stand) -> None:
    await told_of(stand)
    await stand.consumer().reconcile(full=True)
    await stand.database.write(Write(Statement(tables.inbox.update().values(is_read=1))))
    await stand.database.write(Write(Statement(tables.deliveries.update().values(state="sent"))))
    before = await stand.everything()
    await stand.database.write(Write(FORGET_CHECKPOINTS))
    assert await stand.consumer().reconcile(full=True) == 2
    assert await stand.everything() == before


async def test_an_empty_database_does_not_mail_old_history(stand: Stand) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=8)
    project = await stand.history.project("ann", "bob")
    task = await stand.history.task(project, by="ann", assignees=("bob",), time=long_ago)
    await stand.history.on(task, TO_DONE, by="ann")
    await stand.consumer().reconcile(full=True)
    assert sorted(await stand.rows(STATES), key=str) == [
        ("inbox", "sent", None),
        ("inbox", "sent", None),
        ("mail", "pending", None),
        ("mail", "suppressed", "too_old"),
    ]
    sources = [source for (source,) in await stand.rows(FEED)]
    assert f"task-{task}:2" in sources
    assert f"task-{task}:1" not in sources  # nobody waits for it on a live stream


async def test_an_import_is_told_to_nobody_and_shown_live(stand: Stand) -> None:
    project = await stand.history.project("ann", "bob")
    task = await stand.history.task(project, by="ann", assignees=("bob",), imported=True)
    await stand.history.on(task, TO_DONE, by="ann", command_id="import-0199")  # as before there was a mark
    await stand.consumer().reconcile(full=True)
    assert await stand.rows(LEDGER) == []
    assert [row[0] for row in await stand.rows(FEED)].count(f"task-{task}:2") == 1


async def test_what_a_request_calls_itself_does_not_make_it_an_import(stand: Stand) -> None:
    project = await stand.history.project("ann", "bob")
    task = await stand.history.task(project, by="ann", assignees=("bob",), correlation_id="import-x")
    await stand.history.on(task, TO_DONE, by="ann", correlation_id="import-x")
    await stand.consumer().reconcile(full=True)
    assert len(await stand.rows(LEDGER)) == 4


async def test_preferences_of_before_there_was_a_kind_of_news_or_after_have_its_default(stand: Stand) -> None:
    old = b'{"events":{"status":{"inbox":false},"teleported":{"inbox":true,"fax":true}},"muted_projects":[]}'
    await stand.database.write(Write(PUT_PREFERENCES, {"user_id": "bob", "document": old}))
    project = await stand.history.project("ann", "bob")
    task = await stand.history.task(project, by="ann", assignees=("bob",))
    await stand.history.on(task, TO_DONE, by="ann")
    consumer = stand.consumer()
    await consumer.reconcile(full=True)
    assert list(await consumer.blocked()) == []
    told = {(channel, event) for user, channel, event in await stand.rows(LEDGER) if user == "bob"}
    assert {("inbox", "task.created"), ("mail", "task.created"), ("mail", "task.status-changed")} <= told
    assert sorted(await stand.rows(STATES), key=str).count(("inbox", "suppressed", "preference")) == 1


async def test_two_consumers_at_once_tell_once(stand: Stand) -> None:
    events = await told_of(stand)
    one, other = stand.consumer(), stand.consumer()
    for start in range(0, len(events), 3):
        part = hints(events[start : start + 3])
        await asyncio.gather(one.handle(part), other.handle(part))
    assert await stand.rows(LEDGER) == ONCE
    assert await stand.rows(COUNT_NOTICES) == [(12,)]


async def test_a_command_with_an_unknown_event_blocks_its_task_alone(stand: Stand) -> None:
    project = await stand.history.project("ann", "bob")
    task = await stand.history.task(project, by="ann", assignees=("bob",))
    await stand.history.task(project, by="ann", assignees=("bob",))
    [known] = await stand.store.load(f"task-{task}")
    strange = replace(known, version=2, type="task.teleported", command_id="strange")
    await stand.store.append([StreamAppend(stream=known.stream, expected=1, events=[strange])])
    consumer = stand.consumer()
    await consumer.reconcile(full=True)
    [blocked] = await consumer.blocked()
    assert (blocked.stream, blocked.version) == (f"task-{task}", 2)
    assert "task.teleported" in blocked.reason
    assert len(await stand.rows(ITEMS)) == 2


def test_preferences_and_the_ledger_name_each_channel() -> None:
    names = [channel.name for channel in CHANNELS]
    assert list(ChannelsBody.model_fields) == names
    assert list(get_args(ChannelName)) == names
