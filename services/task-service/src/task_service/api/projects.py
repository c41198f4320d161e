"""Routes of projects and their members."""

from fastapi import APIRouter, Request, Response

from kernel.http.openapi import answers
from kernel.http.requests import IdempotencyKey, IfMatch, command_of, resource
from task_service.api.common import CREATED, VERSIONED, UserRoute, deps_of, project_answer, user_of
from task_service.domain.project import CreateProject, DeleteProject, EditProject, RemoveMember, RestoreProject
from task_service.schemas import (
    Membership,
    NewProject,
    ProjectPatch,
    ProjectView,
    labels_of,
    project_bytes,
    statuses_of,
)

router = APIRouter(route_class=UserRoute, tags=["projects"], generate_unique_id_function=lambda route: route.name)
CHANGED = answers(ProjectView, headers=VERSIONED, writes=True)


@router.post("/api/projects", status_code=201, responses=answers(ProjectView, status=201, headers=CREATED, writes=True))
async def create_project(request: Request, body: NewProject, key: IdempotencyKey = None) -> Response:
    """Make a project; its creator becomes its owner."""
    user_id = user_of(request)
    new = CreateProject(
        by=user_id,
        name=body.name,
        key=body.key,
        statuses=statuses_of(body.statuses),
        labels=labels_of(body.labels) or (),
    )
    outcome = await deps_of(request).projects.create(new, await command_of(request, user_id, key))
    return project_answer(outcome, user_id, status=201, Location=f"/api/projects/{outcome.state.id}")


@router.get("/api/projects/{project_id}", responses=answers(ProjectView, headers=("ETag",)))
async def read_project(request: Request, project_id: str) -> Response:
    """A project, deleted or not."""
    user_id = user_of(request)
    project = await deps_of(request).projects.managed(project_id, user_id)
    return resource(project_bytes(project, user_id), project.version)


@router.patch("/api/projects/{project_id}", responses=CHANGED)
async def edit_project(
    request: Request, project_id: str, body: ProjectPatch, key: IdempotencyKey = None, if_match: IfMatch = None
) -> Response:
    """Rename a project, or change its statuses or labels.

    A task whose status or label goes keeps it until it is moved or edited.
    """
    user_id = user_of(request)
    change = EditProject(by=user_id, name=body.name, statuses=statuses_of(body.statuses), labels=labels_of(body.labels))
    command = await command_of(request, user_id, key)
    outcome = await deps_of(request).projects.change(project_id, change, command, if_match)
    return project_answer(outcome, user_id)


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
