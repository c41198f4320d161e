"""Routes of invitations by mail, for task-service alone; nothing of them can be reached from outside."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from auth_service.api.common import answer, deps_of
from contracts.invitation import InvitedRole
from kernel.http import problems
from kernel.http.requests import Body
from kernel.http.routes import Handle, Route
from kernel.identity.security import authenticate


class ServiceRoute(Route):
    """A route for other services alone."""

    def get_route_handler(self) -> Handle:
        """The handler, behind the authentication."""
        handle = super().get_route_handler()

        async def authenticated(request: Request) -> Response:
            if (await authenticate(request, deps_of(request).services)).kind != "service":
                raise problems.forbidden("Only services may ask.")
            return await handle(request)

        return authenticated


router: Final = APIRouter(route_class=ServiceRoute, include_in_schema=False)

Id = Annotated[str, Field(max_length=36)]


class KeepBody(Body):
    id: Id
    email: Annotated[str, Field(max_length=300)]
    expires_at: AwareDatetime
    by: Id


class MailBody(Body):
    id: Id
    project_id: Id
    project: str
    role: InvitedRole
    by: Id


class SeeBody(Body):
    id: Id
    token_hash: str
    user_id: Id | None


class ListBody(Body):
    ids: list[Id]


@router.post("/api/internal/invited")
async def keep_address(request: Request, body: KeepBody) -> Response:
    """Keep whom an invitation is for. 422 where that is no address, 429 where somebody invites without end."""
    deps = deps_of(request)
    expires_at: datetime = body.expires_at
    try:
        await deps.invited.keep(body.id, body.email, expires_at, body.by)
    except ValueError as error:
        raise problems.invalid("email", str(error), reason="not_an_address") from error
    return answer({})


@router.post("/api/internal/invited/mail")
async def mail_invitation(request: Request, body: MailBody) -> Response:
    """Have an invitation mailed."""
    await deps_of(request).invited.mail(body.id, body.project_id, body.project, body.role)
    return answer({})


@router.post("/api/internal/invited/see")
async def see_invited(request: Request, body: SeeBody) -> Response:
    """Who comes with a token of an invitation; null where no address is kept for it."""
    invited = deps_of(request).invited
    kept = await invited.get(body.id)
    if kept is None:
        return answer(None)
    mailed, person, known = await invited.see(kept, body.token_hash, body.user_id)
    return answer({"mailed": mailed, "person": person, "known": known, "email": kept.email if mailed else None})


@router.post("/api/internal/invited/list")
async def list_invited(request: Request, body: ListBody) -> Response:
    """The addresses of invitations, and when they were mailed."""
    found = [kept for each in body.ids if (kept := await deps_of(request).invited.get(each)) is not None]
    return answer({"items": [{"id": kept.id, "email": kept.email, "mailed_at": kept.mailed_at} for kept in found]})
