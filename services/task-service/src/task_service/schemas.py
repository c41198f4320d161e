"""The documents that task-service returns: the schema of each, and its bytes."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field

from contracts import project
from contracts.documents import comment_document, history_document, project_document, status_document, task_document
from contracts.project import Category, Color, Project, ProjectEvent, Role
from contracts.task import EVENT_NAMES as TASK_EVENT_NAMES
from contracts.task import Comment, Task, TaskEvent
from kernel.log.event import Recorded
from task_service.field_types import (
    LEFT_OUT,
    shown,
    with_fields,
)


class View(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StatusView(View):
    """A status of a project; `color` is there where one was chosen."""

    key: str
    name: str
    category: Category
    color: Color = LEFT_OUT


class LabelView(View):
    """A label of a project; `color` is there where one was chosen."""

    name: str
    color: Color = LEFT_OUT


class MemberView(View):
    """A member of a project."""

    user_id: str
    role: Role


class ProjectView(View):
    """A project. `role` is the caller's; null for one who has just left.

    `former_statuses`: those that it had once, as they were last; a task may still be in one.
    """

    id: str
    key: str
    name: str
    statuses: list[StatusView]
    labels: list[LabelView]
    members: list[MemberView]
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    deleted: bool
    version: int
    former_statuses: list[StatusView]
    role: Role | None


@with_fields(shown)
class TaskView(View):
    """A task. `due` is a day; `rank` sorts, byte by byte, as people put the tasks."""

    id: str
    project_id: str
    key: str
    rank: str
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    deleted: bool
    version: int


class CommentView(View):
    """A comment; a deleted one has no text. `author` is null and `author_name` set on one that was imported."""

    id: str
    author: str | None
    author_name: str | None
    body: str
    mentions: list[str]
    created_at: datetime
    edited_at: datetime | None
    deleted: bool


class ChangeView(View):
    """A field's old and new value; of a list that changed by one element, the one that went or came."""

    field: str
    old: Any
    new: Any


_EVENT_NAMES = [*TASK_EVENT_NAMES.values(), *project.EVENT_NAMES.values()]
EventName = Annotated[str, Field(json_schema_extra={"enum": [*_EVENT_NAMES]})]
"""The names in the log are a closed list, so that whoever tells them is told of one without words."""


class EventView(View):
    """An event: what happened, who did it and when. `comment_id` is there on events of a comment."""

    id: str
    version: int
    type: EventName
    actor: str | None
    time: datetime
    changes: list[ChangeView]
    comment_id: str = LEFT_OUT


class ActivityView(EventView):
    """An event of a project, or of one of its tasks: then with the task's id, key and title of that time."""

    project_id: str
    task_id: str | None
    task_key: str | None
    title: str | None


V = TypeVar("V", bound=View)


class Page(View, Generic[V]):
    """A part of a list. `next_cursor` gives the next part, null says that this was the last."""

    items: list[V]
    next_cursor: str | None


def project_bytes(state: Project, user_id: str) -> bytes:
    """A project as JSON, for a user."""
    former = [status_document(status) for status in state.former]
    return _json({**project_document(state), "former_statuses": former, "role": state.role_of(user_id)})


def task_bytes(state: Task) -> bytes:
    """A task as JSON."""
    return _json(task_document(state))


def comment_bytes(comment: Comment) -> bytes:
    """A comment as JSON."""
    return _json(comment_document(comment))


def event_bytes(event: Recorded[TaskEvent] | Recorded[ProjectEvent]) -> bytes:
    """An entry of a history as JSON."""
    return _json(history_document(event))


def _json(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)
