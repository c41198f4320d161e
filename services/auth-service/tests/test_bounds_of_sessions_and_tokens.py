"""How far a session or a token reaches, how long, and what ends it, as somebody who stole one would try."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from auth_service.sessions import IDLE_SECONDS, LONGEST_SECONDS, MAX_SESSIONS
from kernel.identity.scopes import SCOPES, scope_of
from kernel.ports.key_value_store import KeyValueStore, Put
from testkit.auth import PASSWORD, Serve, bearer, is_problem, register

SERVICE = {"service": "task-service", "secret": "between services", "audience": "auth-service"}


async def login(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/auth/login", json={"email": "ann@example.org", "password": PASSWORD, **more})
    document: dict[str, Any] = answer.raise_for_status().json()
    return document


async def sessions(client: httpx.AsyncClient, person: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/api/auth/sessions", headers=bearer(person))).json()["items"]
    return items


async def age(store: KeyValueStore, person: dict[str, Any], **fields: Any) -> None:
    """Let every session of somebody be as if it were older."""
    for item in await store.query(f"sessions:{person['user']['id']}"):
        kept = {**orjson.loads(item.value), **fields}
        await store.write(Put(f"sessions:{person['user']['id']}", item.key, orjson.dumps(kept), item.expires_at))


async def test_a_session_ends_when_unused_and_after_thirty_days_whatever_happens(
    client: httpx.AsyncClient, store: KeyValueStore
) -> None:
    ann = await register(client)
    (own,) = await sessions(client, ann)
    ends = datetime.fromisoformat(own["expires_at"])
    assert abs(ends - datetime.now(UTC) - timedelta(seconds=IDLE_SECONDS)) < timedelta(minutes=5)
    await age(store, ann, begun_at=time.time() - LONGEST_SECONDS + 3600)
    renewed = (await client.post("/api/auth/refresh", json={"refresh_token": ann["refresh_token"]})).json()
    (own,) = await sessions(client, renewed)
    assert datetime.fromisoformat(own["expires_at"]) < datetime.now(UTC) + timedelta(seconds=3700)
    await age(store, ann, begun_at=time.time() - LONGEST_SECONDS - 1)
    # The last use writes when it ends: in the past. What is used then is refused.
    await client.post("/api/auth/refresh", json={"refresh_token": renewed["refresh_token"]})
    assert await store.query(f"sessions:{ann['user']['id']}") == []


async def test_the_twenty_first_session_ends_the_one_not_used_for_longest(client: httpx.AsyncClient) -> None:
    first = await register(client)
    second = await login(client)
    await client.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})
    for _ in range(MAX_SESSIONS - 1):
        newest = await login(client)
    assert len(await sessions(client, newest)) == MAX_SESSIONS
    is_problem(await client.get("/api/auth/me", headers=bearer(second)), 401, "not_authenticated")
    assert (await client.get("/api/auth/me", headers=bearer(first))).status_code == 200


async def test_a_login_in_a_browser_ends_the_session_that_it_had(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    for _ in range(3):
        await login(client, session="cookie")
    assert len(await sessions(client, ann)) == 2


async def test_a_browser_has_another_session_after_its_password_changed(client: httpx.AsyncClient) -> None:
    await register(client)
    await login(client, session="cookie")
    stolen = dict(client.cookies)
    body = {"old_password": PASSWORD, "new_password": "another password nobody guesses"}
    own = {"Sec-Fetch-Site": "same-origin"}
    assert (await client.post("/api/auth/password", json=body, headers=own)).status_code == 204
    assert (await client.get("/api/auth/me")).status_code == 200
    client.cookies.clear()
    for name, value in stolen.items():
        client.cookies.set(name, value)
    is_problem(await client.get("/api/auth/me"), 401, "not_authenticated")
    is_problem(await client.post("/api/auth/refresh", headers=own), 401, "not_authenticated")


async def test_a_session_says_from_which_network_it_was_begun_and_no_more(serve: Serve) -> None:
    async with serve(trusted_proxies=1) as client:
        ann = await register(client)
        for address in ("198.51.100.77", "2001:db8:1:2::3"):
            body = {"email": "ann@example.org", "password": PASSWORD}
            await client.post("/api/auth/login", json=body, headers={"X-Forwarded-For": address})
        places = [session["place"] for session in await sessions(client, ann)]
        assert places[1:] == ["198.51.100.0/24", "2001:db8:1::/48"]


# --- a fresh proof ---


async def test_what_is_sensitive_asks_again_who_one_is(client: httpx.AsyncClient, store: KeyValueStore) -> None:
    ann = await register(client)
    other = await login(client)
    await age(store, ann, proved_at=time.time() - 601)
    theirs = next(s["id"] for s in await sessions(client, ann) if not s["current"])
    calls = [("POST", "/api/auth/tokens", {"name": "ci"}), ("DELETE", "/api/auth/sessions", None)]
    calls.append(("DELETE", f"/api/auth/sessions/{theirs}", None))
    for method, path, body in calls:
        answer = await client.request(method, path, json=body, headers=bearer(ann))
        is_problem(answer, 403, "reauthentication_required")
    wrong = await client.post("/api/auth/reauthenticate", json={"password": "a guess"}, headers=bearer(ann))
    is_problem(wrong, 422, "validation_failed")
    is_problem(
        await client.post("/api/auth/tokens", json={"name": "x"}, headers=bearer(ann)), 403, "reauthentication_required"
    )
    proof = await client.post("/api/auth/reauthenticate", json={"password": PASSWORD}, headers=bearer(ann))
    assert proof.status_code == 204
    is_problem(
        await client.post("/api/auth/tokens", json={"name": "x"}, headers=bearer(other)),
        403,
        "reauthentication_required",
    )
    for (method, path, body), status in zip(calls, (201, 204, 404), strict=True):
        assert (await client.request(method, path, json=body, headers=bearer(ann))).status_code == status, path


# --- personal tokens ---


async def make(client: httpx.AsyncClient, person: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = await client.post("/api/auth/tokens", json={"name": "ci", **body}, headers=bearer(person))
    document: dict[str, Any] = answer.raise_for_status().json()
    return document


def header(made: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {made['token']}"}


async def test_a_token_does_what_its_scopes_say_and_nothing_else(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    reads, rules = await make(client, ann), await make(client, ann, scopes=["account"])
    is_problem(await client.get("/api/auth/sessions", headers=header(reads)), 403, "insufficient_scope")
    is_problem(await client.patch("/api/auth/me", json={"name": "x"}, headers=header(reads)), 403, "insufficient_scope")
    is_problem(await client.get("/api/users", headers=header(rules)), 403, "insufficient_scope")
    assert (await client.get("/api/users", headers=header(reads))).status_code == 200
    assert (await client.get("/api/auth/sessions", headers=header(rules))).status_code == 200
    is_problem(await client.post("/api/auth/tokens", json={"name": "x"}, headers=header(rules)), 403, "forbidden")
    is_problem(await client.delete("/api/auth/sessions", headers=header(rules)), 403, "reauthentication_required")
    proof = await client.post("/api/auth/reauthenticate", json={"password": PASSWORD}, headers=header(rules))
    is_problem(proof, 403, "forbidden")


@pytest.mark.parametrize(
    "body", [{"scopes": []}, {"scopes": ["root"]}, {"scopes": "account"}, {"expires_in": 0}, {"projects": []}]
)
async def test_a_token_with_bounds_that_are_none_is_not_made(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    ann = await register(client)
    answer = await client.post("/api/auth/tokens", json={"name": "ci", **body}, headers=bearer(ann))
    is_problem(answer, 422, "validation_failed")


async def test_a_token_expires_and_says_when_it_was_used(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    service = bearer((await client.post("/api/auth/service-token", json=SERVICE)).json())
    short, long = await make(client, ann, expires_in=1), await make(client, ann, expires_in=3600)
    assert (long["last_used_at"], long["expires_at"] > long["created_at"]) == (None, True)
    assert (await client.get("/api/auth/me", headers=header(long))).status_code == 200
    listed = (await client.get("/api/auth/tokens", headers=bearer(ann))).json()["items"]
    assert next(token for token in listed if token["id"] == long["id"])["last_used_at"] is not None

    async def is_active() -> bool:
        asked = await client.post("/api/auth/introspect", json={"token": short["token"]}, headers=service)
        return bool(asked.json()["active"])

    while await is_active():  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def test_a_revoked_token_is_refused_by_other_processes_soon(serve: Serve) -> None:
    async with serve() as one, serve() as two:
        ann = await register(one)
        made = await make(one, ann)
        for client in (one, two):
            assert (await client.get("/api/auth/me", headers=header(made))).status_code == 200
        assert (await one.delete(f"/api/auth/tokens/{made['id']}", headers=bearer(ann))).status_code == 204
        is_problem(await one.get("/api/auth/me", headers=header(made)), 401, "not_authenticated")
        async with asyncio.timeout(20):
            while (await two.get("/api/auth/me", headers=header(made))).status_code != 401:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_a_repeated_request_for_a_token_is_not_answered_with_it_again(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    headers = {**bearer(ann), "Idempotency-Key": "once"}
    first = await client.post("/api/auth/tokens", json={"name": "ci"}, headers=headers)
    again = await client.post("/api/auth/tokens", json={"name": "ci"}, headers=headers)
    assert (again.status_code, again.json()["id"], "token" in again.json()) == (201, first.json()["id"], False)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/tasks/1", "tasks:read"),
        ("PATCH", "/api/tasks/1", "tasks:write"),
        ("POST", "/api/projects/1/tasks", "tasks:write"),
        ("POST", "/api/projects/1/undo", "tasks:write"),
        ("POST", "/api/projects", "projects:write"),
        ("PUT", "/api/projects/1/members/2", "projects:write"),
        ("POST", "/api/projects/1/invitations", "projects:write"),
        ("GET", "/api/stream", "notifications"),
        ("GET", "/api/auth/sessions", "account"),
        ("GET", "/api/admin/users", "account"),
        ("GET", "/api/something/new", "account"),
        ("GET", "/api/auth/me", None),
    ],
)
def test_each_request_needs_one_scope_and_what_is_unknown_the_whole_account(
    method: str, path: str, scope: str | None
) -> None:
    assert scope_of(method, path) == scope
    assert scope is None or scope in SCOPES


# --- cookies ---


async def test_over_https_a_cookie_counts_by_the_name_alone_that_no_other_host_can_set(serve: Serve) -> None:
    async with serve(base_url="http://board.test", public_url="https://board.test") as client:
        ann = await register(client)
        assert (
            await client.get("/api/auth/me", headers={"Cookie": f"__Host-tl_access={ann['access_token']}"})
        ).is_success
        planted = await client.get("/api/auth/me", headers={"Cookie": f"tl_access={ann['access_token']}"})
        is_problem(planted, 401, "not_authenticated")
        own = {"Cookie": f"tl_refresh={ann['refresh_token']}", "Sec-Fetch-Site": "same-origin"}
        is_problem(await client.post("/api/auth/refresh", headers=own), 401, "not_authenticated")
