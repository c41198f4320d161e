"""From events to writes: the notifier's part of a consumer.

One transaction, the consumer's, has the inbox, the ledger, the live feed and the checkpoint.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, takewhile
from typing import Any, Final, cast

import orjson
from sqlalchemy import bindparam, delete, select, update

from contracts.codecs import USER_CODEC
from contracts.invitation import InvitationAccepted, InvitationWithdrawn, MemberInvited
from contracts.project import (
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    Project,
    ProjectCreated,
    ProjectDeleted,
    ProjectEvent,
    ProjectLabelsChanged,
    ProjectRenamed,
    ProjectRestored,
    ProjectStatusesChanged,
)
from contracts.project import stream_of as project_stream
from contracts.task import Task, TaskCommentDeleted, TaskCommentEdited, TaskEvent
from kernel.consuming.clock import DatabaseClock
from kernel.log.codec import UndecodableEvent
from kernel.log.envelope import Envelope, id_of, kind_of
from kernel.log.event import Recorded
from kernel.log.lru import Lru
from kernel.log.streams import CannotApply, Streams
from kernel.observe import tracing
from kernel.ports.database import Database, Statement, Write, upsert
from kernel.ports.event_store import MAX_EVENTS_PER_APPEND
from notify_service import rows, tables
from notify_service import schemas as views
from notify_service.domain.channel import CHANNELS, Channel
from notify_service.domain.excerpts import shortened
from notify_service.domain.notice import Preferences, notice_of, tellings_of, withdrawn
from notify_service.telemetry import DELIVERIES

_KINDS: Final = frozenset({"task", "project", "user"})
_ALONE: Final = frozenset({"task.created", "task.commented", "task.deleted", "task.restored"})
"""Events that are always a command of their own, so that no neighbours need to be looked for."""

_REMEMBERED_COMMANDS: Final = 10_000

_KNOWN: Final = Statement(select(tables.notices.c.id).where(tables.notices.c.id == bindparam("id")))
_PREFERENCES: Final = Statement(
    select(tables.preferences.c.document).where(tables.preferences.c.user_id == bindparam("user_id"))
)
_NOTICES_OF_TASK: Final = Statement(
    select(tables.notices.c.id, tables.notices.c.content)
    .select_from(tables.deliveries.join(tables.notices, tables.notices.c.id == tables.deliveries.c.notice_id))
    .where(tables.deliveries.c.task_id == bindparam("task_id"), tables.deliveries.c.event_type.like("task.comment%"))
    .distinct()
)
_PUT_CONTENT: Final = Statement(
    update(tables.notices).where(tables.notices.c.id == bindparam("id_")).values(content=bindparam("content_"))
)
_PUT_MEMBER: Final = upsert(tables.members)
_REMOVE_MEMBERS: Final = Statement(delete(tables.members).where(tables.members.c.project_id == bindparam("project_id")))
_REMOVE_MEMBER: Final = Statement(
    delete(tables.members).where(
        (tables.members.c.project_id == bindparam("project_id")) & (tables.members.c.user_id == bindparam("user_id"))
    )
)
_FORGET: Final = [
    Statement(delete(table).where(table.c.user_id == bindparam("user_id")))
    for table in (tables.inbox, tables.preferences)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How old a change may be to be mailed, and to be shown on the live stream."""

    mail: timedelta
    feed: timedelta


