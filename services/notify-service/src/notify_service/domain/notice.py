"""Who is told of what, by which channel, and why or why not. Pure: states and preferences in, tellings out.

All events of one command are one notice: a PATCH of five fields is told once, with five changes.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, get_args

from contracts.changed import FieldChanged
from contracts.documents import Change, changes_of
from contracts.fields import BY_EVENT
from contracts.project import Project
from contracts.task import (
    Task,
    TaskAssigned,
    TaskCommentDeleted,
    TaskCommented,
    TaskCommentEdited,
    TaskCommentRestored,
    TaskCreated,
    TaskDeleted,
    TaskEvent,
    TaskMentioned,
    TaskRankChanged,
    TaskRestored,
    TaskUnassigned,
)
from kernel.log.event import Recorded
from notify_service.domain.channel import CHANNELS, Channel
from notify_service.domain.excerpts import shortened, shortened_change

Kind: TypeAlias = Literal["deleted", "restored", "created", "commented", "assigned", "status", "edited"]
"""What people are told of, the most important first: a notice of several kinds goes by the first that is wanted."""

Why: TypeAlias = Literal["mentioned", "assignee", "unassigned", "creator", "commenter"]
"""Why someone is concerned, the most telling first."""

State: TypeAlias = Literal["pending", "sent", "failed", "suppressed"]
Reason: TypeAlias = Literal["not_a_member", "too_old", "muted", "preference"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What someone does not want: kinds by the name of a channel, and projects. Everything else is told."""

    off: frozenset[tuple[Kind, str]] = frozenset()
    muted: frozenset[str] = frozenset()


EVERYTHING: Final = Preferences()


@dataclass(frozen=True, slots=True)
class Concern:
    """What a notice is to one person, the most important kind first, and why they are told at all."""

    kinds: tuple[Kind, ...]
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one command did to a task, as people are told of it. `types` has the event's name for each kind."""

    project_id: str
    task_id: str
    key: str
    title: str
    version: int
    last_version: int
    actor: str | None
    time: datetime
    types: Mapping[Kind, str]
    changes: Sequence[Change]
    excerpt: str | None
    comment_id: str | None = None
    concerned: Mapping[str, Concern] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The same for the same command, whenever and wherever it is computed."""
        return stable_id(self.time, f"{self.task_id}:{self.version}")

    def delivery_id(self, user_id: str, channel: str) -> str:
        """The ledger's key for one person and channel; an inbox item has the one of its delivery."""
        return stable_id(self.time, f"{self.task_id}:{self.version}:{user_id}:{channel}")


@dataclass(frozen=True, slots=True)
class Telling:
    """One person, one channel: a line of the ledger. A `reason` is why not."""

    user_id: str
    channel: Channel
    kind: Kind
    why: Why
    state: State
    reason: Reason | None


def notice_of(before: Task | None, after: Task, events: Sequence[Recorded[TaskEvent]]) -> Notice | None:
    """What to tell of the events of one command, or None when they concern nobody but their actor."""
    types: dict[Kind, str] = {}
    general: set[Kind] = set()
    personal: dict[str, set[Kind]] = {}
    excerpt = comment_id = None
    for event in events:
        kind = _kind_of(event.data)
        if kind is not None:
            types.setdefault(kind, event.type)
            general.add(kind)
        for user_id, own_kind in _personally(before, event.data):
            types.setdefault(own_kind, event.type)
            personal.setdefault(user_id, set()).add(own_kind)
        if isinstance(event.data, TaskCommented):
            excerpt, comment_id = shortened(event.data.body), event.data.comment_id
        elif isinstance(event.data, TaskCommentEdited):
            excerpt, comment_id = shortened(event.data.new), event.data.comment_id
    first, last = events[0], events[-1]
    concerned: dict[str, Concern] = {}
    everyone = _everyone(before, after) if general else ()
    for user_id in dict.fromkeys((*everyone, *personal)):
        if user_id != first.actor:
            own = personal.get(user_id, set())
            kinds = tuple(kind for kind in KINDS if kind in general or kind in own)
            concerned[user_id] = Concern(kinds, _why(user_id, before, after, mentioned="commented" in own))
    if not concerned:
        return None
    return Notice(
        project_id=after.project_id,
        task_id=after.id,
        key=after.key,
        title=after.title,
        version=first.version,
        last_version=last.version,
        actor=first.actor,
        time=first.time,
        types=types,
        changes=[
            shortened_change(change)
            for event in events
            if not isinstance(event.data, TaskRankChanged)
            for change in changes_of(event.data)
        ],
        excerpt=excerpt,
        comment_id=comment_id,
        concerned=concerned,
    )


