"""The HTTP endpoints of auth-service."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import orjson
import structlog
from fastapi import APIRouter, Query, Request, Response

from auth_service import cookies, views
from auth_service.accounts import Account, Locale
from auth_service.deps import Deps
from auth_service.handlers import Client, LoggedIn, same_secret
from auth_service.signing import SERVICE_TOKEN_SECONDS, USER_TOKEN_SECONDS
from kernel import problems
from kernel.idempotency import IdempotentRoute, PublicIdempotentRoute
from kernel.ids import is_id
from kernel.openapi import answers
from kernel.problems import Problem
from kernel.requests import JSON, Cursor, IdempotencyKey, Limit, decode_cursor, encode_cursor
from kernel.security import (
    ACCESS_COOKIE,
    REFRESH_COOKIE,
    Principal,
    authenticate,
    authenticate_user,
    check_same_origin,
    cookie_of,
)

log = structlog.get_logger("auth")

router: Final = APIRouter(
    prefix="/api", route_class=IdempotentRoute, generate_unique_id_function=lambda route: route.name
)
public: Final = APIRouter(
    prefix="/api", route_class=PublicIdempotentRoute, generate_unique_id_function=lambda route: route.name
)
"""For calls that look at nobody's credentials but those in the body."""

MAX_IDS: Final = 200

_PUBLIC: Final[dict[str, Any]] = {"security": []}
_KEPT: Final = ("Idempotency-Replayed",)
_DONE: Final = answers(None, status=204, headers=_KEPT, writes=True)
_CONFIRMED: Final = answers(None, status=204, headers=_KEPT, writes=True, also=(429,))


def _deps(request: Request) -> Deps:
    deps: Deps = request.app.state.deps
    return deps


async def _user(request: Request) -> Principal:
    return await authenticate_user(request, _deps(request).authenticator)


async def _service(request: Request) -> Principal:
    """The calling service; only tokens made for auth-service are let in."""
    return await authenticate(request, _deps(request).services)


def _client(request: Request) -> Client:
    proxies = _deps(request).settings.trusted_proxies
    address = request.client.host if request.client else ""
    forwarded = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    if proxies and len(forwarded) >= proxies:
        # Each proxy appends whom it saw; what stands further left is the client's own claim.
        address = forwarded[-proxies]
    return Client(address, request.headers.get("user-agent", ""))


def _after(cursor: str | None) -> str:
    after: str = decode_cursor(cursor, str)[0] if cursor is not None else ""
    return after


def _page(items: Sequence[dict[str, Any]], limit: int) -> dict[str, Any]:
    """A page of what is listed by id, given up to one item more than fits."""
    page = items[:limit]
    return {"items": page, "next_cursor": encode_cursor(page[-1]["id"]) if len(items) > limit else None}


def _answer(document: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, media_type=JSON)


async def _session(request: Request, logged_in: LoggedIn, kind: views.SessionKind, status: int) -> Response:
    deps = _deps(request)
    access_token = await deps.keys.user_token(logged_in.account.id, logged_in.session.id)
    user = views.own_document(logged_in.account)
    if kind == "cookie":
        response = _answer({"user": user}, status)
        https = cookies.is_https(request, deps.settings.public_url)
        cookies.set_session(response, access_token=access_token, refresh_token=logged_in.refresh_token, https=https)
        return response
    tokens = {"access_token": access_token, "refresh_token": logged_in.refresh_token, "token_type": "Bearer"}
    return _answer({"user": user, **tokens, "expires_in": USER_TOKEN_SECONDS}, status)


def _preferred_locale(request: Request) -> Locale:
    return "ko" if request.headers.get("accept-language", "").lower().startswith("ko") else "en"


# --- sessions ---


@public.post(
    "/auth/register",
    status_code=201,
    responses=answers(views.SessionOut, status=201, headers=_KEPT, writes=True, also=(429,)),
    openapi_extra=_PUBLIC,
    tags=["auth"],
)
async def register(request: Request, body: views.RegisterBody, key: IdempotencyKey = None) -> Response:
    """Make an account and log in. 422 for a weak password, 409 for an address that is taken."""
    locale = body.locale or _preferred_locale(request)
    auth = _deps(request).auth
    logged_in = await auth.register(body.email, body.password, body.name, locale, _client(request))
    return await _session(request, logged_in, body.session, 201)


