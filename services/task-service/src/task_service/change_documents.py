"""The documents of net changes, and their schemas."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from fastapi import Response
from pydantic import BaseModel, Field

from contracts.reader import Reader
from kernel.http.requests import JSON
from kernel.log.decider import Outcome
from task_service.changes import Caught
from task_service.domain.net import Kind, NetChange
from task_service.schemas import ChangeView


class NetChangeView(BaseModel):
    """What became of a task. `comments`: written since and standing. `mine`: the caller is assigned now."""

    task_id: str
    key: str
    title: str
    kind: Kind
    changes: list[ChangeView]
    comments: int
    steps: int
    actors: list[str]


class ChangesView(BaseModel):
    """A part of what became of a project between two moments."""

    begin: datetime = Field(alias="from")
    end: datetime = Field(alias="to")
    items: list[NetChangeView]
    next_cursor: str | None


class CaughtItemView(NetChangeView):
    """What became of a task, to the caller: it is theirs now, it became so, it waits for them."""

    status: str
    mine: bool
    became_mine: bool


class CaughtView(BaseModel):
    """What became of a project since the caller's mark. `more`: more tasks were touched than are told."""

    project_id: str
    name: str
    since: datetime
    items: list[CaughtItemView]
    more: bool


class CatchUpView(BaseModel):
    """What became of all projects of the caller. `at` is the moment to mark as seen."""

    at: datetime
    projects: list[CaughtView]


class MarkView(BaseModel):
    """A mark as it was set."""

    project_id: str | None
    at: datetime


def net_change_document(item: NetChange) -> dict[str, Any]:
    """What became of a task, as JSON values."""
    return {
        "task_id": item.task.id,
        "key": item.task.key,
        "title": item.task.title,
        "kind": item.kind,
        "changes": [change.document() for change in item.changes],
        "comments": item.comments,
        "steps": item.steps,
        "actors": item.actors,
    }


def changes_bytes(begin: datetime, end: datetime, items: Sequence[NetChange], more: str | None) -> Response:
    """The answer about two moments."""
    return _answer(
        {"from": begin, "to": end, "items": [net_change_document(item) for item in items], "next_cursor": more}
    )


def catch_up_bytes(caught: Sequence[Caught], user_id: str, now: datetime) -> Response:
    """The answer to whoever catches up."""
    return _answer(
        {
            "at": now,
            "projects": [
                {
                    "project_id": one.project.id,
                    "name": one.project.name,
                    "since": one.since,
                    "items": [_to_reader(item, user_id) for item in one.items],
                    "more": one.more,
                }
                for one in caught
            ],
        }
    )


def mark_bytes(project_id: str | None, at: datetime, outcome: Outcome[Reader]) -> Response:
    """The answer about a mark."""
    response = _answer({"project_id": project_id, "at": at})
    if outcome.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _to_reader(item: NetChange, user_id: str) -> dict[str, Any]:
    assigned = next((change for change in item.changes if change.field == "assignees"), None)
    mine = user_id in item.task.assignees
    became = item.kind == "added" if assigned is None else user_id not in assigned.old
    return {
        **net_change_document(item),
        "status": item.task.status,
        "mine": mine,
        "became_mine": mine and became,
    }


def _answer(document: dict[str, Any]) -> Response:
    return Response(orjson.dumps(document, option=orjson.OPT_UTC_Z), media_type=JSON)
