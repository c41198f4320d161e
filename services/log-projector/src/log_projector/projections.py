"""The rows of a stream: a function of its events alone, so that a rebuilt row equals the live one byte for byte."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson

from contracts.documents import history_document, project_document, task_document, task_summary
from contracts.fields import COLUMNS
from contracts.forms import stored
from contracts.hangul import initials
from contracts.project import Project, ProjectEvent
from contracts.read_model import TITLE_KEY_LENGTH, folded
from contracts.task import Task, TaskEvent, TaskTitleChanged
from kernel.log.event import Recorded
from kernel.log.times import microseconds
from log_projector.past import past_of

Values: TypeAlias = Mapping[str, Any]
"""A row, or its key, by the names of columns."""

Rows: TypeAlias = Mapping[str, Sequence[Values]]
"""Rows by the table's name in `contracts.read_model.Tables`."""


@dataclass(frozen=True, slots=True)
class View:
    """What some events of a stream change: rows to write, and keys of rows that go."""

    put: Rows
    gone: Rows


_STORED: Final = [(field.name, field.form) for field in COLUMNS]


def task_view(before: Task | None, after: Task, moments: Rows) -> View:
    """What takes the rows of a task from one state to a later one; with the rows of the events between."""
    assignees = _difference("user_id", before.assignees if before else (), after.assignees)
    labels = _difference("label", before.labels if before else (), after.labels)
    key = {"task_id": after.id}
    return View(
        put={
            "tasks": [_task_row(after)],
            "assignees": [{**key, **row} for row in assignees.come],
            "labels": [{**key, **row} for row in labels.come],
            "comments": _comment_rows(before, after),
            **moments,
        },
        gone={
            "assignees": [{**key, **row} for row in assignees.gone],
            "labels": [{**key, **row} for row in labels.gone],
        },
    )


def project_view(before: Project | None, after: Project, moments: Rows) -> View:
    """What takes the rows of a project from one state to a later one; with the rows of the events between."""
    was_status = before.statuses if before else ()
    was_member = before.members if before else {}
    statuses = {status.key for status in after.statuses}
    key = {"project_id": after.id}
    return View(
        put={
            "projects": [_project_row(after)],
            "statuses": [
                {**key, "status": status.key, "position": position, "category": status.category}
                for position, status in enumerate(after.statuses)
                if after.statuses != was_status
            ],
            "members": [
                {**key, "user_id": user, "role": role}
                for user, role in after.members.items()
                if was_member.get(user) != role
            ],
            **moments,
        },
        gone={
            "statuses": [{**key, "status": status.key} for status in was_status if status.key not in statuses],
            "members": [{**key, "user_id": user} for user in was_member if user not in after.members],
        },
    )


def task_moment(event: Recorded[TaskEvent], before: Task | None, after: Task) -> Rows:
    """The rows that an event of a task adds for good: activity, where the task went, who came and left."""
    told = _activity_row(event, after.project_id, task_id=after.id, task_key=after.key, title=after.title)
    told["state"] = _json(task_summary(after))
    rows: dict[str, Sequence[Values]] = {"activity": [told]}
    key = {"task_id": after.id, "version": event.version, "project_id": after.project_id, "time": told["time"]}
    old, new = _standing(before), _standing(after)
    if old != new:
        rows["flow"] = [{**key, "old": old, "new": new}]
    if isinstance(event.data, TaskTitleChanged):
        old_title = event.data.old
        called = {"task_id": after.id, "version": event.version, "project_id": after.project_id}
        rows["titles"] = [{**called, "title": old_title, "search": _searched(old_title)}]
    been = past_of(event, after)
    if been:
        rows["past"] = been
    people = _difference("user_id", before.assignees if before else (), after.assignees)
    if people is not _NONE:
        rows["assigned"] = [
            {**key, **row, "delta": delta} for some, delta in ((people.come, 1), (people.gone, -1)) for row in some
        ]
    return rows


def project_moment(event: Recorded[ProjectEvent], before: Project | None, after: Project) -> Rows:
    """The rows that an event of a project adds for good: activity."""
    told = _activity_row(event, after.id, task_id=None, task_key=None, title=None)
    return {"activity": [{**told, "state": None}]}


def _standing(state: Task | None) -> str:
    return "" if state is None or state.deleted else state.status


def _activity_row(
    event: Recorded[TaskEvent] | Recorded[ProjectEvent], project_id: str, **task: str | None
) -> dict[str, Any]:
    return {
        "stream": event.stream,
        "version": event.version,
        "project_id": project_id,
        "time": microseconds(event.time),
        "doc": _json({**history_document(event), "project_id": project_id, **task}),
    }


def _task_row(state: Task) -> Values:
    return {
        "task_id": state.id,
        "project_id": state.project_id,
        "number": state.number,
        **{name: stored(form, getattr(state, name)) for name, form in _STORED},
        "deleted": int(state.deleted),
        "title_key": folded(state.title)[:TITLE_KEY_LENGTH],
        "rank": state.rank,
        "created_by": state.created_by or "",
        "created_at": microseconds(state.created_at),
        "updated_at": microseconds(state.updated_at),
        "version": state.version,
        "doc": _json(task_document(state)),
        "search": folded(f"{state.title}\n{state.description}\n{state.key}"),
        "initials": initials(f"{state.title}\n{state.description}"),
    }


def _comment_rows(before: Task | None, after: Task) -> Sequence[Values]:
    """Of each comment that is new or another than it was. One that was deleted is not found."""
    if before is not None and before.comments is after.comments:
        return []
    was = before.comments if before else {}
    key = {"task_id": after.id, "project_id": after.project_id}
    return [
        {**key, "comment_id": comment.id, "search": _searched(comment.body)}
        for comment in after.comments.values()
        if was.get(comment.id) is not comment
    ]


def _searched(text: str) -> str:
    consonants = initials(text)
    return f"{folded(text)}\n{consonants}" if consonants else folded(text)


def _project_row(state: Project) -> Values:
    return {
        "project_id": state.id,
        "deleted": int(state.deleted),
        "created_at": microseconds(state.created_at),
        "version": state.version,
        "doc": _json(project_document(state)),
    }


@dataclass(frozen=True, slots=True)
class _Difference:
    come: Sequence[Values]
    gone: Sequence[Values]


_NONE: Final = _Difference((), ())


def _difference(column: str, before: Iterable[str], after: Iterable[str]) -> _Difference:
    if before == after:
        return _NONE
    was, now = dict.fromkeys(before), dict.fromkeys(after)
    return _Difference(
        [{column: value} for value in now if value not in was], [{column: value} for value in was if value not in now]
    )


def _json(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)
