"""A task and its comments: events, state, fold. Long because an aggregate is read whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

from contracts import rank
from contracts.changed import FieldChanged
from contracts.reading import reader
from kernel.log.event import Recorded

Priority: TypeAlias = Literal["none", "low", "medium", "high", "urgent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCreated:
    project_id: str
    number: int
    key: str
    title: str
    description: str
    status: str
    priority: Priority
    estimate: float | None = None
    start: date | None = None
    due: date | None
    labels: tuple[str, ...]
    assignees: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTitleChanged(FieldChanged[str], field="title"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDescriptionChanged(FieldChanged[str], field="description"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStatusChanged(FieldChanged[str], field="status"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPriorityChanged(FieldChanged[Priority], field="priority"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEstimateChanged(FieldChanged[float | None], field="estimate"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStartChanged(FieldChanged[date | None], field="start"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDueChanged(FieldChanged[date | None], field="due"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLabelsChanged(FieldChanged[tuple[str, ...]], field="labels"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRankChanged(FieldChanged[str], field="rank"):
    """Somebody put the task somewhere else among the others; the values are ranks (`contracts.rank`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAssigned:
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskUnassigned:
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCommented:
    """A comment. `author_name` and `written_at` are set on an imported one: who wrote it, and when, elsewhere."""

    comment_id: str
    body: str
    mentions: tuple[str, ...] = ()
    author_name: str | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCommentEdited:
    comment_id: str
    old: str
    new: str
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCommentDeleted:
    comment_id: str
    old: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMentioned:
    """People whom the description names for the first time. What is said there stands in the event beside it."""

    user_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCommentRestored:
    """A deleted comment is back, with the words that it had."""

    comment_id: str
    body: str
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDeleted:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRestored:
    pass


TaskEvent: TypeAlias = (
    TaskCreated
    | TaskTitleChanged
    | TaskDescriptionChanged
    | TaskStatusChanged
    | TaskPriorityChanged
    | TaskEstimateChanged
    | TaskStartChanged
    | TaskDueChanged
    | TaskLabelsChanged
    | TaskRankChanged
    | TaskAssigned
    | TaskUnassigned
    | TaskCommented
    | TaskCommentEdited
    | TaskCommentDeleted
    | TaskMentioned
    | TaskCommentRestored
    | TaskDeleted
    | TaskRestored
)

EVENT_NAMES: Final[Mapping[type[TaskEvent], str]] = {
    TaskCreated: "task.created",
    TaskTitleChanged: "task.title-changed",
    TaskDescriptionChanged: "task.description-changed",
    TaskStatusChanged: "task.status-changed",
    TaskPriorityChanged: "task.priority-changed",
    TaskEstimateChanged: "task.estimate-changed",
    TaskStartChanged: "task.start-changed",
    TaskDueChanged: "task.due-changed",
    TaskLabelsChanged: "task.labels-changed",
    TaskRankChanged: "task.rank-changed",
    TaskAssigned: "task.assigned",
    TaskUnassigned: "task.unassigned",
    TaskCommented: "task.commented",
    TaskCommentEdited: "task.comment-edited",
    TaskCommentDeleted: "task.comment-deleted",
    TaskMentioned: "task.mentioned",
    TaskCommentRestored: "task.comment-restored",
    TaskDeleted: "task.deleted",
    TaskRestored: "task.restored",
}
"""The names in the log. They are storage format: add, never change."""

_created: Final = reader([of.name for of in fields(TaskCreated)])
"""What a task is made with; its state has it under the same names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment as it stands. A deleted one keeps its place with an empty body."""

    id: str
    author: str | None
    author_name: str | None
    body: str
    mentions: tuple[str, ...]
    created_at: datetime
    edited_at: datetime | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The state of a task after its events. `comments` keeps the order in which they were written.

    `mentioned` are those whom the description has ever named: each is told once. `rank` sorts the tasks of a project as
    people put them; changing it alone does not touch `updated_at`.
    """

    id: str
    project_id: str
    number: int
    key: str
    title: str
    description: str
    status: str
    priority: Priority
    estimate: float | None = None
    start: date | None = None
    due: date | None
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    rank: str
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    deleted: bool = False
    comments: Mapping[str, Comment] = field(default_factory=dict)
    mentioned: tuple[str, ...] = ()
    version: int


def stream_of(task_id: str) -> str:
    """The stream of a task."""
    return f"task-{task_id}"


def evolve(state: Task | None, event: Recorded[TaskEvent]) -> Task:
    """The state after one more event. Raises ValueError for an event that cannot follow the state."""
    data = event.data
    if isinstance(data, TaskCreated):
        if state is not None:
            raise ValueError("task.created on a task that exists")
        return Task(
            id=event.stream.removeprefix("task-"),
            **_created(data),
            rank=rank.of_number(data.number),
            created_by=event.actor,
            created_at=event.time,
            updated_at=event.time,
            version=event.version,
        )
    if state is None:
        raise ValueError(f"{event.type} on a task that was never created")
    stamp: dict[str, Any] = {"updated_at": event.time, "version": event.version}
    match data:
        case TaskRankChanged():
            return replace(state, rank=data.new, version=event.version)
        case FieldChanged():
            return replace(state, **data.change(), **stamp)
        case TaskAssigned():
            return replace(state, assignees=(*state.assignees, data.user_id), **stamp)
        case TaskUnassigned():
            return replace(state, assignees=tuple(user for user in state.assignees if user != data.user_id), **stamp)
        case TaskCommented():
            written = Comment(
                id=data.comment_id,
                author=event.actor if data.author_name is None else None,
                author_name=data.author_name,
                body=data.body,
                mentions=data.mentions,
                created_at=data.written_at or event.time,
            )
            return _with_comment(state, written, stamp)
        case TaskCommentEdited():
            before = _comment(state, data.comment_id)
            edited = replace(before, body=data.new, mentions=data.mentions, edited_at=event.time)
            return _with_comment(state, edited, stamp)
        case TaskCommentDeleted():
            before = _comment(state, data.comment_id)
            emptied = replace(before, body="", mentions=(), edited_at=event.time, deleted=True)
            return _with_comment(state, emptied, stamp)
        case TaskCommentRestored():
            before = _comment(state, data.comment_id)
            back = replace(before, body=data.body, mentions=data.mentions, edited_at=event.time, deleted=False)
            return _with_comment(state, back, stamp)
        case TaskDeleted():
            return replace(state, deleted=True, **stamp)
        case TaskMentioned():
            return replace(state, mentioned=(*state.mentioned, *data.user_ids), **stamp)
        case TaskRestored():
            return replace(state, deleted=False, **stamp)


def _comment(state: Task, comment_id: str) -> Comment:
    comment = state.comments.get(comment_id)
    if comment is None:
        raise ValueError(f"no comment {comment_id} on task {state.id}")
    return comment


def _with_comment(state: Task, comment: Comment, stamp: Mapping[str, Any]) -> Task:
    return replace(state, comments={**state.comments, comment.id: comment}, **stamp)
