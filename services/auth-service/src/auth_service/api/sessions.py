"""Routes that begin, go on with and end sessions."""

from typing import Final

import orjson
from fastapi import Request, Response

from auth_service import cookies
from auth_service import schemas as views
from auth_service.accounts import Locale
from auth_service.api.common import (
    DONE,
    KEPT,
    PUBLIC,
    UserRoute,
    after,
    answer,
    client_of,
    deps_of,
    page,
    router_of,
    user_of,
)
from auth_service.commands import LoggedIn, Newcomer
from auth_service.signing import USER_TOKEN_SECONDS
from kernel.http import once, problems
from kernel.http.idempotency import IdempotentRoute, PublicIdempotentRoute, UnkeptRoute
from kernel.http.openapi import answers
from kernel.http.problems import Problem
from kernel.http.requests import Cursor, IdempotencyKey, Limit
from kernel.identity.security import (
    ACCESS_COOKIE,
    REFRESH_COOKIE,
    Principal,
    authenticate_user,
    check_same_origin,
    cookie_of,
)


class RegisterRoute(PublicIdempotentRoute):
    """The first answer has tokens: it is given again only to who still has the password."""

    async def replays(self, request: Request, body: bytes) -> None:
        """See IdempotentRoute."""
        sent = orjson.loads(body)
        deps = deps_of(request)
        account = await deps.auth.proved(sent["email"], sent["password"], client_of(request))
        await deps.proving.second(account, None)


registering: Final = router_of(RegisterRoute, "auth")
public: Final = router_of(UnkeptRoute, "auth")
tokens: Final = router_of(IdempotentRoute, "auth")
router: Final = router_of(UserRoute, "auth")


async def session_answer(request: Request, logged_in: LoggedIn, kind: views.SessionKind, status: int) -> Response:
    deps = deps_of(request)
    limited = deps.proving.limited(logged_in)
    access_token = await deps.keys.user_token(logged_in.account.id, logged_in.session.id, limited=limited)
    user = views.own_document(logged_in.account, limited=limited)
    if kind == "cookie":
        response = answer({"user": user}, status)
        await _end_replaced(request, logged_in)
        https = cookies.is_https(request, deps.settings.public_url)
        cookies.set_session(response, access_token=access_token, refresh_token=logged_in.refresh_token, https=https)
        if not logged_in.known_device and status == 200:  # it has come back: whoever registers is not known yet
            secret = await deps.auth.devices.remember(logged_in.account.id)
            cookies.set_device(response, secret=secret, https=https)
        return response
    session = {"access_token": access_token, "refresh_token": logged_in.refresh_token, "token_type": "Bearer"}
    return answer({"user": user, **session, "expires_in": USER_TOKEN_SECONDS}, status)


async def _end_replaced(request: Request, logged_in: LoggedIn) -> None:
    """End the session that the browser had until now, unless it is the one that goes on."""
    deps = deps_of(request)
    try:
        before = await deps.authenticator.principal(_cookie(request, ACCESS_COOKIE) or "")
    except Problem:
        return
    if before.session_id is not None and before.session_id != logged_in.session.id:
        await deps.auth.sessions.end(before.id, before.session_id)


def _cookie(request: Request, name: str) -> str | None:
    return cookie_of(request, name, secure=deps_of(request).authenticator.secure)


def _preferred_locale(request: Request) -> Locale:
    return "ko" if request.headers.get("accept-language", "").lower().startswith("ko") else "en"


@registering.post(
    "/auth/register",
    status_code=201,
    responses=answers(views.SessionOut, status=201, headers=KEPT, writes=True, also=(429,)),
    openapi_extra=PUBLIC,
)
async def register(request: Request, body: views.RegisterBody, key: IdempotencyKey = None) -> Response:
    """Make an account and log in. 422 for a weak password, 409 for an address that is taken.

    Where verified addresses are required: 202 whether it is taken or not, and a mail says how to go on.

    403 `registration_closed` where only whoever runs the board adds people, or who invites. With `invitation` one is a
    member of the project at once; 404 for one that cannot be used, and then there is no account either.
    """
    deps = deps_of(request)
    new = Newcomer(body.email, body.password, body.name, body.locale or _preferred_locale(request))
    if body.invitation is not None:
        logged_in = await deps.joining.register(new, body.invitation, client_of(request))
        if logged_in is None:
            return answer({}, 202)
    elif deps.settings.registration == "closed":
        raise Problem(403, "registration_closed", "Nobody can register here; whoever runs this board adds people.")
    elif deps.settings.verified_email == "required":
        await deps.recovery.register(new, client_of(request))
        return answer({}, 202)
    else:
        logged_in = await deps.auth.register(new, client_of(request))
    return await session_answer(request, logged_in, body.session, 201)


