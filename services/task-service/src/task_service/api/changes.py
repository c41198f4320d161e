"""Routes of what became of projects: between two moments, and since somebody last said that they have seen it."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from kernel.http import problems
from kernel.http.openapi import answers
from kernel.http.requests import Body, IdempotencyKey, command_of
from kernel.http.user_route import UserRoute, user_of
from task_service.api.common import deps_of
from task_service.api.lists import PageQuery
from task_service.api.moments import Moment
from task_service.change_documents import CatchUpView, ChangesView, MarkView, catch_up_bytes, changes_bytes, mark_bytes

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

router = APIRouter(route_class=UserRoute, tags=["changes"], generate_unique_id_function=lambda route: route.name)


class ChangesQuery(PageQuery):
    """Between which moments."""

    begin: Moment = Field(default=_BEGINNING, alias="from", description="changes after this moment; else all of them")
    end: Moment | None = Field(default=None, alias="to", description="and until this one; now unless it is given")


class Mark(Body):
    """Up to when somebody has seen a project, or all of theirs."""

    project_id: str | None = Field(default=None, max_length=64)
    at: Moment


@router.get("/api/projects/{project_id}/changes", responses=answers(ChangesView))
async def read_changes(request: Request, project_id: str, query: Annotated[ChangesQuery, Query()]) -> Response:
    """What became of a project between two moments, task by task; what came back to where it was is left out."""
    end = query.end or datetime.now(UTC)
    if query.begin > end:
        raise problems.invalid("from", "is later than `to`", reason="after_end")
    changes = deps_of(request).changes
    items, more = await changes.between(project_id, user_of(request), query.begin, end, query.cursor, query.limit)
    return changes_bytes(query.begin, end, items, more)


@router.get("/api/catch-up", responses=answers(CatchUpView))
async def read_catch_up(request: Request) -> Response:
    """What became of all projects of the caller since their marks. Looking moves no mark."""
    user_id, now = user_of(request), datetime.now(UTC)
    return catch_up_bytes(await deps_of(request).changes.since_seen(user_id, now), user_id, now)


@router.put("/api/catch-up", responses=answers(MarkView, headers=("Idempotency-Replayed",), writes=True))
async def put_catch_up(request: Request, body: Mark, key: IdempotencyKey = None) -> Response:
    """Say that everything until a moment has been seen, in one project or in all."""
    user_id, deps = user_of(request), deps_of(request)
    if body.project_id is not None:
        await deps.projects.open(body.project_id, user_id)
    command = await command_of(request, user_id, key)
    outcome = await deps.changes.marks.mark(user_id, body.project_id, body.at, command)
    return mark_bytes(body.project_id, body.at, outcome)
