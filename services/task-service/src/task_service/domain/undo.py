"""Taking back what events did, as new events. What somebody has changed since is asked about, never overwritten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from contracts.changed import FieldChanged
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
    TaskLabelsChanged,
    TaskMentioned,
    TaskRankChanged,
    TaskRestored,
    TaskUnassigned,
)
from kernel.log.decider import Rejection
from kernel.log.event import Recorded
from task_service.domain.access import not_found
from task_service.domain.elements import Elements
from task_service.domain.task import EditTask, edited, writable

MAX_VERSIONS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Take back what the events with these versions did. `force`: fields that are put back all the same."""

    by: str
    versions: frozenset[int]
    force: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field that a later event has changed. `yours` is what the events taken back left, `now` what is there."""

    task_id: str
    field: str
    yours: Any
    now: Any
    by: str | None
    at: datetime


class ChangedSince(Rejection):
    """Some of it was changed since, by events that are not to be taken back. Nothing was written."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        fields = ", ".join(dict.fromkeys(conflict.field for conflict in conflicts))
        super().__init__("changed_since", f"Somebody has changed this since: {fields}.")
        self.conflicts = tuple(conflicts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effect:
    """What the events taken back did to one thing: a field, or one element of a list.

    `back` is what was there before the first of them, `yours` what the last of them left. `since` is the last other
    event that touched the same thing behind the first of them.
    """

    field: str
    element: str | None
    back: Any
    yours: Any
    since: Recorded[TaskEvent] | None


def undo(
    command: Undo, history: Sequence[Recorded[TaskEvent]], state: Task | None, project: Project | None
) -> Sequence[TaskEvent]:
    """The events that take others back; none when nothing is left of them.

    `history` has every event of the task up to its state. Raises Rejection, ChangedSince.
    """
    project = writable(project, command.by, "task")
    if state is None:
        raise not_found("task")
    if unknown := command.versions - {event.version for event in history}:
        raise Rejection(
            "validation_failed",
            f"there is no version {min(unknown)}",
            field="versions",
            status=422,
            reason="unknown_version",
        )
    left = [effect for effect in _effects(history, command.versions) if _now(effect, state) != effect.back]
    conflicts = [
        Conflict(
            task_id=state.id,
            field=effect.field,
            yours=effect.yours if effect.element is None else effect.element,
            now=_shown(effect, state),
            by=effect.since.actor,
            at=effect.since.time,
        )
        for effect in left
        if effect.since is not None and effect.field not in command.force
    ]
    if conflicts:
        raise ChangedSince(conflicts)
    return _taking_back(left, command, state, project)


def _taking_back(left: Sequence[_Effect], command: Undo, state: Task, project: Project) -> list[TaskEvent]:
    events: list[TaskEvent] = []
    deleted = next((effect.back for effect in left if effect.field == "deleted"), state.deleted)
    if state.deleted and not deleted:
        events.append(TaskRestored())
    others = [effect for effect in left if effect.field != "deleted"]
    if others and state.deleted and deleted:
        raise Rejection("conflict", "The task is deleted; restore it first.", reason="task_deleted")
    fields: dict[str, Any] = {effect.field: effect.back for effect in others if effect.field in _PLAIN}
    for name in ("labels", "assignees"):
        elements = [effect for effect in others if effect.field == name]
        if elements:
            fields[name] = Elements(
                put=tuple(str(effect.element) for effect in elements if effect.back),
                remove=tuple(str(effect.element) for effect in elements if not effect.back),
            )
    events += edited(EditTask(by=command.by, **fields), replace(state, deleted=False), project)
    for effect in others:
        if effect.field == "rank":
            events.append(TaskRankChanged(old=state.rank, new=effect.back))
        elif effect.field == "comment":
            events.append(_comment_as_before(effect, command.by, state))
    if deleted and not state.deleted:
        events.append(TaskDeleted())
    return events


_PLAIN: Final = frozenset(field.name for field in BY_EVENT.values()) - {"labels"}


def _comment_as_before(effect: _Effect, by: str, state: Task) -> TaskEvent:
    """What gives a comment the text it had; None is no comment."""
    comment = state.comments[str(effect.element)]
    if comment.author != by:
        raise Rejection("forbidden", "Only its author can change a comment.", status=403)
    if effect.back is None:
        return TaskCommentDeleted(comment_id=comment.id, old=comment.body)
    if comment.deleted:
        return TaskCommentRestored(comment_id=comment.id, body=str(effect.back))
    return TaskCommentEdited(comment_id=comment.id, old=comment.body, new=str(effect.back))


def _now(effect: _Effect, state: Task) -> Any:
    """What is there of the thing."""
    match effect.field:
        case "labels" | "assignees":
            return effect.element in getattr(state, effect.field)
        case "comment":
            comment = state.comments[str(effect.element)]
            return None if comment.deleted else comment.body
        case _:
            return getattr(state, effect.field)


def _shown(effect: _Effect, state: Task) -> Any:
    """What a conflict says is there: of a list all of it."""
    return getattr(state, effect.field) if effect.field in ("labels", "assignees") else _now(effect, state)


def _effects(history: Sequence[Recorded[TaskEvent]], versions: frozenset[int]) -> list[_Effect]:
    found: dict[tuple[str, str | None], _Effect] = {}
    for event in history:
        for field, element, old, new in _touched(event.data):
            thing = (field, element)
            known = found.get(thing)
            if event.version in versions:
                if known is None:
                    found[thing] = _Effect(field=field, element=element, back=old, yours=new, since=None)
                else:
                    found[thing] = replace(known, yours=new)
            elif known is not None:
                found[thing] = replace(known, since=event)
    return list(found.values())


def _touched(data: TaskEvent) -> Iterable[tuple[str, str | None, Any, Any]]:
    """Each thing that an event changed: field, element of a list, what was there, what is there."""
    match data:
        case TaskCreated():
            yield "deleted", None, True, False
        case TaskDeleted():
            yield "deleted", None, False, True
        case TaskRestored():
            yield "deleted", None, True, False
        case TaskAssigned():
            yield "assignees", data.user_id, False, True
        case TaskUnassigned():
            yield "assignees", data.user_id, True, False
        case TaskCommented():
            yield "comment", data.comment_id, None, data.body
        case TaskCommentEdited():
            yield "comment", data.comment_id, data.old, data.new
        case TaskCommentDeleted():
            yield "comment", data.comment_id, data.old, None
        case TaskCommentRestored():
            yield "comment", data.comment_id, None, data.body
        case TaskLabelsChanged():
            was, has = dict.fromkeys(data.old), dict.fromkeys(data.new)
            yield from (("labels", label, False, True) for label in has if label not in was)
            yield from (("labels", label, True, False) for label in was if label not in has)
        case FieldChanged():
            yield data.field, None, data.old, data.new
        case TaskMentioned():
            pass  # whoever was told was told


def conflict_document(conflict: Conflict) -> Mapping[str, Any]:
    """A conflict as the API tells it."""
    return {
        "task_id": conflict.task_id,
        "field": conflict.field,
        "yours": conflict.yours,
        "now": conflict.now,
        "by": conflict.by,
        "at": conflict.at,
    }
