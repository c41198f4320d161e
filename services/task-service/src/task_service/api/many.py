"""Routes that make many tasks at once: from a list of them, or from lines of text."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from kernel.http.openapi import answers
from kernel.http.requests import JSON, IdempotencyKey, command_of
from kernel.http.user_route import UserRoute, user_of
from task_service.api.common import deps_of
from task_service.batches import New
from task_service.capture_schemas import (
    CaptureBody,
    CaptureView,
    NewTasks,
    NewTasksView,
    capture_bytes,
    new_tasks_bytes,
)
from task_service.captures import Typed
from task_service.domain.task import CreateTask

router = APIRouter(route_class=UserRoute, tags=["tasks"], generate_unique_id_function=lambda route: route.name)
REPLAYED = ("Idempotency-Replayed",)


@router.post(
    "/api/projects/{project_id}/tasks/batch",
    status_code=201,
    responses=answers(NewTasksView, status=201, headers=REPLAYED, writes=True),
)
async def create_tasks(request: Request, project_id: str, body: NewTasks, key: IdempotencyKey = None) -> Response:
    """Make up to 200 tasks, all or none, in their order."""
    user_id = user_of(request)
    news = [New(project_id=project_id, task=CreateTask(by=user_id, **task.model_dump())) for task in body.tasks]
    made = await deps_of(request).batches.create(news, await command_of(request, user_id, key))
    return _made(new_tasks_bytes(made.tasks), 201, replayed=made.replayed)


@router.post("/api/projects/{project_id}/capture", responses=answers(CaptureView, headers=REPLAYED, writes=True))
async def capture(request: Request, project_id: str, body: CaptureBody, key: IdempotencyKey = None) -> Response:
    """Make a task of each line, all or none. Days, people, labels, priorities, parents and projects are understood."""
    user_id = user_of(request)
    typed = Typed(
        project_id=project_id,
        by=user_id,
        text=body.text,
        zone=ZoneInfo(body.time_zone),
        day_first=body.day_first,
    )
    captures = deps_of(request).captures
    if body.dry_run:
        return Response(capture_bytes(await captures.rehearse(typed, datetime.now(UTC))), media_type=JSON)
    made = await captures.make(typed, await command_of(request, user_id, key))
    return _made(capture_bytes(made), 200, replayed=made.replayed)


def _made(body: bytes, status: int, *, replayed: bool) -> Response:
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    return Response(body, status, media_type=JSON, headers=headers)
