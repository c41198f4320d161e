"""The route of taking back what was done to a task."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from kernel.http.openapi import answers
from kernel.http.problems import Problem
from kernel.http.requests import Body, IdempotencyKey, command_of
from kernel.http.user_route import UserRoute, user_of
from task_service.api.common import MADE, VERSIONED, deps_of, task_answer
from task_service.domain.undo import MAX_VERSIONS, ChangedSince, Undo, conflict_document
from task_service.schemas import TaskView

router = APIRouter(route_class=UserRoute, tags=["tasks"], generate_unique_id_function=lambda route: route.name)


class UndoBody(Body):
    """Which events to take back. `force`: fields that are put back although somebody has changed them since."""

    versions: Annotated[list[Annotated[int, Field(ge=1, le=2**53)]], Field(min_length=1, max_length=MAX_VERSIONS)]
    force: Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=50)] = Field(default_factory=list)


@router.post("/api/tasks/{task_id}/undo", responses=answers(TaskView, headers=(*VERSIONED, *MADE), writes=True))
async def undo_task(request: Request, task_id: str, body: UndoBody, key: IdempotencyKey = None) -> Response:
    """Take back what events did, as new events. What was changed since is a question: 409 `changed_since`."""
    asked = Undo(by=user_of(request), versions=frozenset(body.versions), force=frozenset(body.force))
    command = await command_of(request, asked.by, key)
    try:
        return task_answer(await deps_of(request).undos.task(task_id, asked, command))
    except ChangedSince as changed:
        conflicts = [conflict_document(conflict) for conflict in changed.conflicts]
        raise Problem(changed.status, changed.code, changed.detail, members={"conflicts": conflicts}) from changed
