"""The JSON that notify-service takes and returns, and its schemas."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Generic, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.documents import project_document, task_document
from contracts.project import Project, ProjectEvent
from contracts.task import Task, TaskEvent
from kernel.http.requests import Body
from kernel.log.event import Recorded
from kernel.log.ids import UUID_PATTERN
from notify_service.domain.channel import CHANNELS, ChannelName
from notify_service.domain.notice import KINDS, Kind, Notice, Preferences, Reason, State

MAX_MUTED: Final = 1000

# --- what is taken, and returned again ---


class ChannelsBody(Body):
    """Whether one kind of event is wanted, by channel."""

    model_config = ConfigDict(extra="forbid", strict=True)

    inbox: bool = True
    mail: bool = True


class EventsBody(Body):
    """What is wanted; what is left out is."""

    created: ChannelsBody = ChannelsBody()
    assigned: ChannelsBody = ChannelsBody()
    status: ChannelsBody = ChannelsBody()
    edited: ChannelsBody = ChannelsBody()
    commented: ChannelsBody = ChannelsBody()
    deleted: ChannelsBody = ChannelsBody()
    restored: ChannelsBody = ChannelsBody()


ProjectId = Annotated[str, StringConstraints(pattern=UUID_PATTERN)]


class PreferencesBody(Body):
    """All of one's preferences. Nothing is told of a muted project."""

    events: EventsBody = EventsBody()
    muted_projects: list[ProjectId] = Field(default_factory=list, max_length=MAX_MUTED)


def preferences_of(document: Mapping[str, Any]) -> Preferences:
    """Stored preferences as the domain has them. What is not in them, for it came later, is as by default."""
    wanted = PreferencesBody.model_validate(known_preferences(document))
    events = {kind: getattr(wanted.events, kind) for kind in KINDS}
    names = [channel.name for channel in CHANNELS]
    off = frozenset((kind, name) for kind in KINDS for name in names if not getattr(events[kind], name, True))
    return Preferences(off=off, muted=frozenset(wanted.muted_projects))


def known_preferences(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of stored preferences that this version knows; a newer one has perhaps written more."""
    events = {
        kind: {channel: wanted for channel, wanted in channels.items() if channel in ChannelsBody.model_fields}
        for kind, channels in document.get("events", {}).items()
        if kind in EventsBody.model_fields
    }
    return {"events": events, "muted_projects": document.get("muted_projects", [])}


# --- what is returned ---


class _View(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NoticeChange(_View):
    """A field's old and new value; long texts are shortened."""

    field: str
    old: Any
    new: Any


class NotificationView(_View):
    """An item of the inbox. `actor_name` is null while it cannot be known; `excerpt` is the text of a comment."""

    id: str
    task_id: str
    project_id: str
    task_key: str
    title: str
    type: Kind
    actor: str | None
    actor_name: str | None
    changes: list[NoticeChange]
    excerpt: str | None
    created_at: datetime
    read: bool


class InboxView(_View):
    """A part of the inbox, newest first. `unread` counts all unread items."""

    items: list[NotificationView]
    next_cursor: str | None
    unread: int


class UnreadView(_View):
    """How many items of the inbox are unread."""

    unread: int


class LedgerEvent(_View):
    """What was told of: the events of a task from `version` to `last_version`; `type` is the one they go by."""

    version: int
    last_version: int
    type: str


class DeliveryView(_View):
    """A line of the ledger. `reason` says why not; `attempts` counts how often it was tried."""

    id: str
    event: LedgerEvent
    user_id: str
    channel: ChannelName
    state: State
    reason: Reason | str | None
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    last_error: str | None


class MailView(_View):
    """A mail in the outbox of the embedded mailer."""

    id: str
    to: str
    subject: str
    date: datetime
    text: str
    html: str


V = TypeVar("V", bound=_View)


class ListOf(_View, Generic[V]):
    """A part of a list. `next_cursor` gives the next part, null says that this was the last."""

    items: list[V]
    next_cursor: str | None


def to_json(document: Any) -> bytes:
    """Any document of ours as JSON; times end in Z."""
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)


def notice_content(notice: Notice, traceparent: str | None) -> bytes:
    """What is kept of a notice for the inbox and for mails; with the trace of its request, if that was recorded."""
    content = {
        "task_key": notice.key,
        "title": notice.title,
        "actor": notice.actor,
        "changes": [change.document() for change in notice.changes],
        "excerpt": notice.excerpt,
    }
    if notice.comment_id is not None:
        content["comment_id"] = notice.comment_id
    return to_json(content if traceparent is None else {**content, "traceparent": traceparent})


def change_of_task(event: Recorded[TaskEvent], state: Task) -> bytes:
    """A task's event on the live stream, with the task as it then was."""
    return _change(event, state.project_id, state.id, task_document(state), None)


def change_of_project(event: Recorded[ProjectEvent], state: Project) -> bytes:
    """A project's event on the live stream, with the project as it then was."""
    return _change(event, state.id, None, None, project_document(state))


def _change(
    event: Recorded[TaskEvent] | Recorded[ProjectEvent],
    project_id: str,
    task_id: str | None,
    task: dict[str, Any] | None,
    project: dict[str, Any] | None,
) -> bytes:
    return to_json(
        {
            "type": event.type,
            "project_id": project_id,
            "task_id": task_id,
            "version": event.version,
            "actor": event.actor,
            "time": event.time,
            "task": task,
            "project": project,
        }
    )


def list_of(documents: Sequence[Mapping[str, Any]], next_cursor: str | None) -> bytes:
    """A part of a list as JSON."""
    return to_json({"items": documents, "next_cursor": next_cursor})
