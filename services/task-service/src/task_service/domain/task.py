"""What can be done to a task, and what comes of it. Long because an aggregate is read whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

from contracts import rank
from contracts.fields import BY_EVENT, FIELDS, MAX_ASSIGNEES, NAMES, Field
from contracts.forms import Labels, People, StatusKey
from contracts.project import Project
from contracts.rank import MAX_RANK
from contracts.reading import reader
from contracts.task import (
    Comment,
    Priority,
    Task,
    TaskAssigned,
    TaskCommentDeleted,
    TaskCommented,
    TaskCommentEdited,
    TaskCreated,
    TaskDeleted,
    TaskDescriptionChanged,
    TaskEvent,
    TaskMentioned,
    TaskRankChanged,
    TaskRestored,
    TaskUnassigned,
)
from kernel.log.decider import Rejection
from task_service.domain.access import not_found, require
from task_service.domain.elements import Elements, changed

MAX_COMMENT: Final = 20_000
MAX_MENTIONS: Final = 100

_OF_PROJECT: Final = tuple(field for field in FIELDS if isinstance(field.form, StatusKey | Labels | People))
"""The fields whose values are not taken as they are given: the project has a say, or each counts once."""

_given: Final = reader(NAMES)


class Keep(Enum):
    """The value of a field that an edit leaves as it is; None is a value, for a task may have no due date."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
Kept: TypeAlias = Literal[Keep.KEEP]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Behind the rank `above` and before the rank `below`; None where there is nobody on that side."""

    above: str | None
    below: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTask:
    """Make a task. Without a status it waits. Duplicates among labels and assignees are collapsed.

    Of `mentions`, whom the description names, only members of the project count.
    """

    by: str
    title: str
    description: str = ""
    status: str | None = None
    priority: Priority = "none"
    estimate: float | None = None
    start: date | None = None
    due: date | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTask:
    """Change some fields; those left out stay. All of it in one append.

    A list comes as a whole, or as what becomes of its elements.
    """

    by: str
    title: str | Kept = KEEP
    description: str | Kept = KEEP
    status: str | Kept = KEEP
    priority: Priority | Kept = KEEP
    estimate: float | Kept | None = KEEP
    start: date | Kept | None = KEEP
    due: date | Kept | None = KEEP
    labels: tuple[str, ...] | Elements[str] | Kept = KEEP
    assignees: tuple[str, ...] | Elements[str] | Kept = KEEP
    place: Place | Kept = KEEP
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """Give the task to one more member."""

    by: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassign:
    """Take the task from someone."""

    by: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTask:
    """Hide the task; it can always be restored."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreTask:
    """Undo a deletion."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddComment:
    """Write a comment. Of `mentions` only members of the project count.

    An import names who wrote it elsewhere, and when.
    """

    by: str
    comment_id: str
    body: str
    mentions: tuple[str, ...] = ()
    author_name: str | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditComment:
    """Rewrite one's own comment."""

    by: str
    comment_id: str
    body: str
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteComment:
    """Empty one's own comment; its place stays."""

    by: str
    comment_id: str


TaskChange: TypeAlias = (
    EditTask | Assign | Unassign | DeleteTask | RestoreTask | AddComment | EditComment | DeleteComment
)
"""The commands on a task that exists."""


def create(command: CreateTask, project: Project | None, number: int) -> Sequence[TaskEvent]:
    """The beginning of a task that is the project's `number`th. Raises Rejection, whatever the number."""
    project = writable(project, command.by)
    given = _given(command)
    for field in _OF_PROJECT:
        given[field.name] = _fitting(field, given[field.name], project)
    created = TaskCreated(project_id=project.id, number=number, key=f"{project.key}-{number}", **given)
    return [created, *_naming(command.mentions, (), project)]


def decide(command: TaskChange, state: Task | None, project: Project | None) -> Sequence[TaskEvent]:
    """The events that a command on a task causes; none when it changes nothing. Raises Rejection."""
    project = writable(project, command.by, "task")
    if state is None:
        raise not_found("task")
    match command:
        case DeleteTask():
            return [] if state.deleted else [TaskDeleted()]
        case RestoreTask():
            return [TaskRestored()] if state.deleted else []
        case EditTask():
            events = edited(command, _live(state), project)
            named = any(isinstance(event, TaskDescriptionChanged) for event in events)
            return [*events, *_naming(command.mentions, state.mentioned, project)] if named else events
        case Assign():
            return _reassign((*_live(state).assignees, command.user_id), state, project)
        case Unassign():
            return _reassign(tuple(user for user in _live(state).assignees if user != command.user_id), state, project)
        case AddComment():
            _live(state)
            mentions = _mentions(command.mentions, project)
            return [
                TaskCommented(
                    comment_id=command.comment_id,
                    body=command.body,
                    mentions=mentions,
                    author_name=command.author_name,
                    written_at=command.written_at,
                )
            ]
        case EditComment():
            comment = _own_comment(_live(state), command.comment_id, command.by)
            if comment.deleted:
                raise Rejection("conflict", "The comment is deleted.", reason="comment_deleted")
            mentions = _mentions(command.mentions, project)
            if command.body == comment.body and set(mentions) <= set(comment.mentions):
                return []  # the same words mean no one less, though fewer names may be known right now
            return [TaskCommentEdited(comment_id=comment.id, old=comment.body, new=command.body, mentions=mentions)]
        case DeleteComment():
            comment = _own_comment(_live(state), command.comment_id, command.by)
            return [] if comment.deleted else [TaskCommentDeleted(comment_id=comment.id, old=comment.body)]


