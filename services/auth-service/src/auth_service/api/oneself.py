"""Routes of whoever is logged in: the profile, the password, personal tokens."""

from typing import Final

from fastapi import Request, Response

from auth_service import cookies
from auth_service import schemas as views
from auth_service.api.common import DONE, KEPT, UserRoute, after, answer, deps_of, page, router_of, user_of
from kernel.http import problems
from kernel.http.openapi import answers
from kernel.http.requests import Cursor, IdempotencyKey, Limit

router: Final = router_of(UserRoute, "auth")

_CONFIRMED: Final = answers(None, status=204, headers=KEPT, writes=True, also=(429,))


@router.get("/auth/me", responses=answers(views.UserOut))
async def read_me(request: Request) -> Response:
    """Who is logged in."""
    principal = user_of(request)
    return answer(views.own_document(await deps_of(request).auth.me(principal.id)))


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
    await deps_of(request).auth.change_password(
        principal.id, principal.session_id, body.old_password, body.new_password
    )
    return Response(status_code=204)


@router.get("/auth/tokens", responses=answers(views.TokensOut))
async def list_tokens(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """One's personal tokens, oldest first."""
    principal = user_of(request)
    found = await deps_of(request).auth.sessions.personal(principal.id, after(cursor), limit + 1)
    return answer(page([views.token_document(token) for token in found], limit))


@router.post(
    "/auth/tokens",
    status_code=201,
    responses=answers(views.TokenInfo, status=201, headers=KEPT, writes=True),
)
async def add_token(request: Request, body: views.TokenBody, key: IdempotencyKey = None) -> Response:
    """Make a personal token. It is shown this once; making it takes a login, not another token."""
    principal = user_of(request)
    made, token = await deps_of(request).auth.add_token(principal.id, principal.session_id, body.name)
    return answer({**views.token_document(made), "token": token}, 201)


@router.delete("/auth/tokens/{token_id}", status_code=204, responses=DONE)
async def remove_token(request: Request, token_id: str, key: IdempotencyKey = None) -> Response:
    """Revoke a personal token; services that have just asked trust it for a minute more."""
    principal = user_of(request)
    if not await deps_of(request).auth.sessions.remove_personal(principal.id, token_id):
        raise problems.not_found("token")
    return Response(status_code=204)