def tellings_of(
    notice: Notice,
    project: Project | None,
    preferences: Mapping[str, Preferences],
    now: datetime,
    max_age: timedelta,
    channels: Sequence[Channel] = CHANNELS,
) -> Sequence[Telling]:
    """A line of the ledger for everyone concerned and each channel; what is older than `max_age` is not handed over.

    `project` is as it stands now: who has left is told nothing more of it.
    """
    tellings: list[Telling] = []
    for user_id, concern in notice.concerned.items():
        member = project is not None and not project.deleted and project.role_of(user_id) is not None
        wants = preferences.get(user_id, EVERYTHING)
        for channel in channels:
            wanted = next((kind for kind in concern.kinds if (kind, channel.name) not in wants.off), None)
            reason: Reason | None = None
            if not member:
                reason = "not_a_member"
            elif not channel.at_once and now - notice.time > max_age:
                reason = "too_old"
            elif notice.project_id in wants.muted:
                reason = "muted"
            elif wanted is None:
                reason = "preference"
            state: State = "suppressed" if reason else "sent" if channel.at_once else "pending"
            tellings.append(Telling(user_id, channel, wanted or concern.kinds[0], concern.why, state, reason))
    return tellings


def stable_id(time: datetime, name: str) -> str:
    """A UUIDv7 of the time to the microsecond (RFC 9562, section 6.2, method 3) and, instead of chance, the name.

    So it sorts by time, and is the same every time.
    """
    random = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    milliseconds = int(time.timestamp()) * 1000 + time.microsecond // 1000
    high = milliseconds << 16 | 0x7 << 12 | time.microsecond % 1000 * 4096 // 1000
    low = 0b10 << 62 | random & (2**62 - 1)
    return str(uuid.UUID(int=high << 64 | low))


def _kind_of(data: TaskEvent) -> Kind | None:
    """What everyone concerned is told of an event; a rewritten or withdrawn comment was told when it was written.

    The order of tasks is nobody's news.
    """
    match data:
        case TaskCreated():
            return "created"
        case TaskRankChanged():
            return None
        case FieldChanged():
            return BY_EVENT[type(data)].news
        case TaskAssigned() | TaskUnassigned():
            return "assigned"
        case TaskCommented():
            return None if data.author_name is not None else "commented"
        case TaskCommentEdited() | TaskCommentDeleted() | TaskCommentRestored() | TaskMentioned():
            return None
        case TaskDeleted():
            return "deleted"
        case TaskRestored():
            return "restored"


def _personally(before: Task | None, data: TaskEvent) -> Iterable[tuple[str, Kind]]:
    """Whom an event names, and so concerns in a way of its own."""
    match data:
        case TaskCreated():
            return [(user_id, "assigned") for user_id in data.assignees]
        case TaskAssigned() | TaskUnassigned():
            return [(data.user_id, "assigned")]
        case TaskCommented():
            return [] if data.author_name is not None else [(user_id, "commented") for user_id in data.mentions]
        case TaskCommentEdited():
            known = before.comments[data.comment_id].mentions if before else ()
            return [(user_id, "commented") for user_id in data.mentions if user_id not in known]
        case TaskMentioned():
            return [(user_id, "commented") for user_id in data.user_ids]
        case FieldChanged() | TaskCommentDeleted() | TaskCommentRestored() | TaskDeleted() | TaskRestored():
            return []


def _everyone(before: Task | None, after: Task) -> Iterable[str]:
    assignees = (*(before.assignees if before else ()), *after.assignees)
    people = (*assignees, after.created_by, *(comment.author for comment in after.comments.values()))
    return [person for person in people if person is not None]


def _why(user_id: str, before: Task | None, after: Task, *, mentioned: bool) -> Why:
    if mentioned:
        return "mentioned"
    if user_id in after.assignees:
        return "assignee"
    if before is not None and user_id in before.assignees:
        return "unassigned"
    return "creator" if user_id == after.created_by else "commenter"


def withdrawn(content: Mapping[str, Any], comment_id: str, was: str, now: str | None) -> Mapping[str, Any] | None:
    """What is left of a notice's content once its comment says something else, or nothing; None where it is of another.

    Notices that were made before comments had their ids in them are known by what they quote.
    """
    quoted = content.get("comment_id", comment_id if content["excerpt"] == shortened(was) else None)
    if quoted != comment_id or content["excerpt"] is None:
        return None
    text = None if now is None else shortened(now)
    changes = [
        change if change["field"] != "comment" else {**change, "old": None, "new": text}
        for change in content["changes"]
    ]
    return {**content, "excerpt": text, "changes": changes}
