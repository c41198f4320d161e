"""Routes of second factors and passkeys."""

from typing import Annotated, Any, Final, Literal

import orjson
import segno
from fastapi import Request, Response
from pydantic import BaseModel, Field

from auth_service import schemas as views
from auth_service.api.common import (
    KEPT,
    PUBLIC,
    SecretRoute,
    answer,
    client_of,
    deps_of,
    note,
    renew,
    router_of,
    user_of,
)
from auth_service.api.sessions import session_answer
from auth_service.passkeys import Passkey, PasskeyRefused
from kernel.http import problems
from kernel.http.idempotency import UnkeptRoute
from kernel.http.openapi import answers
from kernel.http.problems import Problem
from kernel.http.requests import Body, IdempotencyKey

public: Final = router_of(UnkeptRoute, "factors")
router: Final = router_of(SecretRoute, "factors")

Code = Annotated[str, Field(max_length=40)]
MAX_ANSWER: Final = 20_000
"""Bytes of JSON that a device's answer may have."""


class ConfirmedBody(Body):
    password: Annotated[views.Password | None, Field(description="not needed within ten minutes of a proof")] = None


class CodeBody(Body):
    code: Code


class PasskeyBody(Body):
    name: views.Name
    credential: dict[str, Any]


class PasskeyLoginBody(Body):
    credential: dict[str, Any]
    session: views.SessionKind = "bearer"


class TotpOut(BaseModel):
    enabled: bool
    recovery_codes: int = Field(description="how many are left")
    required: bool = Field(description="whether everybody here needs a second factor")


class SecretOut(BaseModel):
    secret: str
    uri: str
    qr: str = Field(description="the address as a QR code, an SVG image in a data: address")


class CodesOut(BaseModel):
    recovery_codes: list[str]


class PasskeyOut(BaseModel):
    id: str
    name: str
    created_at: str
    used_at: str | None
    synced: bool = Field(description="whether other devices of its owner have it too")


class PasskeysOut(BaseModel):
    items: list[PasskeyOut]
    next_cursor: Literal[None] = None


class OptionsOut(BaseModel):
    publicKey: dict[str, Any]  # noqa: N815 - the name that browsers know


_DONE: Final = answers(None, status=204, headers=KEPT, writes=True, also=(429,))


@router.get("/auth/totp", responses=answers(TotpOut))
async def read_totp(request: Request) -> Response:
    """Whether one has an authenticator, and how many recovery codes are left."""
    deps = deps_of(request)
    known = await deps.auth.factors.of(user_of(request).id)
    document = {"enabled": bool(known.secret), "recovery_codes": len(known.recovery)}
    return answer({**document, "required": deps.proving.required})


@router.post("/auth/totp", responses=answers(SecretOut, headers=KEPT, writes=True, also=(429,)))
async def begin_totp(request: Request, body: ConfirmedBody, key: IdempotencyKey = None) -> Response:
    """Begin to set up an authenticator: a secret for it, in force once a code of it was shown."""
    deps, principal = deps_of(request), user_of(request)
    account = await deps.auth.me(principal.id)
    await deps.proving.confirmed(account, principal.session_id, body.password)
    secret, uri = await deps.auth.factors.begin(account.id, account.email)
    qr = segno.make(uri, error="m", micro=False).svg_data_uri(scale=5, border=3, light="#fff")
    return answer({"secret": secret, "uri": uri, "qr": qr})


@router.post("/auth/totp/confirm", responses=answers(CodesOut, headers=KEPT, writes=True, also=(429,)))
async def confirm_totp(request: Request, body: CodeBody, key: IdempotencyKey = None) -> Response:
    """Put the authenticator in force by its first code. The recovery codes are shown this once; other sessions end."""
    deps, principal = deps_of(request), user_of(request)
    account = await deps.auth.me(principal.id)
    await deps.proving.confirmed(account, principal.session_id, None)
    codes = await deps.auth.factors.confirm(account.id, body.code)
    if codes is None:
        raise problems.invalid("code", "is wrong: look at the clock of the device", reason="wrong_code")
    await deps.proving.strengthened(account, principal.session_id)
    await note(request, "factor_added", account.id)
    response = answer({"recovery_codes": codes})
    await renew(request, response)
    return response


@router.delete("/auth/totp", status_code=204, responses=_DONE)
async def remove_totp(request: Request, body: CodeBody, key: IdempotencyKey = None) -> Response:
    """Remove the authenticator, by a code of it or a recovery code. 409 where a second factor is required."""
    deps, principal = deps_of(request), user_of(request)
    account = await deps.auth.me(principal.id)
    await deps.proving.confirmed(account, principal.session_id, None)
    await deps.proving.check_last(account)
    if not await deps.auth.factors.use(account.id, body.code):
        raise problems.invalid("code", "is wrong, or was used before", reason="wrong_code")
    await deps.auth.factors.remove(account.id)
    await note(request, "factor_removed", account.id)
    await deps.auth.sessions.end_all(account.id, but=principal.session_id)
    return Response(status_code=204)