def coming(command: TaskChange) -> Sequence[str]:
    """The people whom a command names for the task; whether they are still there is asked before it is decided."""
    match command:
        case EditTask():
            if command.assignees is KEEP:
                return command.mentions
            given = command.assignees
            return (*command.mentions, *(given.put if isinstance(given, Elements) else given))
        case Assign():
            return (command.user_id,)
        case AddComment() | EditComment():
            return command.mentions
        case Unassign() | DeleteTask() | RestoreTask() | DeleteComment():
            return ()


def readable(project: Project | None, user_id: str, what: str = "project") -> Project:
    """The project, if the user may read its tasks; else a Rejection. What is in a deleted project is not found."""
    project = require(project, user_id, "read", what)
    if project.deleted:
        raise not_found(what)
    return project


def writable(project: Project | None, user_id: str, what: str = "project") -> Project:
    """The project, if the user may write its tasks; else a Rejection. What is in a deleted project is not found."""
    return require(readable(project, user_id, what), user_id, "write", what)


def edited(command: EditTask, task: Task, project: Project) -> list[TaskEvent]:
    """The events of an edit. Raises Rejection."""
    events: list[TaskEvent] = []
    for change, field in BY_EVENT.items():
        new = getattr(command, field.name)
        if new is KEEP or new == (old := getattr(task, field.name)):
            continue
        if isinstance(new, Elements):
            new = _within(field, changed(old, new, str), old)
        new = _fitting(field, new, project)
        if new != old:
            events.append(change(old=old, new=new))
    if command.assignees is not KEEP:
        events.extend(_reassign(_wanted(command.assignees, task.assignees), task, project))
    if command.place is not KEEP:
        events.extend(_put(task, command.place))
    return events


def _wanted(given: tuple[str, ...] | Elements[str], now: tuple[str, ...]) -> tuple[str, ...]:
    return changed(now, given, str) if isinstance(given, Elements) else given


def _within(field: Field, wanted: tuple[str, ...], old: tuple[str, ...]) -> tuple[str, ...]:
    """The list, unless its elements have become more than it may have. Raises Rejection."""
    if isinstance(field.form, Labels | People) and len(wanted) > max(field.form.most, len(old)):
        raise Rejection(
            "validation_failed",
            f"at most {field.form.most} {field.name}",
            field=field.name,
            status=422,
            reason="too_many",
            limit=field.form.most,
        )
    return wanted


def _fitting(field: Field, value: Any, project: Project) -> Any:
    """The value as the log has it. Raises Rejection for one that the project does not have."""
    match field.form:
        case StatusKey():
            return _status(value, project)
        case Labels():
            return _unique(value)
        case People():
            return _members(_unique(value), project)
        case _:  # a value is what it is
            return value


def _put(task: Task, place: Place) -> list[TaskEvent]:
    """A rank within the place, unless the task has one already."""
    above, below = place.above, place.below
    if (above is None or above < task.rank) and (below is None or task.rank < below):
        return []
    new = rank.between(above, below, task.number)
    if len(new) > MAX_RANK:
        raise Rejection(
            "conflict",
            "There is no room left between these two tasks: put the upper one elsewhere first.",
            reason="no_room",
        )
    return [TaskRankChanged(old=task.rank, new=new)]


def _reassign(wanted: tuple[str, ...], task: Task, project: Project) -> list[TaskEvent]:
    """Who leaves and who comes. Someone assigned who is no member any more may stay, but not come."""
    wanted = _unique(wanted)
    coming = _members(tuple(user for user in wanted if user not in task.assignees), project)
    if coming and len(wanted) > MAX_ASSIGNEES:
        raise Rejection(
            "validation_failed",
            f"at most {MAX_ASSIGNEES} people",
            field="assignees",
            status=422,
            reason="too_many",
            limit=MAX_ASSIGNEES,
        )
    events: list[TaskEvent] = [TaskUnassigned(user_id=user) for user in task.assignees if user not in wanted]
    events.extend(TaskAssigned(user_id=user) for user in coming)
    return events


def _members(users: tuple[str, ...], project: Project) -> tuple[str, ...]:
    if any(project.role_of(user) is None for user in users):
        raise Rejection(
            "validation_failed",
            "must be registered members of the project",
            field="assignees",
            status=422,
            reason="not_members",
        )
    return users


def _mentions(users: tuple[str, ...], project: Project) -> tuple[str, ...]:
    return tuple(user for user in _unique(users) if project.role_of(user) is not None)


def _naming(mentions: tuple[str, ...], before: tuple[str, ...], project: Project) -> list[TaskEvent]:
    """The members whom a description names and none before it did."""
    named = tuple(user for user in _mentions(mentions, project) if user not in before)
    return [TaskMentioned(user_ids=named)] if named else []


def _status(key: str | None, project: Project) -> str:
    if key is None:
        return next((s.key for s in project.statuses if s.category == "waiting"), project.statuses[0].key)
    if project.status(key) is None:
        raise Rejection(
            "validation_failed", "is not a status of the project", field="status", status=422, reason="not_a_status"
        )
    return key


def _live(task: Task) -> Task:
    if task.deleted:
        raise Rejection("conflict", "The task is deleted; restore it first.", reason="task_deleted")
    return task


def _own_comment(task: Task, comment_id: str, user_id: str) -> Comment:
    comment = task.comments.get(comment_id)
    if comment is None:
        raise not_found("comment")
    if comment.author != user_id:
        raise Rejection("forbidden", "Only its author can change a comment.", status=403)
    return comment


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
