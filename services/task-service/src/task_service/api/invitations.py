"""Routes of invitations: for owners, for whoever holds a token, for who accepts."""

from datetime import timedelta
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response

from contracts.invitation import Invitation
from kernel.http.openapi import answers
from kernel.http.problems import not_authenticated
from kernel.http.requests import JSON, Cursor, IdempotencyKey, Limit, command_of, decode_cursor, encode_cursor
from kernel.http.user_route import UserRoute, user_of
from task_service.api.common import VERSIONED, GuestRoute, deps_of, guest_of, project_answer
from task_service.invitation_schemas import (
    InvitationMade,
    InvitationShown,
    InvitationsView,
    NewInvitation,
    invitation_document,
)
from task_service.schemas import ProjectView

router = APIRouter(route_class=UserRoute, tags=["invitations"], generate_unique_id_function=lambda route: route.name)
guests = APIRouter(route_class=GuestRoute, tags=["invitations"], generate_unique_id_function=lambda route: route.name)

KEPT: Final = ("Idempotency-Replayed",)


@router.post(
    "/api/projects/{project_id}/invitations",
    status_code=201,
    responses=answers(InvitationMade, status=201, headers=KEPT, writes=True, also=(429,)),
)
async def make_invitation(
    request: Request, project_id: str, body: NewInvitation, key: IdempotencyKey = None
) -> Response:
    """Invite whoever gets the link, or with `email` one person, by mail. `token` and `url` are in this answer alone.

    The answer to a repeated request has neither.
    """
    user_id = user_of(request)
    made = await deps_of(request).invitations.make(
        project_id,
        user_id,
        body.role,
        body.email,
        body.max_uses,
        timedelta(seconds=body.expires_in),
        await command_of(request, user_id, key),
    )
    url = None if made.token is None else f"{deps_of(request).public_url}/invitation#{made.token}"
    document = {**invitation_document(made.invitation, body.email, None), "url": url, "token": made.token}
    return _answer(document, 201, {"Idempotency-Replayed": "true"} if made.replayed else {})


@router.get("/api/projects/{project_id}/invitations", responses=answers(InvitationsView))
async def list_invitations(request: Request, project_id: str, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The invitations that have not expired, newest first; for owners, and never with the token."""
    before: str | None = decode_cursor(cursor, str)[0] if cursor is not None else None
    found, addresses = await deps_of(request).invitations.open(project_id, user_of(request), before, limit + 1)
    items = [_listed(invitation, addresses.get(invitation.id, {})) for invitation in found[:limit]]
    more = encode_cursor(items[-1]["id"]) if len(found) > limit else None
    return _answer({"items": items, "next_cursor": more})


def _listed(invitation: Invitation, kept: Any) -> dict[str, Any]:
    return invitation_document(invitation, kept.get("email"), kept.get("mailed_at"))


@router.delete(
    "/api/projects/{project_id}/invitations/{invitation_id}",
    status_code=204,
    responses=answers(None, status=204, headers=KEPT, writes=True),
)
async def withdraw_invitation(
    request: Request, project_id: str, invitation_id: str, key: IdempotencyKey = None
) -> Response:
    """Close an invitation. Whoever came in by it stays."""
    user_id = user_of(request)
    command = await command_of(request, user_id, key)
    outcome = await deps_of(request).invitations.withdraw(project_id, invitation_id, user_id, command)
    return Response(status_code=204, headers={"Idempotency-Replayed": "true"} if outcome.replayed else None)


@guests.get("/api/invitations/{token}", responses=answers(InvitationShown), openapi_extra={"security": []})
async def show_invitation(request: Request, token: str) -> Response:
    """What an invitation opens; to whoever holds its token. 404 when it is used up, expired or withdrawn.

    `needs`: an `account` or a `login` (as the person it was mailed to), or nothing more than to accept it.
    """
    shown = await deps_of(request).invitations.show(token, guest_of(request))
    return _answer(
        {
            "project": {"name": shown.project},
            "invited_by": {"name": shown.invited_by},
            "role": shown.role,
            "expires_at": shown.expires_at,
            "needs": shown.needs,
            "email": shown.email,
        }
    )


@router.post("/api/invitations/{token}/accept", responses=answers(ProjectView, headers=VERSIONED, writes=True))
async def accept_invitation(request: Request, token: str, key: IdempotencyKey = None) -> Response:
    """Become a member of the project; twice is once."""
    user_id = user_of(request)
    deps = deps_of(request)
    if not await deps.projects.registered.has(user_id):
        raise not_authenticated("The account does not exist any more.")
    outcome = await deps.invitations.accept(token, user_id, await command_of(request, user_id, key))
    return project_answer(outcome, user_id)


def _answer(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(document, option=orjson.OPT_UTC_Z), status, headers=headers, media_type=JSON)