class Notifier:
    """A `kernel.consuming.handler.Handler`: who is told of what."""

    def __init__(
        self,
        database: Database,
        tasks: Streams[Task, TaskEvent],
        projects: Streams[Project, ProjectEvent],
        bounds: Bounds,
        channels: Sequence[Channel] = CHANNELS,
    ) -> None:
        self._database = database
        self._clock = DatabaseClock(database)
        self._tasks = tasks
        self._projects = projects
        self._bounds = bounds
        self._channels = channels
        # The newest event that was applied of a stream, and its command: spares reading it again.
        self._applied: Lru[str, tuple[int, str]] = Lru(_REMEMBERED_COMMANDS)

    def handles(self, stream: str) -> bool:
        """Whether anybody is told of such streams."""
        return kind_of(stream) in _KINDS

    async def apply(self, stream: str, events: Sequence[Envelope]) -> Sequence[Write]:
        """The writes of `events`. Raises CannotApply."""
        match kind_of(stream):
            case "task":
                return await self._task(stream, events)
            case "project":
                return await self._project(stream, events)
            case _:
                return _user(stream, events)

    # --- tasks ---

    async def _task(self, stream: str, events: Sequence[Envelope]) -> Sequence[Write]:
        folded = await self._tasks.at(stream, events[0].version - 1)
        steps: list[_Step] = []
        for envelope in (*events, *await self._rest_of_command(events[-1])):
            event, after = self._tasks.step(folded, envelope)
            steps.append(_Step(envelope, event, folded.state, cast(Task, after.state)))
            folded = after
            if len(steps) == len(events):
                self._tasks.remember(stream, folded)
        last = steps[len(events) - 1]
        news: list[Mapping[str, Any]] = [
            rows.of_change(step.event, last.after.project_id, views.change_of_task(step.event, step.after))
            for step in steps[: len(events)]
            if self._is_news(step.event)
        ]
        reworded = _reworded(steps[: len(events)])
        writes: list[Write] = await self._withdrawn(id_of(stream), reworded) if reworded else []
        begun = await self._command_before(events[0])
        for command_id, command in groupby(steps, lambda step: step.envelope.command_id):
            told = await self._tell(list(command), reworded) if command_id != begun else None  # else by its first event
            if told is not None:
                writes.extend(told.writes)
                news.extend(told.feed)
        self._applied[stream] = (events[-1].version, events[-1].command_id)
        return [*writes, *rows.of_feed(news)]

    async def _rest_of_command(self, last: Envelope) -> Iterable[Envelope]:
        """The events after `last` that one append made together with it: messages may bring them later."""
        if not last.continued:
            return ()
        following = await self._tasks.store.load(last.stream, last.version, last.version + MAX_EVENTS_PER_APPEND)
        return takewhile(lambda envelope: envelope.command_id == last.command_id, following)

    async def _command_before(self, first: Envelope) -> str | None:
        """The command of the event before `first`."""
        if first.type in _ALONE:
            return None
        version, command_id = self._applied.get(first.stream) or (0, "")
        if version == first.version - 1:
            return command_id
        before = await self._tasks.store.load(first.stream, first.version - 2, first.version - 1)
        return before[0].command_id if before else None

    async def _withdrawn(self, task_id: str, reworded: Mapping[str, "_Reworded"]) -> list[Write]:
        """What notices quote of comments goes with them: it must not outlive what it is a copy of."""
        found = await self._database.fetch(_NOTICES_OF_TASK, {"task_id": task_id})
        writes: list[Write] = []
        for notice_id, content in found:
            for comment_id, comment in reworded.items():
                left = withdrawn(orjson.loads(content), comment_id, comment.was, comment.now)
                if left is not None:
                    writes.append(Write(_PUT_CONTENT, {"id_": notice_id, "content_": views.to_json(left)}))
        return writes

    async def _tell(self, command: Sequence["_Step"], reworded: Mapping[str, "_Reworded"]) -> rows.NoticeRows | None:
        """The notice of one whole command: inbox, ledger and what the live stream says; None: nobody is told."""
        if command[0].envelope.is_import:
            return None  # nobody is told of what happened long ago, elsewhere
        notice = notice_of(command[0].before, command[-1].after, [step.event for step in command])
        if notice is None or await self._database.fetch(_KNOWN, {"id": notice.id}):
            return None
        later = reworded.get(notice.comment_id or "")
        if later is not None and later.version > notice.version:
            text = later.now
            kept = [change for change in notice.changes if change.field != "comment"]
            notice = replace(notice, excerpt=None if text is None else shortened(text), changes=kept)
        # As it stands now, which may be later than the event: who has left is told nothing more.
        project = (await self._projects.latest(project_stream(notice.project_id))).state
        preferences = {user_id: await self._preferences(user_id) for user_id in notice.concerned}
        now = await self._clock.now()
        tellings = tellings_of(notice, project, preferences, now, self._bounds.mail, self._channels)
        for telling in tellings:
            DELIVERIES.labels(telling.channel.name, telling.state).inc()
        made = rows.of_notice(notice, tellings, now, tracing.recorded(command[0].envelope.traceparent))
        return made if now - notice.time <= self._bounds.feed else rows.NoticeRows(made.writes, ())

    async def _preferences(self, user_id: str) -> Preferences:
        found = await self._database.fetch(_PREFERENCES, {"user_id": user_id})
        return views.preferences_of(orjson.loads(found[0][0])) if found else Preferences()

    def _is_news(self, event: Recorded[Any]) -> bool:
        return datetime.now(UTC) - event.time <= self._bounds.feed

    # --- projects ---

    async def _project(self, stream: str, events: Sequence[Envelope]) -> Sequence[Write]:
        folded = await self._projects.at(stream, events[0].version - 1)
        writes: list[Write] = []
        news: list[Mapping[str, Any]] = []
        for envelope in events:
            event, folded = self._projects.step(folded, envelope)
            match event.data:
                case ProjectCreated(owner=user_id) | MemberAdded(user_id=user_id):
                    writes.append(Write(_PUT_MEMBER, {"project_id": id_of(stream), "user_id": user_id}))
                case MemberRemoved(user_id=user_id):
                    writes.append(Write(_REMOVE_MEMBER, {"project_id": id_of(stream), "user_id": user_id}))
                case ProjectDeleted():
                    writes.append(Write(_REMOVE_MEMBERS, {"project_id": id_of(stream)}))
                case ProjectRestored():
                    back = cast(Project, folded.state).members
                    members = [{"project_id": id_of(stream), "user_id": user_id} for user_id in back]
                    writes.append(Write(_PUT_MEMBER, members))
                case ProjectRenamed() | ProjectStatusesChanged() | ProjectLabelsChanged() | MemberRoleChanged():
                    pass  # who may read is all that is kept of a project
                case MemberInvited() | InvitationAccepted() | InvitationWithdrawn():
                    pass  # an invitation lets nobody read; whoever accepts one is added by an event of their own
            if self._is_news(event):
                data = views.change_of_project(event, cast(Project, folded.state))
                news.append(rows.of_change(event, id_of(stream), data))
        self._projects.remember(stream, folded)
        return [*writes, *rows.of_feed(news)]