@public.post(
    "/auth/login",
    responses=answers(views.SessionOut, headers=_KEPT, writes=True, also=(429,)),
    openapi_extra=_PUBLIC,
    tags=["auth"],
)
async def login(request: Request, body: views.LoginBody, key: IdempotencyKey = None) -> Response:
    """Log in. 401 `invalid_credentials`, the same for an unknown address and a wrong password."""
    logged_in = await _deps(request).auth.login(body.email, body.password, _client(request))
    return await _session(request, logged_in, body.session, 200)


@router.post(
    "/auth/refresh",
    responses=answers(views.SessionOut, headers=_KEPT, writes=True),
    openapi_extra=_PUBLIC,
    tags=["auth"],
)
async def refresh(request: Request, body: views.RefreshBody | None = None, key: IdempotencyKey = None) -> Response:
    """Go on with a session: by the refresh token in the body, or by the browser's cookie."""
    sent = body.refresh_token if body else None
    if sent is not None:
        return await _session(request, await _deps(request).auth.refresh(sent), "bearer", 200)
    cookie = cookie_of(request, REFRESH_COOKIE)
    if cookie is None:
        raise problems.not_authenticated()
    check_same_origin(request)
    return await _session(request, await _deps(request).auth.refresh(cookie), "cookie", 200)


@router.post("/auth/logout", status_code=204, responses=_DONE, openapi_extra=_PUBLIC, tags=["auth"])
async def logout(request: Request, body: views.RefreshBody | None = None, key: IdempotencyKey = None) -> Response:
    """End the session. Also answers 204 when there is none any more."""
    deps = _deps(request)
    sent = body.refresh_token if body else None
    cookie = cookie_of(request, REFRESH_COOKIE)
    by_cookie = cookie is not None or cookie_of(request, ACCESS_COOKIE) is not None
    if by_cookie and sent is None and "authorization" not in request.headers:
        check_same_origin(request)
    user_id = session_id = None
    try:
        principal = await _user(request)
        user_id, session_id = principal.id, principal.session_id
    except Problem as problem:
        if problem.status != 401:
            raise
    await deps.auth.logout(sent or cookie, user_id, session_id)
    response = Response(status_code=204)
    if by_cookie:
        cookies.clear_session(response, https=cookies.is_https(request, deps.settings.public_url))
    return response


