"""Routes that other services ask directly; nothing of them can be reached from outside."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import Field

from kernel.http.requests import JSON, Body, command_of
from kernel.log.ids import is_id
from task_service.api.common import ServiceRoute, deps_of

router = APIRouter(route_class=ServiceRoute, include_in_schema=False)

Id = Annotated[str, Field(max_length=36)]


class CompanionsBody(Body):
    """Of whom; with `among`, which of these."""

    user_id: Id
    among: Annotated[list[Id], Field(max_length=200)] | None = None


class ClaimBody(Body):
    """An invitation's token; with `user_id`, who accepts it."""

    token: Annotated[str, Field(max_length=200)]
    user_id: Id | None = None


@router.post("/api/internal/companions")
async def list_companions(request: Request, body: CompanionsBody) -> Response:
    """Who is or was in a project that the person is in."""
    found = await deps_of(request).invitations.companions(body.user_id, body.among)
    return Response(orjson.dumps({"ids": found}), media_type=JSON)


@router.post("/api/internal/invitations")
async def claim_invitation(request: Request, body: ClaimBody) -> Response:
    """Whether an invitation may be used, or with `user_id`, use it for somebody who is about to be registered."""
    invitations = deps_of(request).invitations
    if body.user_id is None or not is_id(body.user_id):
        await invitations.show(body.token, None)
    else:
        await invitations.accept(body.token, body.user_id, await command_of(request, body.user_id, None))
    return Response(status_code=204)
