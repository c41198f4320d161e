"""What a task has been: the index behind questions about its past (`was:`, `changed`, `moved-back`)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.changed import FieldChanged
from contracts.fields import BY_NAME, FIELDS
from contracts.forms import Choice, Day, Form, Labels, Number, People, StatusKey, Text
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
    TaskRestored,
    TaskUnassigned,
)
from kernel.log.event import Recorded


def past_of(event: Recorded[TaskEvent], after: Task) -> Sequence[Mapping[str, Any]]:
    """The rows of an event: each value that a field got or lost by it. Of texts, days and numbers only that it did."""
    row = {"task_id": after.id, "version": event.version}
    return [{**row, "field": field, "old": old, "new": new} for field, old, new in dict.fromkeys(_steps(event.data))]


def _steps(data: TaskEvent) -> Iterator[tuple[str, str, str]]:
    match data:
        case TaskCreated():
            for field in FIELDS:
                for value in _values(field.form, getattr(data, field.name)):
                    yield field.name, "", value
        case TaskAssigned():
            yield "assignees", "", data.user_id
        case TaskUnassigned():
            yield "assignees", data.user_id, ""
        case FieldChanged():
            yield from _change(data)
        case (
            TaskCommented()
            | TaskCommentEdited()
            | TaskCommentDeleted()
            | TaskCommentRestored()
            | TaskMentioned()
            | TaskDeleted()
            | TaskRestored()
        ):
            return


def _change(data: FieldChanged[Any]) -> Iterator[tuple[str, str, str]]:
    field = BY_NAME.get(data.field)
    if field is None:  # its place among others: nobody asks for that
        return
    old, new = _values(field.form, data.old), _values(field.form, data.new)
    match field.form:
        case StatusKey() | Choice():
            yield data.field, old[0], new[0]
        case Labels() | People():
            yield from ((data.field, value, "") for value in old if value not in new)
            yield from ((data.field, "", value) for value in new if value not in old)
        case Text() | Day() | Number():
            yield data.field, "", ""


def _values(form: Form, value: Any) -> Sequence[str]:
    """The values that can be asked for later."""
    match form:
        case StatusKey() | Choice():
            return [value]
        case Labels() | People():
            return list(value)
        case Text() | Day() | Number():
            return []
