"""Tokens and cookies: what is let in and what is not."""

import asyncio
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from starlette.requests import Request

from kernel.http.problems import Problem
from kernel.identity.security import (
    ISSUER,
    USER_AUDIENCE,
    Authenticator,
    JwksClient,
    Principal,
    authenticate,
    authenticate_user,
)

KEY = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256", "use": "sig"}, private=True)
OTHER = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256", "use": "sig"}, private=True)


class Keys:
    def __init__(self) -> None:
        self.reads = 0

    async def keys(self, *, refresh: bool = False) -> KeySet:
        self.reads += 1
        return KeySet.import_key_set({"keys": [KEY.as_dict(private=False)]})


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": "taskledger", "aud": "taskledger", "sub": "ann", "sid": "s1", "exp": now + 60, "nbf": now, **changes}


def token(key: Any = KEY, alg: str = "ES256", kid: str = "k1", **changes: Any) -> str:
    return jwt.encode({"alg": alg, "kid": kid}, claims(**changes), key, algorithms=[alg])


def request(method: str = "GET", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "query_string": b"", "headers": raw})


async def test_a_valid_token_is_a_principal_and_is_verified_once() -> None:
    keys = Keys()
    authenticator = Authenticator(keys)
    sent = token()
    first = await authenticator.principal(sent)
    assert (first.id, first.kind, first.session_id) == ("ann", "user", "s1")
    assert await authenticator.principal(sent) is first
    assert keys.reads == 1


NONE_ALG = (
    "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ0YXNrbGVkZ2VyIiwiYXVkIjoidGFza2xlZGdlciIsInN1YiI6ImFubiIsImV4cCI6OTk5OTk5OTk5OX0."
)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x",
        "a.b.c",
        NONE_ALG,
        token(OTHER),
        token(OctKey.import_key(b"0" * 32), "HS256"),
        token(exp=int(time.time()) - 1),
        token(nbf=int(time.time()) + 600),
        token(iss="someone"),
        token(aud="auth-service"),
        token(aud=["taskledger"]),
        token(sub=7),
        token(exp="never"),
        token() + "x",
        "tlp_unknown",
        "\x00",
        "é" * 50,
    ],
)
async def test_what_is_forged_expired_or_for_another_audience_is_a_401(forged: str) -> None:
    with pytest.raises(Problem) as caught:
        await Authenticator(Keys()).principal(forged)
    assert (caught.value.status, caught.value.code) == (401, "not_authenticated")


async def test_a_remembered_token_is_not_let_in_after_it_expired() -> None:
    authenticator = Authenticator(Keys())
    expires_at = time.time() + 0.3
    sent = token(exp=expires_at)
    await authenticator.principal(sent)
    await asyncio.sleep(expires_at - time.time() + 0.01)
    with pytest.raises(Problem):
        await authenticator.principal(sent)


async def test_a_personal_token_is_asked_for_where_there_is_someone_to_ask() -> None:
    async def ask(sent: str) -> Principal | None:
        return Principal("ann", "user", None, time.time() + 60) if sent == "tlp_good" else None

    authenticator = Authenticator(Keys(), personal=ask)
    assert (await authenticator.principal("tlp_good")).id == "ann"
    with pytest.raises(Problem):
        await authenticator.principal("tlp_bad")


async def test_a_service_token_is_no_person() -> None:
    authenticator = Authenticator(Keys(), audience="auth-service")
    sent = token(sub="service:notify-service", aud="auth-service")
    asked = request(authorization=f"Bearer {sent}")
    assert (await authenticate(asked, authenticator)).id == "notify-service"
    with pytest.raises(Problem) as caught:
        await authenticate_user(asked, authenticator)
    assert caught.value.status == 401


@pytest.mark.parametrize("name", ["tl_access", "__Host-tl_access"])
async def test_a_cookie_may_read(name: str) -> None:
    assert (await authenticate(request(cookie=f"{name}={token()}"), Authenticator(Keys()))).id == "ann"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin"},
        {"origin": "http://board.test", "host": "board.test"},
        {"origin": "https://board.test:8443", "host": "board.test:8443"},
    ],
)
async def test_a_cookie_may_write_from_our_own_pages(headers: dict[str, str]) -> None:
    asked = request("POST", cookie=f"tl_access={token()}", **headers)
    assert (await authenticate(asked, Authenticator(Keys()))).id == "ann"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "cross-site", "origin": "http://board.test", "host": "board.test"},
        {"origin": "http://evil.test", "host": "board.test"},
        {"origin": "null", "host": "board.test"},
        {"origin": "http://board.test.evil", "host": "board.test"},
    ],
)
async def test_a_cookie_may_not_write_from_elsewhere(headers: dict[str, str]) -> None:
    asked = request("DELETE", cookie=f"tl_access={token()}", **headers)
    with pytest.raises(Problem) as caught:
        await authenticate(asked, Authenticator(Keys()))
    assert (caught.value.status, caught.value.code) == (403, "cross_site")


async def test_a_bearer_may_write_from_anywhere() -> None:
    asked = request("POST", authorization=f"Bearer {token()}", sec_fetch_site="cross-site")
    assert (await authenticate(asked, Authenticator(Keys()))).id == "ann"


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "Bearer ", "token"])
async def test_another_scheme_is_a_401_even_beside_a_good_cookie(authorization: str) -> None:
    asked = request(authorization=authorization, cookie=f"tl_access={token()}")
    with pytest.raises(Problem) as caught:
        await authenticate(asked, Authenticator(Keys()))
    assert caught.value.status == 401


async def test_tokens_are_judged_by_the_clock_of_who_made_them() -> None:
    key = ECKey.generate_key("P-256", {"kid": "k"})
    ahead = 600.0  # of auth-service, compared with this machine

    def answer(_: httpx.Request) -> httpx.Response:
        date = format_datetime(datetime.fromtimestamp(time.time() + ahead, UTC), usegmt=True)
        return httpx.Response(200, json={"keys": [key.as_dict(private=False)]}, headers={"date": date})

    def token(begins: float, ends: float) -> str:
        now = time.time() + ahead
        claims = {"iss": ISSUER, "aud": USER_AUDIENCE, "sub": "ann", "nbf": now + begins, "exp": now + ends}
        return jwt.encode({"alg": "ES256", "kid": "k"}, claims, key)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://auth") as http:
        authenticator = Authenticator(JwksClient(http))
        principal = await authenticator.principal(token(-5, 300))
        assert abs(principal.expires_at - (time.time() + 300)) < 5
        with pytest.raises(Problem, match="has expired"):
            await authenticator.principal(token(-300, -5))
        with pytest.raises(Problem, match="not valid yet"):
            await authenticator.principal(token(120, 300))