@public.post(
    "/auth/login",
    responses=answers(views.SessionOut, headers=KEPT, writes=True, also=(429,)),
    openapi_extra=PUBLIC,
)
async def login(request: Request, body: views.LoginBody, key: IdempotencyKey = None) -> Response:
    """Log in. 401 `invalid_credentials`, the same for an unknown address and a wrong password.

    With a second factor, `totp` is a code of the authenticator or a recovery code: without it 401 `totp_required`.
    """
    proving = deps_of(request).proving
    logged_in = await proving.login(body.email, body.password, body.totp, client_of(request))
    return await session_answer(request, logged_in, body.session, 200)


@public.post(
    "/auth/refresh",
    responses=answers(views.SessionOut, headers=KEPT, writes=True),
    openapi_extra=PUBLIC,
)
async def refresh(request: Request, body: views.RefreshBody | None = None, key: IdempotencyKey = None) -> Response:
    """Go on with a session: by the refresh token in the body, or by the browser's cookie."""
    sent = body.refresh_token if body else None
    if sent is not None:
        return await session_answer(request, await deps_of(request).auth.refresh(sent), "bearer", 200)
    cookie = _cookie(request, REFRESH_COOKIE)
    if cookie is None:
        raise problems.not_authenticated()
    check_same_origin(request)
    return await session_answer(request, await deps_of(request).auth.refresh(cookie), "cookie", 200)


@tokens.post("/auth/logout", status_code=204, responses=DONE, openapi_extra=PUBLIC)
async def logout(request: Request, body: views.RefreshBody | None = None, key: IdempotencyKey = None) -> Response:
    """End the session. Also answers 204 when there is none any more."""
    deps = deps_of(request)
    response = Response(status_code=204)
    if body is not None and body.refresh_token is not None:
        await deps.auth.logout(body.refresh_token, None)
        return response
    refresh_token = None
    if "authorization" not in request.headers and (_cookie(request, ACCESS_COOKIE) or _cookie(request, REFRESH_COOKIE)):
        check_same_origin(request)
        refresh_token = _cookie(request, REFRESH_COOKIE)
        cookies.clear_session(response, https=cookies.is_https(request, deps.settings.public_url))
    await deps.auth.logout(refresh_token, await _if_logged_in(request))
    return response


async def _if_logged_in(request: Request) -> Principal | None:
    try:
        return await authenticate_user(request, deps_of(request).authenticator)
    except Problem as problem:
        if problem.status != 401:
            raise
        return None


@router.get("/auth/sessions", responses=answers(views.SessionsOut))
async def list_sessions(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Where one is logged in, oldest first."""
    principal = user_of(request)
    found = await deps_of(request).auth.sessions.of(principal.id, after(cursor), limit + 1)
    items = [views.session_document(session, principal.session_id) for session in found]
    return answer(page(items, limit))


@router.delete("/auth/sessions", status_code=204, responses=DONE)
async def end_other_sessions(request: Request, key: IdempotencyKey = None) -> Response:
    """Log out everywhere else. 403 `reauthentication_required` ten minutes after the password was last shown."""
    principal = user_of(request)
    await deps_of(request).auth.check_proof(principal.id, principal.session_id)
    await deps_of(request).auth.sessions.end_all(principal.id, but=principal.session_id)
    return Response(status_code=204)


@router.delete("/auth/sessions/{session_id}", status_code=204, responses=DONE)
async def end_session(request: Request, session_id: str, key: IdempotencyKey = None) -> Response:
    """Log out somewhere else."""
    principal = user_of(request)
    if session_id != principal.session_id:
        await deps_of(request).auth.check_proof(principal.id, principal.session_id)
    known = deps_of(request).auth.sessions
    if once.earlier("ended") != session_id and not await known.exists(principal.id, session_id):
        raise problems.not_found("session")
    await known.end(principal.id, session_id)
    return Response(status_code=204)
