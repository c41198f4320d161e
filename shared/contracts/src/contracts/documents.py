"""The JSON documents that the API returns for states, and the changes that events tell of.

One place, because a task must look the same from the log, from the read model, in the live feed and in a mail.
Values are what a JSON encoder takes that knows dates and times (RFC 3339, UTC, `Z`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts import invitation, project, task
from contracts.changed import FieldChanged
from contracts.fields import NAMES
from contracts.project import Label, Project, ProjectEvent, Status
from contracts.reading import reader
from contracts.task import Comment, Task, TaskEvent
from kernel.log.event import Recorded

_of_task: Final = reader(
    (
        *("id", "project_id", "key", *NAMES, "rank"),
        *("created_by", "created_at", "updated_at", "deleted", "version"),
    )
)


def task_document(state: Task) -> dict[str, Any]:
    """A task as the API returns it; its comments are a list of their own."""
    return _of_task(state)


_summary_of_task: Final = reader(
    (
        *("key", "number"),
        *(name for name in NAMES if name != "description"),
        "rank",
        "created_at",
        "updated_at",
        "deleted",
    )
)


def task_summary(state: Task) -> dict[str, Any]:
    """What lists filter and sort a task by, but for its description, which may be long."""
    return _summary_of_task(state)


def comment_document(comment: Comment) -> dict[str, Any]:
    """A comment as the API returns it."""
    return {
        "id": comment.id,
        "author": comment.author,
        "author_name": comment.author_name,
        "body": comment.body,
        "mentions": comment.mentions,
        "created_at": comment.created_at,
        "edited_at": comment.edited_at,
        "deleted": comment.deleted,
    }


def status_document(status: Status) -> dict[str, Any]:
    """A status of a project as the API returns it; `color` is there where one was chosen."""
    document = {"key": status.key, "name": status.name, "category": status.category}
    return document if status.color is None else {**document, "color": status.color}


def label_document(label: Label) -> dict[str, Any]:
    """A label of a project as the API returns it; `color` is there where one was chosen."""
    return {"name": label.name} if label.color is None else {"name": label.name, "color": label.color}


def project_document(state: Project) -> dict[str, Any]:
    """A project as the API returns it, but for `role`, which depends on who asks and is the last member added."""
    return {
        "id": state.id,
        "key": state.key,
        "name": state.name,
        "statuses": [status_document(status) for status in state.statuses],
        "labels": [label_document(label) for label in state.labels],
        "members": [{"user_id": user_id, "role": role} for user_id, role in state.members.items()],
        "created_by": state.created_by,
        "created_at": state.created_at,
        "updated_at": state.updated_at,
        "deleted": state.deleted,
        "version": state.version,
    }


@dataclass(frozen=True, slots=True)
class Change:
    """One field's old and new value, as the API shows it."""

    field: str
    old: Any
    new: Any

    def document(self) -> dict[str, Any]:
        """The change as JSON values."""
        return {"field": self.field, "old": self.old, "new": self.new}


def changes_of(data: TaskEvent | ProjectEvent) -> Sequence[Change]:
    """What an event changed, old -> new; empty for events that concern the whole (a creation says so by its type)."""
    match data:
        case project.ProjectStatusesChanged():
            old, new = ([status_document(status) for status in statuses] for statuses in (data.old, data.new))
            return [Change(data.field, old, new)]
        case project.ProjectLabelsChanged():
            old, new = ([label_document(label) for label in labels] for labels in (data.old, data.new))
            return [Change(data.field, old, new)]
        case FieldChanged():
            return [Change(data.field, data.old, data.new)]
        case task.TaskAssigned():
            return [Change("assignees", None, data.user_id)]
        case task.TaskUnassigned():
            return [Change("assignees", data.user_id, None)]
        case task.TaskCommented():
            return [Change("comment", None, data.body)]
        case task.TaskCommentEdited():
            return [Change("comment", data.old, data.new)]
        case task.TaskCommentDeleted():
            return [Change("comment", data.old, None)]
        case task.TaskCommentRestored():
            return [Change("comment", None, data.body)]
        case task.TaskDeleted() | project.ProjectDeleted():
            return [Change("deleted", False, True)]
        case task.TaskRestored() | project.ProjectRestored():
            return [Change("deleted", True, False)]
        case project.MemberAdded():
            return [Change("members", None, {"user_id": data.user_id, "role": data.role})]
        case project.MemberRoleChanged():
            user = data.user_id
            return [Change("members", {"user_id": user, "role": data.old}, {"user_id": user, "role": data.new})]
        case project.MemberRemoved():
            return [Change("members", {"user_id": data.user_id, "role": data.role}, None)]
        case invitation.MemberInvited():
            return [Change("invitations", None, {"id": data.invitation_id, "role": data.role})]
        case invitation.InvitationAccepted():
            return [Change("invitations", {"id": data.invitation_id}, {"user_id": data.user_id})]
        case invitation.InvitationWithdrawn():
            return [Change("invitations", {"id": data.invitation_id}, None)]
        case task.TaskMentioned():
            return []
        case task.TaskCreated() | project.ProjectCreated():
            return []


_OF_A_COMMENT: Final = (
    *(task.TaskCommented, task.TaskCommentEdited, task.TaskCommentDeleted, task.TaskCommentRestored),
)


def history_document(event: Recorded[TaskEvent] | Recorded[ProjectEvent]) -> dict[str, Any]:
    """One entry of a history: which version, what, who, when, old -> new."""
    document: dict[str, Any] = {
        "id": f"{event.stream}:{event.version}",
        "version": event.version,
        "type": event.type,
        "actor": event.actor,
        "time": event.time,
        "changes": [change.document() for change in changes_of(event.data)],
    }
    if isinstance(event.data, _OF_A_COMMENT):
        document["comment_id"] = event.data.comment_id
    return document
