"""Routes of whoever is logged in: the profile, the password, personal tokens."""

from datetime import timedelta
from typing import Final

from fastapi import Request, Response

from auth_service import cookies
from auth_service import schemas as views
from auth_service.api.common import (
    DONE,
    KEPT,
    UserRoute,
    after,
    answer,
    deps_of,
    kept_as,
    note,
    page,
    renew,
    router_of,
    user_of,
)
from auth_service.personal import Wish
from kernel.http import problems
from kernel.http.openapi import answers
from kernel.http.requests import Cursor, IdempotencyKey, Limit
from kernel.identity.scopes import ENROLLING

router: Final = router_of(UserRoute, "auth")

_CONFIRMED: Final = answers(None, status=204, headers=KEPT, writes=True, also=(429,))


@router.get("/auth/me", responses=answers(views.UserOut))
async def read_me(request: Request) -> Response:
    """Who is logged in."""
    principal = user_of(request)
    limited = principal.scopes is not None and ENROLLING in principal.scopes
    return answer(views.own_document(await deps_of(request).auth.me(principal.id), limited=limited))


@router.patch("/auth/me", responses=answers(views.UserOut, headers=KEPT, writes=True))
async def change_me(request: Request, body: views.ProfileBody, key: IdempotencyKey = None) -> Response:
    """Change one's name or language."""
    principal = user_of(request)
    return answer(views.own_document(await deps_of(request).auth.change_profile(principal.id, body.name, body.locale)))


@router.delete("/auth/me", status_code=204, responses=_CONFIRMED)
async def erase_me(request: Request, body: views.EraseBody, key: IdempotencyKey = None) -> Response:
    """Have one's name, address and password forgotten."""
    principal = user_of(request)
    deps = deps_of(request)
    await deps.auth.erase(principal.id, body.password)
    response = Response(status_code=204)
    cookies.clear_session(response, https=cookies.is_https(request, deps.settings.public_url))
    return response


@router.post("/auth/password", status_code=204, responses=_CONFIRMED)
async def change_password(request: Request, body: views.PasswordBody, key: IdempotencyKey = None) -> Response:
    """Set a new password; every other session ends."""
    principal = user_of(request)
    deps = deps_of(request)
    await deps.auth.change_password(principal.id, principal.session_id, body.old_password, body.new_password)
    await note(request, "password_changed", principal.id)
    response = Response(status_code=204)
    await renew(request, response)
    return response


@router.post("/auth/reauthenticate", status_code=204, responses=_CONFIRMED)
async def reauthenticate(request: Request, body: views.ReauthenticateBody, key: IdempotencyKey = None) -> Response:
    """Show again who one is, after `reauthentication_required`; it counts for ten minutes."""
    principal = user_of(request)
    deps = deps_of(request)
    account = await deps.auth.me(principal.id)
    await deps.proving.again(
        account, principal.session_id, password=body.password, code=body.totp, passkey=body.passkey
    )
    return Response(status_code=204)


@router.get("/auth/tokens", responses=answers(views.TokensOut))
async def list_tokens(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """One's personal tokens, oldest first."""
    principal = user_of(request)
    found = await deps_of(request).auth.personal.of(principal.id, after(cursor), limit + 1)
    return answer(page([views.token_document(token) for token in found], limit))


@router.post(
    "/auth/tokens",
    status_code=201,
    responses=answers(views.TokenInfo, status=201, headers=KEPT, writes=True),
)
async def add_token(request: Request, body: views.TokenBody, key: IdempotencyKey = None) -> Response:
    """Make a personal token, by default one that reads tasks. It is shown this once, also if the request is repeated.

    It takes a login, not another token, and a password shown within ten minutes: else 403 `reauthentication_required`.
    """
    principal = user_of(request)
    deps = deps_of(request)
    lasts = None if body.expires_in is None else timedelta(seconds=body.expires_in)
    wish = Wish(name=body.name, scopes=tuple(dict.fromkeys(body.scopes)), projects=body.projects, lasts=lasts)
    made, token = await deps.auth.add_token(principal.id, principal.session_id, wish)
    await note(request, "token_created", principal.id, token=made.id, scopes=list(wish.scopes))
    document = views.token_document(made)
    return kept_as(answer({**document, "token": token}, 201), document)


@router.delete("/auth/tokens/{token_id}", status_code=204, responses=DONE)
async def remove_token(request: Request, token_id: str, key: IdempotencyKey = None) -> Response:
    """Revoke a personal token: it is refused everywhere within a second or two, its live streams too."""
    principal = user_of(request)
    if not await deps_of(request).auth.personal.remove(principal.id, token_id):
        raise problems.not_found("token")
    await note(request, "token_revoked", principal.id, token=token_id)
    return Response(status_code=204)
