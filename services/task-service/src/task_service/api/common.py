"""What all routes share: everyone is authenticated before anything else, and answers carry their version."""

from typing import Annotated, Final

from fastapi import Path, Request, Response

from contracts.project import Project
from contracts.task import Task
from kernel.http import problems
from kernel.http.problems import Problem
from kernel.http.requests import decode_cursor, resource
from kernel.http.routes import Handle, Route
from kernel.identity.security import Principal, authenticate, authenticate_user
from kernel.log.decider import Outcome
from task_service.deps import Deps
from task_service.field_types import LabelText
from task_service.schemas import project_bytes, task_bytes

LabelName = Annotated[LabelText, Path(description="the label, percent-encoded")]
AS_OF: Final = ("Taskledger-As-Of",)
"""The header of answers about the past: the moment that they are of."""

VERSIONED: Final = ("ETag", "Idempotency-Replayed")
_MOST: Final = 2**53

CREATED: Final = ("ETag", "Location", "Idempotency-Replayed")
MADE: Final = ("Taskledger-Versions",)
"""The header of a task that a command has changed: which events that were."""


class GuestRoute(Route):
    """A route for everybody, who may be logged in."""

    def get_route_handler(self) -> Handle:
        """The handler; credentials that are no good any more are as none."""
        handle = super().get_route_handler()

        async def looked_at(request: Request) -> Response:
            try:
                principal = await authenticate_user(request, deps_of(request).authenticator)
            except Problem as problem:
                if problem.status != 401:
                    raise
                request.state.principal = None
            else:
                request.state.principal = principal
            return await handle(request)

        return looked_at


class ServiceRoute(Route):
    """A route for other services alone, with a token made for this one."""

    def get_route_handler(self) -> Handle:
        """The handler, behind the authentication."""
        handle = super().get_route_handler()

        async def authenticated(request: Request) -> Response:
            principal = await authenticate(request, deps_of(request).services)
            if principal.kind != "service":
                raise problems.forbidden("Only services may ask.")
            return await handle(request)

        return authenticated


def deps_of(request: Request) -> Deps:
    """What the app was made of."""
    deps: Deps = request.app.state.deps
    return deps


def guest_of(request: Request) -> str | None:
    """The id of who is asking on a GuestRoute, or None for somebody who is not logged in."""
    principal: Principal | None = request.state.principal
    return None if principal is None else principal.id


def project_answer(outcome: Outcome[Project], user_id: str, *, status: int = 200, **headers: str) -> Response:
    """A project as a command left it."""
    body = project_bytes(outcome.state, user_id)
    return resource(body, outcome.version, status=status, replayed=outcome.replayed, **headers)


def task_answer(outcome: Outcome[Task], *, status: int = 200, **headers: str) -> Response:
    """A task as a command left it, and the versions of the events that the command made."""
    made = outcome.versions
    if made:
        headers[MADE[0]] = f"{made[0]}-{made[-1]}"
    return resource(task_bytes(outcome.state), outcome.version, status=status, replayed=outcome.replayed, **headers)


def behind(cursor: str | None) -> int:
    """How much of a list its cursor has behind it; 422 for one that is not of this list."""
    if cursor is None:
        return 0
    count: int = decode_cursor(cursor, int)[0]
    if not 0 <= count < _MOST:
        raise problems.invalid("cursor", "is not a cursor of this list")
    return count
