"""The same request with the same `Idempotency-Key` is carried out once; what is kept for that gives nothing away."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import BaseModel

from kernel.http import app as http
from kernel.http.idempotency import IdempotentRoute, PublicIdempotentRoute
from kernel.http.problems import invalid
from kernel.identity.security import ISSUER, USER_AUDIENCE, Authenticator
from kernel.ports.key_value_store import KeyValueStore
from kernel.process.platform import Platform

KEY = ECKey.generate_key("P-256", {"kid": "k"})


class OneKey:
    async def keys(self, *, refresh: bool = False) -> KeySet:
        return KeySet([KEY])


def token(user_id: str, seconds: int = 600) -> dict[str, str]:
    claims = {"iss": ISSUER, "aud": USER_AUDIENCE, "sub": user_id, "exp": int(time.time()) + seconds, "jti": seconds}
    return {"Authorization": f"Bearer {jwt.encode({'alg': 'ES256', 'kid': 'k'}, claims, KEY)}"}


@dataclass
class Deps:
    store: KeyValueStore
    authenticator: Authenticator
    done: list[str] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


class Order(BaseModel):
    what: str


def make_app(store_url: str) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Platform() as platform:
            app.state.deps = Deps(await platform.key_value_store(store_url), Authenticator(OneKey()))
            app.state.deps.go_on.set()
            yield

    async def order(request: Request, body: Order) -> Response:
        deps: Deps = request.app.state.deps
        await deps.go_on.wait()
        if body.what == "nothing" and not deps.done:
            deps.done.append("refused")
            raise invalid("what", "must be something")
        deps.done.append(body.what)
        return Response(f'{{"n":{len(deps.done)}}}', 201, {"X-Made": body.what}, media_type="application/json")

    private, public = APIRouter(route_class=IdempotentRoute), APIRouter(route_class=PublicIdempotentRoute)
    for path in ("/orders", "/others"):
        private.post(path)(order)
    public.post("/public")(order)
    app = http.create_app("orders", lifespan)
    app.include_router(private)
    app.include_router(public)
    return app


@dataclass
class Shop:
    client: httpx.AsyncClient
    deps: Deps

    async def order(self, what: str = "tea", path: str = "/orders", key: str = "one", **headers: str) -> httpx.Response:
        return await self.client.post(path, json={"what": what}, headers={"Idempotency-Key": key, **headers})


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    app = make_app(f"sqlite:///{tmp_path}/keys.db")
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client,
    ):
        yield Shop(client, app.state.deps)


async def test_a_repetition_gets_the_first_answer_with_its_headers(shop: Shop) -> None:
    first, again = await shop.order(), await shop.order()
    assert shop.deps.done == ["tea"]
    assert (again.status_code, again.content, again.headers["x-made"]) == (201, first.content, "tea")
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")


async def test_equal_requests_at_once_are_carried_out_once(shop: Shop) -> None:
    shop.deps.go_on.clear()
    waiting = [asyncio.create_task(shop.order()) for _ in range(5)]
    await asyncio.sleep(0)
    shop.deps.go_on.set()
    answers = await asyncio.gather(*waiting)
    assert shop.deps.done == ["tea"]
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 4


@pytest.mark.parametrize("other", [{"what": "coffee"}, {"path": "/others"}])
async def test_a_key_stands_for_one_request_alone(shop: Shop, other: dict[str, Any]) -> None:
    await shop.order()
    answer = await shop.order(**other)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert shop.deps.done == ["tea"]


async def test_what_was_refused_may_be_tried_again(shop: Shop) -> None:
    assert (await shop.order("nothing")).status_code == 422
    assert (await shop.order("nothing")).status_code == 201


async def test_two_people_may_use_the_same_key(shop: Shop) -> None:
    ann = await shop.order(**token("ann"))
    bob = await shop.order(**token("bob"))
    nobody = await shop.order()
    assert [answer.json()["n"] for answer in (ann, bob, nobody)] == [1, 2, 3]


async def test_a_person_s_key_is_theirs_whatever_token_they_come_with(shop: Shop) -> None:
    await shop.order(**token("ann", seconds=500))
    again = await shop.order(**token("ann", seconds=600))
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_token_that_is_not_valid_reaches_nobody_s_answers(shop: Shop) -> None:
    await shop.order(**token("ann"))
    assert (await shop.order(**token("ann", seconds=-1))).json() == {"n": 2}


async def test_for_public_calls_credentials_do_not_matter(shop: Shop) -> None:
    await shop.order(path="/public")
    for headers in (token("ann"), {"Cookie": "tl_access=new"}):
        assert (await shop.order(path="/public", **headers)).headers["idempotency-replayed"] == "true"


async def test_what_is_kept_gives_nothing_away(shop: Shop, tmp_path: Path) -> None:
    answer = await shop.order("a secret", key="the key")
    asked = answer.request.content
    stored = everything(tmp_path)
    assert b"fingerprint" in stored
    plain = hashlib.sha256(b"POST\0/orders\0" + asked + b"\0")
    for secret in (b"a secret", b"the key", answer.content, plain.hexdigest().encode(), plain.digest()):
        assert secret not in stored


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_without_a_key_every_request_is_carried_out(shop: Shop) -> None:
    for _ in range(2):
        await shop.client.post("/orders", json={"what": "tea"})
    assert shop.deps.done == ["tea", "tea"]


async def test_a_key_does_not_let_a_bad_body_through(shop: Shop) -> None:
    headers = {"Idempotency-Key": "one", "Content-Type": "application/json"}
    for body in (b"{", b'{"what": "\\ud800"}', b"\xff"):
        answer = await shop.client.post("/orders", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed_json")
    assert shop.deps.done == []
