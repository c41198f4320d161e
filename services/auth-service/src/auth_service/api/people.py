"""Routes of the directory, and those that only services need."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import structlog
from fastapi import Query, Request, Response

from auth_service import schemas as views
from auth_service.accounts import Account
from auth_service.api.common import KEPT, PUBLIC, answer, deps_of, router_of
from auth_service.checks import same_secret
from auth_service.deps import Deps
from auth_service.signing import SERVICE_TOKEN_SECONDS
from kernel.http import problems
from kernel.http.idempotency import IdempotentRoute, PublicIdempotentRoute
from kernel.http.openapi import answers
from kernel.http.problems import Problem
from kernel.http.requests import Cursor, IdempotencyKey, Limit, decode_cursor, encode_cursor
from kernel.identity.ended_sessions import LONGEST_SECONDS
from kernel.identity.security import Principal, authenticate, authenticate_user
from kernel.log.ids import is_id

log = structlog.get_logger("auth")

public: Final = router_of(PublicIdempotentRoute, "services")
services: Final = router_of(IdempotentRoute, "services")
router: Final = router_of(IdempotentRoute, "users")

MAX_IDS: Final = 200


@router.get("/users", responses=answers(views.UsersOut))
async def list_users(
    request: Request,
    q: Annotated[str | None, Query(max_length=200)] = None,
    ids: Annotated[list[str] | None, Query(description="ids, repeated or separated by commas")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Those one shares a project with, by name, and with `q` who has it as their address; or those with `ids`.

    Nobody learns of anybody else. E-mail addresses are for oneself and for services alone.
    """
    deps = deps_of(request)
    principal = await _reader(request)
    if ids is not None:
        wanted = [part for value in ids for part in value.split(",") if is_id(part)]
        if len(wanted) > MAX_IDS:
            raise problems.invalid("ids", f"must be at most {MAX_IDS}", reason="too_many", limit=MAX_IDS)
        if principal.kind == "user":
            known = await _known(deps, principal.id, wanted)
            wanted = [each for each in wanted if each in known]
        found, next_cursor = await deps.auth.accounts.many(wanted), None
    else:
        service = principal.kind == "service"
        known = frozenset() if service else await _known(deps, principal.id, None)
        found, next_cursor = page_of(await deps.auth.find(q or "", known), limit, cursor)
    return answer({"items": [_document(deps, account, principal) for account in found], "next_cursor": next_cursor})


async def _known(deps: Deps, user_id: str, among: list[str] | None) -> frozenset[str]:
    """Oneself and those one shares a project with."""
    others = None if among is None else [each for each in among if each != user_id]
    found = await deps.projects.companions(user_id, others) if others is None or others else frozenset()
    return found | {user_id}


async def _service(request: Request) -> Principal:
    """The calling service; only tokens made for auth-service are let in."""
    return await authenticate(request, deps_of(request).services)


async def _only_service(request: Request) -> None:
    if (await _service(request)).kind != "service":
        raise problems.forbidden("Only services may ask.")


async def _reader(request: Request) -> Principal:
    try:
        return await authenticate_user(request, deps_of(request).authenticator)
    except Problem as problem:
        if problem.status != 401 or "authorization" not in request.headers:
            raise
        return await _service(request)


def _document(deps: Deps, account: Account, reader: Principal) -> dict[str, Any]:
    if reader.kind == "service":
        return views.service_document(account, addressed=account.email_verified or not deps.recovery.required)
    if account.id == reader.id and not account.erased:
        return views.own_document(account)
    return views.listed_document(account)


def page_of(found: Sequence[Account], limit: int, cursor: str | None) -> tuple[list[Account], str | None]:
    """A page of people by name, and where the next begins. Raises Problem 422."""
    after = decode_cursor(cursor, str, str) if cursor is not None else ("", "")
    rest = [account for account in found if (account.name.casefold(), account.id) > after]
    page = rest[:limit]
    if len(rest) <= limit:
        return page, None
    return page, encode_cursor(page[-1].name.casefold(), page[-1].id)


@services.get("/auth/.well-known/jwks.json", openapi_extra=PUBLIC)
async def read_keys(request: Request) -> Response:
    """The public keys that verify access tokens (RFC 7517)."""
    return answer(await deps_of(request).keys.jwks())


@public.post(
    "/auth/service-token",
    responses=answers(views.AccessOut, headers=KEPT, writes=True),
    openapi_extra=PUBLIC,
)
async def make_service_token(request: Request, body: views.ServiceTokenBody, key: IdempotencyKey = None) -> Response:
    """A short-lived token for one service to call another."""
    deps = deps_of(request)
    if not same_secret(body.secret, deps.settings.service_secret):
        log.warning("auth.service-token-refused", service=body.service)
        raise Problem(401, "invalid_credentials", "The secret is wrong.")
    token = await deps.keys.service_token(body.service, body.audience)
    return answer({"access_token": token, "token_type": "Bearer", "expires_in": SERVICE_TOKEN_SECONDS})


@services.post("/auth/introspect", responses=answers(views.IntrospectOut, headers=KEPT, writes=True))
async def introspect(request: Request, body: views.IntrospectBody, key: IdempotencyKey = None) -> Response:
    """Whose personal token it is (after RFC 7662); for services alone."""
    await _only_service(request)
    found = await deps_of(request).auth.personal.find(body.token)
    return answer({"active": False, "user_id": None} if found is None else views.introspected(*found))


@services.get("/auth/ended-sessions", responses=answers(views.EndedSessionsOut))
async def list_ended_sessions(
    request: Request, seconds: Annotated[float, Query(ge=0, le=LONGEST_SECONDS, description="how far back")]
) -> Response:
    """Sessions that ended lately, with the seconds for which tokens of each may still live; for services alone."""
    await _only_service(request)
    ended = await deps_of(request).auth.sessions.ended(seconds)
    return answer({"items": [{"id": session_id, "seconds": left} for session_id, left in ended.items()]})
