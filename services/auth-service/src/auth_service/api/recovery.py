"""Routes of forgotten passwords and of addresses."""

from typing import Annotated, Final

from fastapi import Request, Response
from pydantic import BaseModel, Field

from auth_service import schemas as views
from auth_service.api.common import KEPT, PUBLIC, UserRoute, answer, client_of, deps_of, router_of, user_of
from kernel.http.idempotency import UnkeptRoute
from kernel.http.openapi import answers
from kernel.http.requests import Body, IdempotencyKey

public: Final = router_of(UnkeptRoute, "recovery")
router: Final = router_of(UserRoute, "recovery")

Token = Annotated[str, Field(max_length=200)]


class ForgotBody(Body):
    email: views.Email


class ResetBody(Body):
    token: Token
    password: views.Password


class EmailBody(Body):
    email: views.Email
    password: views.Password


class TokenOnlyBody(Body):
    token: Token


class NothingOut(BaseModel):
    """Nothing: what comes of it, a mail says."""


_ASKED: Final = answers(NothingOut, status=202, headers=KEPT, writes=True, also=(429,))
_SET: Final = answers(None, status=204, headers=KEPT, writes=True)


@public.post("/auth/password/forgot", status_code=202, responses=_ASKED, openapi_extra=PUBLIC)
async def forgot_password(request: Request, body: ForgotBody, key: IdempotencyKey = None) -> Response:
    """Have a link to set a new password mailed. The answer is the same whether there is such an account or not."""
    await deps_of(request).recovery.forgot(body.email, client_of(request))
    return answer({}, 202)


@public.post("/auth/password/reset", status_code=204, responses=_SET, openapi_extra=PUBLIC)
async def reset_password(request: Request, body: ResetBody, key: IdempotencyKey = None) -> Response:
    """Set a new password by the token of such a link: once, for 30 minutes. Every session ends.

    422 `invalid_token`, or for a weak password, which uses nothing up.
    """
    await deps_of(request).recovery.reset(body.token, body.password)
    return Response(status_code=204)


@router.post("/auth/email", status_code=202, responses=_ASKED)
async def change_email(request: Request, body: EmailBody, key: IdempotencyKey = None) -> Response:
    """Have a link mailed to a new address, which becomes one's own when it is used; the old one is told."""
    deps = deps_of(request)
    account = await deps.auth.me(user_of(request).id)
    await deps.auth.confirm(account, body.password, "password")
    await deps.recovery.change_email(account, body.email)
    return answer({}, 202)


@router.post("/auth/email/verification", status_code=202, responses=_ASKED)
async def send_verification(request: Request, key: IdempotencyKey = None) -> Response:
    """Have the link to verify one's address mailed again."""
    deps = deps_of(request)
    await deps.recovery.verify_again(await deps.auth.me(user_of(request).id))
    return answer({}, 202)


@public.post("/auth/email/verify", status_code=204, responses=_SET, openapi_extra=PUBLIC)
async def verify_email(request: Request, body: TokenOnlyBody, key: IdempotencyKey = None) -> Response:
    """Show that an address is one's own, by the token mailed to it. 422 `invalid_token`, 409 for one that was taken."""
    await deps_of(request).recovery.verify(body.token)
    return Response(status_code=204)