@router.get("/auth/sessions", responses=answers(views.SessionsOut), tags=["auth"])
async def list_sessions(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Where one is logged in, oldest first."""
    principal = await _user(request)
    found = await _deps(request).auth.sessions.of(principal.id, _after(cursor), limit + 1)
    items = [views.session_document(session, principal.session_id) for session in found]
    return _answer(_page(items, limit))


@router.delete("/auth/sessions/{session_id}", status_code=204, responses=_DONE, tags=["auth"])
async def end_session(request: Request, session_id: str, key: IdempotencyKey = None) -> Response:
    """Log out somewhere else."""
    principal = await _user(request)
    known = _deps(request).auth.sessions
    if not await known.exists(principal.id, session_id):
        raise problems.not_found("session")
    await known.end(principal.id, session_id)
    return Response(status_code=204)


# --- oneself ---


@router.get("/auth/me", responses=answers(views.UserOut), tags=["auth"])
async def read_me(request: Request) -> Response:
    """Who is logged in."""
    principal = await _user(request)
    return _answer(views.own_document(await _deps(request).auth.me(principal.id)))


@router.patch("/auth/me", responses=answers(views.UserOut, headers=_KEPT, writes=True), tags=["auth"])
async def change_me(request: Request, body: views.ProfileBody, key: IdempotencyKey = None) -> Response:
    """Change one's name or language."""
    principal = await _user(request)
    return _answer(views.own_document(await _deps(request).auth.change_profile(principal.id, body.name, body.locale)))


@router.delete("/auth/me", status_code=204, responses=_CONFIRMED, tags=["auth"])
async def erase_me(request: Request, body: views.EraseBody, key: IdempotencyKey = None) -> Response:
    """Have one's name, address and password forgotten."""
    principal = await _user(request)
    deps = _deps(request)
    await deps.auth.erase(principal.id, body.password)
    response = Response(status_code=204)
    cookies.clear_session(response, https=cookies.is_https(request, deps.settings.public_url))
    return response


@router.post("/auth/password", status_code=204, responses=_CONFIRMED, tags=["auth"])
async def change_password(request: Request, body: views.PasswordBody, key: IdempotencyKey = None) -> Response:
    """Set a new password; every other session ends."""
    principal = await _user(request)
    await _deps(request).auth.change_password(principal.id, principal.session_id, body.old_password, body.new_password)
    return Response(status_code=204)


@router.get("/auth/tokens", responses=answers(views.TokensOut), tags=["auth"])
async def list_tokens(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """One's personal tokens, oldest first."""
    principal = await _user(request)
    found = await _deps(request).auth.sessions.personal(principal.id, _after(cursor), limit + 1)
    return _answer(_page([views.token_document(token) for token in found], limit))


@router.post(
    "/auth/tokens",
    status_code=201,
    responses=answers(views.TokenInfo, status=201, headers=_KEPT, writes=True),
    tags=["auth"],
)
async def add_token(request: Request, body: views.TokenBody, key: IdempotencyKey = None) -> Response:
    """Make a personal token. It is shown this once; making it takes a login, not another token."""
    principal = await _user(request)
    made, token = await _deps(request).auth.add_token(principal.id, principal.session_id, body.name)
    return _answer({**views.token_document(made), "token": token}, 201)


@router.delete("/auth/tokens/{token_id}", status_code=204, responses=_DONE, tags=["auth"])
async def remove_token(request: Request, token_id: str, key: IdempotencyKey = None) -> Response:
    """Revoke a personal token; services that have just asked trust it for a minute more."""
    principal = await _user(request)
    if not await _deps(request).auth.sessions.remove_personal(principal.id, token_id):
        raise problems.not_found("token")
    return Response(status_code=204)


# --- the directory ---


@router.get("/users", responses=answers(views.UsersOut), tags=["users"])
async def list_users(
    request: Request,
    q: Annotated[str | None, Query(max_length=200)] = None,
    ids: Annotated[list[str] | None, Query(description="ids, repeated or separated by commas")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Everyone, by name; or those with `ids`. E-mail addresses are for oneself and for services alone."""
    deps = _deps(request)
    principal = await _reader(request)
    if ids is not None:
        wanted = [part for value in ids for part in value.split(",") if is_id(part)]
        if len(wanted) > MAX_IDS:
            raise problems.invalid("ids", f"must be at most {MAX_IDS}")
        found, next_cursor = await deps.auth.accounts.many(wanted), None
    else:
        found, next_cursor = _people(await deps.auth.find(q or ""), limit, cursor)
    return _answer({"items": [_document(account, principal) for account in found], "next_cursor": next_cursor})


async def _reader(request: Request) -> Principal:
    try:
        return await _user(request)
    except Problem as problem:
        if problem.status != 401 or "authorization" not in request.headers:
            raise
        return await _service(request)


def _document(account: Account, reader: Principal) -> dict[str, Any]:
    if reader.kind == "service":
        return views.service_document(account)
    if account.id == reader.id and not account.erased:
        return views.own_document(account)
    return views.listed_document(account)


def _people(found: Sequence[Account], limit: int, cursor: str | None) -> tuple[list[Account], str | None]:
    after = decode_cursor(cursor, str, str) if cursor is not None else ("", "")
    rest = [account for account in found if (account.name.casefold(), account.id) > after]
    page = rest[:limit]
    if len(rest) <= limit:
        return page, None
    return page, encode_cursor(page[-1].name.casefold(), page[-1].id)


# --- for the services ---


@router.get("/auth/.well-known/jwks.json", openapi_extra=_PUBLIC, tags=["services"])
async def read_keys(request: Request) -> Response:
    """The public keys that verify access tokens (RFC 7517)."""
    return _answer(await _deps(request).keys.jwks())


@public.post(
    "/auth/service-token",
    responses=answers(views.AccessOut, headers=_KEPT, writes=True),
    openapi_extra=_PUBLIC,
    tags=["services"],
)
async def make_service_token(request: Request, body: views.ServiceTokenBody, key: IdempotencyKey = None) -> Response:
    """A short-lived token for one service to call another."""
    deps = _deps(request)
    if not same_secret(body.secret, deps.settings.service_secret):
        log.warning("auth.service-token-refused", service=body.service)
        raise Problem(401, "invalid_credentials", "The secret is wrong.")
    token = await deps.keys.service_token(body.service, body.audience)
    return _answer({"access_token": token, "token_type": "Bearer", "expires_in": SERVICE_TOKEN_SECONDS})


@router.post("/auth/introspect", responses=answers(views.IntrospectOut, headers=_KEPT, writes=True), tags=["services"])
async def introspect(request: Request, body: views.IntrospectBody, key: IdempotencyKey = None) -> Response:
    """Whose personal token it is (after RFC 7662); for services alone."""
    principal = await _service(request)
    if principal.kind != "service":
        raise problems.forbidden("Only services may ask.")
    owner = await _deps(request).auth.sessions.owner_of(body.token)
    return _answer({"active": owner is not None, "user_id": owner})
