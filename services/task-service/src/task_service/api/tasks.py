"""Routes of tasks."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from kernel.http.openapi import answers
from kernel.http.requests import Cursor, IdempotencyKey, IfMatch, Limit, command_of, encode_cursor, page, resource
from kernel.http.user_route import UserRoute, user_of
from task_service.api.common import AS_OF, CREATED, MADE, VERSIONED, LabelName, behind, deps_of, task_answer
from task_service.api.moments import At, as_of
from task_service.bodies import NewTask, TaskPatch, changes_of
from task_service.domain.elements import Elements
from task_service.domain.task import Assign, CreateTask, DeleteTask, EditTask, RestoreTask, TaskChange, Unassign
from task_service.places import Neighbours
from task_service.schemas import EventView, Page, TaskView, event_bytes, task_bytes

router = APIRouter(route_class=UserRoute, tags=["tasks"], generate_unique_id_function=lambda route: route.name)
CHANGED = answers(TaskView, headers=(*VERSIONED, *MADE), writes=True)

MinVersion = Annotated[int, Query(ge=0, le=2**53, description="never answer with an older version than this")]


@router.post(
    "/api/projects/{project_id}/tasks",
    status_code=201,
    responses=answers(TaskView, status=201, headers=(*CREATED, *MADE), writes=True),
)
async def create_task(request: Request, project_id: str, body: NewTask, key: IdempotencyKey = None) -> Response:
    """Make a task. Assignees must be members of the project."""
    user_id = user_of(request)
    new = CreateTask(by=user_id, **body.model_dump())
    outcome = await deps_of(request).tasks.create(project_id, new, await command_of(request, user_id, key))
    return task_answer(outcome, status=201, Location=f"/api/tasks/{outcome.state.id}")


@router.get("/api/tasks/{task_id}", responses=answers(TaskView, headers=("ETag", *AS_OF)))
async def read_task(request: Request, task_id: str, min_version: MinVersion = 0, at: At = None) -> Response:
    """A task, deleted or not, always as new as the log. With a `min_version` from the future: 503 after a second."""
    if at is not None:
        then = await deps_of(request).past.task(task_id, user_of(request), at)
        return as_of(resource(task_bytes(then), then.version), at)
    task = await deps_of(request).tasks.read(task_id, user_of(request), min_version)
    return resource(task_bytes(task), task.version)


@router.patch("/api/tasks/{task_id}", responses=CHANGED)
async def edit_task(
    request: Request, task_id: str, body: TaskPatch, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Change some fields of a task, all in one step. Edits of different fields by different people both hold.

    `after` and `before` put it between two tasks of its column, or of the one that `status` names.
    """
    fields = changes_of(body)
    sides = {side: fields.pop(side) for side in ("after", "before") if side in fields}
    edit = EditTask(by=user_of(request), **fields)
    command = await command_of(request, edit.by, key)
    neighbours = Neighbours(**sides) if sides else None
    return task_answer(await deps_of(request).tasks.edit(task_id, edit, neighbours, command, if_match))


@router.delete("/api/tasks/{task_id}", responses=CHANGED)
async def delete_task(request: Request, task_id: str, key: IdempotencyKey = None, if_match: IfMatch = None) -> Response:
    """Hide a task; nothing is lost."""
    return await _change(request, task_id, DeleteTask(by=user_of(request)), key, if_match)


@router.post("/api/tasks/{task_id}/restore", responses=CHANGED)
async def restore_task(
    request: Request, task_id: str, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Undo the deletion of a task."""
    return await _change(request, task_id, RestoreTask(by=user_of(request)), key, if_match)


@router.put("/api/tasks/{task_id}/assignees/{user_id}", responses=CHANGED)
async def assign(
    request: Request, task_id: str, user_id: str, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Give a task to one more member of its project."""
    return await _change(request, task_id, Assign(by=user_of(request), user_id=user_id), key, if_match)


@router.delete("/api/tasks/{task_id}/assignees/{user_id}", responses=CHANGED)
async def unassign(
    request: Request, task_id: str, user_id: str, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Take a task from someone."""
    return await _change(request, task_id, Unassign(by=user_of(request), user_id=user_id), key, if_match)


@router.put("/api/tasks/{task_id}/labels/{label:path}", responses=CHANGED)
async def add_label(
    request: Request, task_id: str, label: LabelName, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Give a task one more label."""
    change = EditTask(by=user_of(request), labels=Elements(put=(label,)))
    return await _change(request, task_id, change, key, if_match)


@router.delete("/api/tasks/{task_id}/labels/{label:path}", responses=CHANGED)
async def remove_label(
    request: Request, task_id: str, label: LabelName, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Take a label off a task."""
    change = EditTask(by=user_of(request), labels=Elements(remove=(label,)))
    return await _change(request, task_id, change, key, if_match)


@router.get("/api/tasks/{task_id}/history", responses=answers(Page[EventView]))
async def read_history(request: Request, task_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Every event of a task, oldest first."""
    after = behind(cursor)
    events, more = await deps_of(request).tasks.history(task_id, user_of(request), after, limit)
    return page(map(event_bytes, events), None if more is None else encode_cursor(more))


async def _change(
    request: Request, task_id: str, change: TaskChange, key: str | None, if_match: str | None
) -> Response:
    command = await command_of(request, change.by, key)
    return task_answer(await deps_of(request).tasks.change(task_id, change, command, if_match))