@dataclass(frozen=True, slots=True)
class _Step:
    envelope: Envelope
    event: Recorded[TaskEvent]
    before: Task | None
    after: Task


@dataclass(frozen=True, slots=True)
class _Reworded:
    """What a comment said, and says from a version of its task on; None: it is gone."""

    was: str
    now: str | None
    version: int


def _reworded(steps: Sequence[_Step]) -> Mapping[str, _Reworded]:
    found: dict[str, _Reworded] = {}
    for step in steps:
        match step.event.data:
            case TaskCommentEdited(comment_id=comment_id, old=was, new=now):
                found[comment_id] = _Reworded(was, now, step.event.version)
            case TaskCommentDeleted(comment_id=comment_id, old=was):
                found[comment_id] = _Reworded(was, None, step.event.version)
            case _:
                pass  # quotes nothing
    return found


def _user(stream: str, events: Sequence[Envelope]) -> Sequence[Write]:
    """An erased person's inbox and preferences go; mails that wait find no address any more. Raises CannotApply."""
    for event in events:
        try:
            USER_CODEC.decode(event)
        except UndecodableEvent as error:  # nobody else reads these streams as they come, so it is told of here
            raise CannotApply(stream, event.version, str(error)) from error
    if not any(event.type == "user.erased" for event in events):
        return ()
    return [Write(statement, {"user_id": id_of(stream)}) for statement in _FORGET]
