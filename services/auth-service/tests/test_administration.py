"""What administrators do, what others try to, and what of it is written down."""

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from auth_service.accounts import Accounts
from kernel.ports.key_value_store import KeyValueStore, Put
from testkit.auth import PASSWORD, Serve, bearer, is_problem, register


async def people(client: httpx.AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ann, who came first, and Bob."""
    return await register(client), await register(client, "bob@example.org", name="Bob")


async def change(client: httpx.AsyncClient, by: dict[str, Any], whom: dict[str, Any], **body: Any) -> httpx.Response:
    return await client.patch(f"/api/admin/users/{whom['user']['id']}", json=body, headers=bearer(by))


async def kinds(client: httpx.AsyncClient, by: dict[str, Any], **query: str) -> list[str]:
    answer = await client.get("/api/admin/audit", params=query, headers=bearer(by))
    return [each["kind"] for each in answer.raise_for_status().json()["items"]]


async def test_who_is_registered_first_administers_and_nobody_else_does(client: httpx.AsyncClient) -> None:
    ann, bob = await people(client)
    assert (ann["user"].get("admin"), bob["user"].get("admin")) == (True, None)
    path = f"/api/admin/users/{ann['user']['id']}"
    for method, where in (
        ("GET", "/api/admin/users"),
        ("GET", "/api/admin/audit"),
        ("PATCH", path),
        ("POST", f"{path}/reset"),
        ("DELETE", f"{path}/sessions"),
        ("DELETE", f"{path}/factors"),
    ):
        answer = await client.request(
            method, where, json={"admin": True} if method == "PATCH" else None, headers=bearer(bob)
        )
        is_problem(answer, 403, "forbidden")
        is_problem(await client.request(method, where), 401, "not_authenticated")


async def test_of_many_who_register_first_at_once_one_administers(client: httpx.AsyncClient) -> None:
    made = await asyncio.gather(*(register(client, f"p{number}@example.org") for number in range(6)))
    assert sum(each["user"].get("admin", False) for each in made) == 1


async def test_people_are_found_by_name_address_and_state(client: httpx.AsyncClient) -> None:
    ann, bob = await people(client)
    assert (await change(client, ann, bob, active=False)).json()["active"] is False

    async def found(**query: str) -> list[str]:
        answer = await client.get("/api/admin/users", params=query, headers=bearer(ann))
        return [each["name"] for each in answer.json()["items"]]

    assert await found() == ["Ann", "Bob"]
    assert await found(q="BOB@") == ["Bob"]
    assert (await found(state="active"), await found(state="deactivated")) == (["Ann"], ["Bob"])
    assert await found(state="admin") == ["Ann"]


async def test_who_is_deactivated_is_out_in_every_process_and_comes_back_by_the_administrator_alone(
    serve: Serve,
) -> None:
    async with serve() as one, serve() as two:
        ann, bob = await people(one)
        token = (await one.post("/api/auth/tokens", json={"name": "ci"}, headers=bearer(bob))).json()["token"]
        program = {"Authorization": f"Bearer {token}"}
        for client in (one, two):
            assert (await client.get("/api/auth/me", headers=bearer(bob))).status_code == 200
            assert (await client.get("/api/auth/me", headers=program)).status_code == 200
        assert (await change(one, ann, bob, active=False)).status_code == 200
        async with asyncio.timeout(20):
            for client in (one, two):
                for headers in (bearer(bob), program):
                    while (await client.get("/api/auth/me", headers=headers)).status_code != 401:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
        refreshed = await two.post("/api/auth/refresh", json={"refresh_token": bob["refresh_token"]})
        is_problem(refreshed, 401, "not_authenticated")
        body = {"email": "bob@example.org", "password": PASSWORD}
        is_problem(await two.post("/api/auth/login", json=body), 403, "deactivated")
        is_problem(await two.post("/api/auth/login", json={**body, "password": "x" * 9}), 401, "invalid_credentials")
        assert (await change(one, ann, bob, active=True)).status_code == 200
        assert (await two.post("/api/auth/login", json=body)).status_code == 200


async def test_somebody_administers_always(client: httpx.AsyncClient) -> None:
    ann, bob = await people(client)
    is_problem(await change(client, ann, ann, admin=False), 409, "conflict")
    is_problem(await change(client, ann, ann, active=False), 409, "conflict")
    assert (await change(client, ann, bob, admin=True)).json()["admin"] is True
    assert (await change(client, bob, ann, admin=False)).json()["admin"] is False
    is_problem(await change(client, ann, ann, admin=True), 403, "forbidden")


async def test_what_an_administrator_changes_takes_a_fresh_proof_and_no_token(
    client: httpx.AsyncClient, store: KeyValueStore
) -> None:
    ann, bob = await people(client)
    made = await client.post("/api/auth/tokens", json={"name": "x", "scopes": ["account"]}, headers=bearer(ann))
    program = {"access_token": made.json()["token"]}
    is_problem(await change(client, program, bob, active=False), 403, "reauthentication_required")
    for item in await store.query(f"sessions:{ann['user']['id']}"):
        kept = {**orjson.loads(item.value), "proved_at": time.time() - 601}
        await store.write(Put(f"sessions:{ann['user']['id']}", item.key, orjson.dumps(kept), item.expires_at))
    is_problem(await change(client, ann, bob, admin=True), 403, "reauthentication_required")
    reset = await client.post(f"/api/admin/users/{bob['user']['id']}/reset", headers=bearer(ann))
    is_problem(reset, 403, "reauthentication_required")


async def test_the_link_that_an_administrator_hands_over_sets_a_password_and_their_sessions_end(
    client: httpx.AsyncClient,
) -> None:
    ann, bob = await people(client)
    path = f"/api/admin/users/{bob['user']['id']}"
    url = (await client.post(f"{path}/reset", headers=bearer(ann))).json()["url"]
    body = {"token": url.partition("#")[2], "password": "something else entirely"}
    assert (await client.post("/api/auth/password/reset", json=body)).status_code == 204
    again = await client.post("/api/auth/login", json={"email": "bob@example.org", "password": body["password"]})
    assert (await client.delete(f"{path}/sessions", headers=bearer(ann))).status_code == 204
    is_problem(await client.get("/api/auth/me", headers=bearer(again.json())), 401, "not_authenticated")
    is_problem(await client.post("/api/admin/users/nobody/reset", headers=bearer(ann)), 404, "not_found")


async def test_the_audit_log_says_who_did_what_to_whom_newest_first(client: httpx.AsyncClient) -> None:
    ann, bob = await people(client)
    await change(client, ann, bob, active=False)
    await change(client, ann, bob, active=True)
    assert (await kinds(client, ann))[:2] == ["activated", "deactivated"]
    assert await kinds(client, ann, kind="deactivated") == ["deactivated"]
    assert await kinds(client, ann, user=bob["user"]["id"]) == ["activated", "deactivated", "login"]
    first = (await client.get("/api/admin/audit", params={"limit": 1}, headers=bearer(ann))).json()
    (entry,) = first["items"]
    assert (entry["actor"], entry["user_id"]) == (ann["user"]["id"], bob["user"]["id"])
    rest = await client.get("/api/admin/audit", params={"cursor": first["next_cursor"]}, headers=bearer(ann))
    assert next(each["kind"] for each in rest.json()["items"]) == "deactivated"
    assert b"bob@example.org" not in rest.content


async def test_the_audit_log_as_a_file_has_no_formulas(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    body = {"email": "ann@example.org", "password": PASSWORD}
    await client.post("/api/auth/login", json=body, headers={"User-Agent": '=HYPERLINK("http://evil.test")'})
    answer = await client.get("/api/admin/audit", params={"format": "csv"}, headers=bearer(ann))
    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.text.splitlines()
    assert lines[0] == "at,kind,user_id,actor,place,agent"
    assert any("'=HYPERLINK" in line for line in lines)
    assert not any(",=HYPERLINK" in line or ',"=HYPERLINK' in line for line in lines)


async def test_one_reads_what_happened_to_one_s_own_account_and_to_no_other(client: httpx.AsyncClient) -> None:
    ann, bob = await people(client)
    await client.post("/api/auth/login", json={"email": "ann@example.org", "password": "a wrong guess"})
    await client.post("/api/auth/tokens", json={"name": "ci"}, headers=bearer(ann))
    own = (await client.get("/api/auth/log", headers=bearer(ann))).json()["items"]
    assert [(each["kind"], each["actor"] is None) for each in own] == [
        ("token_created", False),
        ("login_failed", True),
        ("login", False),
    ]
    theirs = (await client.get("/api/auth/log", headers=bearer(bob))).json()["items"]
    assert [each["kind"] for each in theirs] == ["login"]


async def test_of_an_erased_person_the_audit_log_keeps_the_id_alone(
    client: httpx.AsyncClient, store: KeyValueStore
) -> None:
    ann, bob = await people(client)
    erased = await client.request("DELETE", "/api/auth/me", json={"password": PASSWORD}, headers=bearer(bob))
    assert erased.status_code == 204
    assert (await kinds(client, ann, kind="erased")) == ["erased"]
    for partition in ("account-log", "devices", "sessions", "personal", "passkeys"):
        assert await store.query(f"{partition}:{bob['user']['id']}") == [], partition
    assert not (await Accounts(store).get(bob["user"]["id"])).usable  # type: ignore[union-attr]


# --- what one is told ---


async def mails(folder: Path, count: int) -> list[str]:
    async with asyncio.timeout(20):
        while len(found := [path.read_text() for path in (folder / "mail").rglob("*") if path.is_file()]) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found


@pytest.mark.parametrize("locale", ["en", "ko"])
async def test_one_is_told_of_a_new_device_in_one_s_own_language_and_of_a_known_one_never(
    client: httpx.AsyncClient, tmp_path: Path, locale: str
) -> None:
    await register(client, locale=locale)
    body = {"email": "ann@example.org", "password": PASSWORD}
    await client.post("/api/auth/login", json=body)
    for agent in ("a thief", "a thief"):
        await client.post("/api/auth/login", json=body, headers={"User-Agent": agent})
    ann = (await client.post("/api/auth/login", json=body)).json()
    log = (await client.get("/api/auth/log", headers=bearer(ann))).json()["items"]
    assert [each["kind"] for each in log].count("new_device") == 1
    (mail,) = await mails(tmp_path, 1)
    assert {"en": "new device", "ko": "=?utf-8?"}[locale] in mail


# --- guesses ---


async def test_a_stranger_s_guesses_do_not_lock_the_owner_out_and_the_owner_is_told(
    serve: Serve, tmp_path: Path
) -> None:
    async with serve(login_attempts=3, trusted_proxies=1) as client:
        ann = await register(client)
        right = {"email": "ann@example.org", "password": PASSWORD}
        thief, owner = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "198.51.100.4"}
        for _ in range(3):
            await client.post("/api/auth/login", json={**right, "password": "a wrong guess"}, headers=thief)
        shut = await client.post("/api/auth/login", json=right, headers=thief)
        is_problem(shut, 429, "rate_limited")
        assert 0 < int(shut.headers["retry-after"]) <= 30
        assert (await client.post("/api/auth/login", json=right, headers=owner)).status_code == 200
        for number in range(3):
            guess = {**right, "password": "a wrong guess"}
            await client.post("/api/auth/login", json=guess, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        log = (await client.get("/api/auth/log", headers=bearer(ann))).json()["items"]
        assert [each["kind"] for each in log].count("guessed_at") == 1
        assert any("trying to sign in as you" in mail for mail in await mails(tmp_path, 1))


async def test_a_browser_that_its_owner_has_used_is_free_of_what_others_guess(serve: Serve) -> None:
    async with serve(login_attempts=1, address_attempts=2) as client:
        await register(client)
        right = {"email": "ann@example.org", "password": PASSWORD, "session": "cookie"}
        await client.post("/api/auth/login", json=right)
        known = client.cookies["tl_device"]
        client.cookies.clear()
        for _ in range(4):  # from the same network
            await client.post("/api/auth/login", json={**right, "password": "a wrong guess"})
        is_problem(await client.post("/api/auth/login", json=right), 429, "rate_limited")
        client.cookies.set("tl_device", "made up")
        is_problem(await client.post("/api/auth/login", json=right), 429, "rate_limited")
        client.cookies.set("tl_device", known)
        assert (await client.post("/api/auth/login", json=right)).status_code == 200
        client.cookies.clear()
        client.cookies.set("tl_device", known)
        await client.post("/api/auth/login", json={**right, "password": "a wrong guess"})
        is_problem(await client.post("/api/auth/login", json=right), 429, "rate_limited")