@router.get("/auth/passkeys", responses=answers(PasskeysOut))
async def list_passkeys(request: Request) -> Response:
    """One's passkeys, oldest first: twenty at most, so all of them."""
    found = await deps_of(request).auth.passkeys.of(user_of(request).id)
    return answer({"items": [_document(each) for each in found], "next_cursor": None})


@router.post("/auth/passkeys/options", responses=answers(OptionsOut, headers=KEPT, writes=True))
async def begin_passkey(request: Request, key: IdempotencyKey = None) -> Response:
    """What to ask the device to make a passkey from; good for five minutes, once."""
    deps, principal = deps_of(request), user_of(request)
    account = await deps.auth.me(principal.id)
    await deps.proving.confirmed(account, principal.session_id, None)
    return answer({"publicKey": await deps.auth.passkeys.offer(account.id, account.email, account.name)})


@router.post("/auth/passkeys", status_code=201, responses=answers(PasskeyOut, status=201, headers=KEPT, writes=True))
async def add_passkey(request: Request, body: PasskeyBody, key: IdempotencyKey = None) -> Response:
    """Keep the passkey that the device made. 422 for an answer that proves nothing."""
    deps, principal = deps_of(request), user_of(request)
    account = await deps.auth.me(principal.id)
    await deps.proving.confirmed(account, principal.session_id, None)
    _check_size(body.credential)
    try:
        made = await deps.auth.passkeys.add(account.id, body.name, body.credential)
    except PasskeyRefused as refused:
        raise problems.invalid("credential", "does not prove anything", reason="proves_nothing") from refused
    await deps.proving.strengthened(account, principal.session_id)
    await note(request, "passkey_added", account.id, passkey=made.id)
    response = answer(_document(made), 201)
    await renew(request, response)
    return response


@router.delete("/auth/passkeys/{passkey_id}", status_code=204, responses=_DONE)
async def remove_passkey(request: Request, passkey_id: str, key: IdempotencyKey = None) -> Response:
    """Forget a passkey. 409 for the only way in, and where a second factor is required for the last one."""
    deps, principal = deps_of(request), user_of(request)
    account = await deps.auth.me(principal.id)
    await deps.proving.confirmed(account, principal.session_id, None)
    known = await deps.auth.passkeys.of(account.id)
    if all(each.id != passkey_id for each in known):
        raise problems.not_found("passkey")
    await deps.proving.check_last(account)
    if len(known) == 1 and not account.password_hash:
        raise Problem(409, "conflict", "It is the only way in: set a password first.", reason="only_way_in")
    await deps.auth.passkeys.remove(account.id, passkey_id)
    await note(request, "passkey_removed", account.id, passkey=passkey_id)
    return Response(status_code=204)


@public.post(
    "/auth/passkeys/login/options",
    responses=answers(OptionsOut, headers=KEPT, writes=True, also=(429,)),
    openapi_extra=PUBLIC,
)
async def begin_passkey_login(request: Request, key: IdempotencyKey = None) -> Response:
    """What to ask the device to prove a passkey by; good for five minutes, once. The same for everybody."""
    deps = deps_of(request)
    await deps.auth.limits.spend(deps.auth.rules.challenges, client_of(request).address)
    return answer({"publicKey": await deps.auth.passkeys.ask()})


@public.post(
    "/auth/passkeys/login",
    responses=answers(views.SessionOut, headers=KEPT, writes=True, also=(429,)),
    openapi_extra=PUBLIC,
)
async def login_by_passkey(request: Request, body: PasskeyLoginBody, key: IdempotencyKey = None) -> Response:
    """Log in by a passkey alone: it counts as two factors. 401 `invalid_credentials` for whatever proves nothing."""
    _check_size(body.credential)
    logged_in = await deps_of(request).proving.login_by_passkey(body.credential, client_of(request))
    return await session_answer(request, logged_in, body.session, 200)


def _check_size(credential: dict[str, Any]) -> None:
    if len(orjson.dumps(credential)) > MAX_ANSWER:
        raise problems.invalid("credential", f"at most {MAX_ANSWER} bytes", reason="too_many_bytes", limit=MAX_ANSWER)


def _document(passkey: Passkey) -> dict[str, Any]:
    return {
        "id": passkey.id,
        "name": passkey.name,
        "created_at": passkey.created_at,
        "used_at": passkey.used_at,
        "synced": passkey.synced,
    }
