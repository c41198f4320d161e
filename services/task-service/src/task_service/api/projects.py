"""Routes of projects and their members."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from contracts.project import Label, Status
from kernel.http.openapi import answers
from kernel.http.requests import IdempotencyKey, IfMatch, command_of, resource
from kernel.http.user_route import UserRoute, user_of
from task_service.api.common import AS_OF, CREATED, VERSIONED, LabelName, deps_of, project_answer
from task_service.api.moments import At, as_of
from task_service.bodies import (
    LabelPut,
    Membership,
    NewProject,
    ProjectPatch,
    StatusPut,
    labels_in,
    labels_of,
    statuses_in,
    statuses_of,
)
from task_service.domain.elements import Elements
from task_service.domain.project import CreateProject, DeleteProject, EditProject, RemoveMember, RestoreProject
from task_service.field_types import StatusKeyText
from task_service.schemas import ProjectView, project_bytes

router = APIRouter(route_class=UserRoute, tags=["projects"], generate_unique_id_function=lambda route: route.name)
KeyInPath = Annotated[StatusKeyText, Path(description="the status's key")]
CHANGED = answers(ProjectView, headers=VERSIONED, writes=True)


@router.post("/api/projects", status_code=201, responses=answers(ProjectView, status=201, headers=CREATED, writes=True))
async def create_project(request: Request, body: NewProject, key: IdempotencyKey = None) -> Response:
    """Make a project; its creator becomes its owner."""
    user_id = user_of(request)
    new = CreateProject(
        by=user_id,
        name=body.name,
        key=body.key,
        statuses=None if body.statuses is None else statuses_in(body.statuses),
        labels=labels_in(body.labels),
    )
    outcome = await deps_of(request).projects.create(new, await command_of(request, user_id, key))
    return project_answer(outcome, user_id, status=201, Location=f"/api/projects/{outcome.state.id}")


@router.get("/api/projects/{project_id}", responses=answers(ProjectView, headers=("ETag", *AS_OF)))
async def read_project(request: Request, project_id: str, at: At = None) -> Response:
    """A project, deleted or not."""
    user_id = user_of(request)
    if at is not None:
        then = await deps_of(request).past.project(project_id, user_id, at)
        return as_of(resource(project_bytes(then, user_id), then.version), at)
    project = await deps_of(request).projects.managed(project_id, user_id)
    return resource(project_bytes(project, user_id), project.version)


@router.patch("/api/projects/{project_id}", responses=CHANGED)
async def edit_project(
    request: Request, project_id: str, body: ProjectPatch, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Rename a project, or change its statuses or labels.

    A task whose status or label goes keeps it until it is moved or edited.
    """
    statuses, labels = statuses_of(body.statuses), labels_of(body.labels)
    change = EditProject(by=user_of(request), name=body.name, statuses=statuses, labels=labels)
    return await _edit(request, project_id, change, key, if_match)


@router.put("/api/projects/{project_id}/statuses/{status_key}", responses=CHANGED)
async def put_status(
    request: Request,
    project_id: str,
    status_key: KeyInPath,
    body: StatusPut,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Add a status, as the last one, or change the one with this key; the others stay."""
    statuses = Elements(put=(Status(key=status_key, **body.model_dump()),))
    return await _edit(request, project_id, EditProject(by=user_of(request), statuses=statuses), key, if_match)


@router.delete("/api/projects/{project_id}/statuses/{status_key}", responses=CHANGED)
async def remove_status(
    request: Request, project_id: str, status_key: KeyInPath, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Take a status away; a task that has it keeps it until it is moved."""
    change = EditProject(by=user_of(request), statuses=Elements(remove=(status_key,)))
    return await _edit(request, project_id, change, key, if_match)


@router.put("/api/projects/{project_id}/labels/{label:path}", responses=CHANGED)
async def put_label(
    request: Request,
    project_id: str,
    label: LabelName,
    body: LabelPut,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Lay a label down, or give it another colour; the others stay."""
    labels = Elements(put=(Label(name=label, color=body.color),))
    return await _edit(request, project_id, EditProject(by=user_of(request), labels=labels), key, if_match)


@router.delete("/api/projects/{project_id}/labels/{label:path}", responses=CHANGED)
async def remove_project_label(
    request: Request, project_id: str, label: LabelName, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Lay a label down no more; tasks keep it."""
    change = EditProject(by=user_of(request), labels=Elements(remove=(label,)))
    return await _edit(request, project_id, change, key, if_match)


@router.delete("/api/projects/{project_id}", responses=CHANGED)
async def delete_project(
    request: Request, project_id: str, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Hide a project with all its tasks; nothing is lost."""
    user_id = user_of(request)
    command = await command_of(request, user_id, key)
    change = DeleteProject(by=user_id)
    return project_answer(await deps_of(request).projects.change(project_id, change, command, if_match), user_id)


@router.post("/api/projects/{project_id}/restore", responses=CHANGED)
async def restore_project(
    request: Request, project_id: str, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Undo the deletion of a project."""
    user_id = user_of(request)
    command = await command_of(request, user_id, key)
    change = RestoreProject(by=user_id)
    return project_answer(await deps_of(request).projects.change(project_id, change, command, if_match), user_id)


@router.put("/api/projects/{project_id}/members/{user_id}", responses=CHANGED)
async def put_member(
    request: Request,
    project_id: str,
    user_id: str,
    body: Membership,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Let a registered user in, or change a member's role."""
    caller = user_of(request)
    command = await command_of(request, caller, key)
    outcome = await deps_of(request).projects.put_member(project_id, caller, user_id, body.role, command, if_match)
    return project_answer(outcome, caller)


@router.delete("/api/projects/{project_id}/members/{user_id}", responses=CHANGED)
async def remove_member(
    request: Request, project_id: str, user_id: str, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Take someone out, or leave. The tasks that they are assigned to keep them until someone changes that."""
    caller = user_of(request)
    command = await command_of(request, caller, key)
    change = RemoveMember(by=caller, user_id=user_id)
    return project_answer(await deps_of(request).projects.change(project_id, change, command, if_match), caller)


async def _edit(
    request: Request, project_id: str, change: EditProject, key: str | None, if_match: str | None
) -> Response:
    command = await command_of(request, change.by, key)
    return project_answer(await deps_of(request).projects.change(project_id, change, command, if_match), change.by)
