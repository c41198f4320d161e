"""Sessions: refresh tokens change with every use, two tabs at once are no thief, a thief is."""

import asyncio
from typing import Any

import httpx
import pytest

from auth_service.sessions import MAX_SESSIONS, Sessions
from kernel.identity.ended_sessions import EndedSessions
from kernel.ports.key_value_store import KeyValueStore
from testkit.auth import PASSWORD, Serve, bearer, register
from testkit.log import eventually


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post("/api/auth/refresh", json={"refresh_token": token})


async def test_each_refresh_gives_another_token_and_the_session_goes_on(client: httpx.AsyncClient) -> None:
    person = await register(client)
    seen = {person["refresh_token"]}
    token = person["refresh_token"]
    for _ in range(3):
        answer = (await refresh(client, token)).json()
        token = answer["refresh_token"]
        assert token not in seen
        seen.add(token)
        assert (await client.get("/api/auth/me", headers=bearer(answer))).json() == person["user"]
    listed = (await client.get("/api/auth/sessions", headers=bearer(person))).json()["items"]
    assert [session["current"] for session in listed] == [True]


async def test_two_tabs_that_refresh_at_once_both_keep_the_session(client: httpx.AsyncClient) -> None:
    person = await register(client)
    answers = await asyncio.gather(*(refresh(client, person["refresh_token"]) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    # Whichever answer reached the browser last, its token works.
    for answer in answers:
        assert (await refresh(client, answer.json()["refresh_token"])).status_code == 200


async def test_two_processes_that_refresh_at_once_both_keep_the_session(serve: Serve) -> None:
    async with serve() as one, serve() as two:
        person = await register(one)
        answers = await asyncio.gather(*(refresh(client, person["refresh_token"]) for client in (one, two)))
        assert [answer.status_code for answer in answers] == [200, 200]


async def test_a_token_used_again_later_ends_the_session_for_the_thief_and_the_owner(serve: Serve) -> None:
    async with serve(refresh_grace=0) as client:
        person = await register(client)
        renewed = (await refresh(client, person["refresh_token"])).json()
        assert (await refresh(client, person["refresh_token"])).status_code == 401
        assert (await refresh(client, renewed["refresh_token"])).status_code == 401


async def test_a_token_from_long_ago_is_known_for_one_used_again(serve: Serve) -> None:
    async with serve(refresh_grace=0) as client:
        person = await register(client)
        newest = person["refresh_token"]
        for _ in range(3):
            newest = (await refresh(client, newest)).json()["refresh_token"]
        assert (await refresh(client, person["refresh_token"])).status_code == 401
        assert (await refresh(client, newest)).status_code == 401


@pytest.mark.parametrize("made_up", ["family", "family and secret"])
async def test_who_knows_a_session_s_id_alone_cannot_end_it(client: httpx.AsyncClient, made_up: str) -> None:
    """The ids are no secret: they stand in the log."""
    person = await register(client)
    user_id, session_id, family, secret = person["refresh_token"].split(".")
    forged = f"{user_id}.{session_id}.{'A' * len(family)}.{secret if made_up == 'family' else 'A' * len(secret)}"
    assert (await refresh(client, forged)).status_code == 401
    assert (await client.post("/api/auth/logout", json={"refresh_token": forged})).status_code == 204
    assert (await refresh(client, person["refresh_token"])).status_code == 200


async def test_a_session_ends_for_good_however_many_there_are(store: KeyValueStore) -> None:
    sessions = Sessions(store, grace=20, ended=EndedSessions())
    tokens = [await sessions.begin("00000000-0000-7000-8000-000000000001", "") for _ in range(MAX_SESSIONS)]
    kept, token = tokens[10]
    await sessions.end_all("00000000-0000-7000-8000-000000000001", but=kept.id)
    assert [session.id for session in await sessions.of("00000000-0000-7000-8000-000000000001")] == [kept.id]
    assert (await sessions.rotate(token))[1].id == kept.id


async def test_sessions_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    person = await register(client)
    for number in range(3):
        await client.post(
            "/api/auth/login",
            json={"email": "ann@example.org", "password": PASSWORD},
            headers={"User-Agent": f"phone {number}"},
        )
    seen: list[str] = []
    query = "limit=2"
    while True:
        page = (await client.get(f"/api/auth/sessions?{query}", headers=bearer(person))).json()
        seen += [session["agent"] for session in page["items"]]
        if page["next_cursor"] is None:
            break
        query = f"limit=2&cursor={page['next_cursor']}"
    assert seen[1:] == ["phone 0", "phone 1", "phone 2"]


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "é", "0" * 300])
async def test_what_is_no_refresh_token_is_a_401(client: httpx.AsyncClient, token: str) -> None:
    answer = await refresh(client, token)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


async def test_a_logout_ends_the_session_and_takes_the_cookies(client: httpx.AsyncClient) -> None:
    await register(client, session="cookie")
    token = client.cookies["tl_refresh"]
    answer = await client.post("/api/auth/logout", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 204
    assert not client.cookies
    assert (await refresh(client, token)).status_code == 401
    assert (await client.post("/api/auth/logout")).status_code == 204


async def test_a_program_logs_out_with_its_tokens(client: httpx.AsyncClient) -> None:
    person = await register(client)
    body = {"refresh_token": person["refresh_token"]}
    assert (await client.post("/api/auth/logout", json=body)).status_code == 204
    assert (await refresh(client, person["refresh_token"])).status_code == 401


async def test_a_program_s_logout_leaves_the_browser_s_session_alone(client: httpx.AsyncClient) -> None:
    await register(client, session="cookie")
    there = (await client.post("/api/auth/login", json={"email": "ann@example.org", "password": PASSWORD})).json()
    by_body = {"json": {"refresh_token": there["refresh_token"]}}
    for how in (by_body, {"headers": bearer(there)}):
        answer = await client.post("/api/auth/logout", **how)
        assert (answer.status_code, "set-cookie" in answer.headers) == (204, False)
    answer = await client.post("/api/auth/refresh", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200


async def test_the_browser_refreshes_by_cookie_alone(client: httpx.AsyncClient) -> None:
    person = await register(client, session="cookie")
    before = client.cookies["tl_refresh"]
    answer = await client.post("/api/auth/refresh", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.json() == {"user": person["user"]}
    assert client.cookies["tl_refresh"] != before


async def test_one_ends_one_s_own_sessions_and_nobody_else_s(client: httpx.AsyncClient) -> None:
    ann, bob = await register(client), await register(client, "bob@example.org")
    login: dict[str, Any] = {"email": "ann@example.org", "password": PASSWORD}
    there = (await client.post("/api/auth/login", json=login, headers={"User-Agent": "phone"})).json()
    listed = (await client.get("/api/auth/sessions", headers=bearer(ann))).json()["items"]
    assert [(session["agent"], session["current"]) for session in listed][1] == ("phone", False)
    path = f"/api/auth/sessions/{listed[1]['id']}"
    assert (await client.delete(path, headers=bearer(bob))).status_code == 404
    assert (await client.delete(path, headers=bearer(ann))).status_code == 204
    assert (await refresh(client, there["refresh_token"])).status_code == 401


@pytest.mark.slow
async def test_a_session_that_ended_is_refused_by_other_processes_soon_and_after_a_restart(serve: Serve) -> None:
    async with serve() as one, serve() as two:
        person = await register(one)
        assert (await two.get("/api/auth/me", headers=bearer(person))).status_code == 200
        assert (await one.post("/api/auth/logout", headers=bearer(person))).status_code == 204
        await eventually(lambda: is_refused(two, person))
    async with serve() as anew:
        await eventually(lambda: is_refused(anew, person))


async def is_refused(client: httpx.AsyncClient, person: dict[str, Any]) -> bool:
    return (await client.get("/api/auth/me", headers=bearer(person))).status_code == 401


async def test_only_services_are_told_which_sessions_ended(client: httpx.AsyncClient) -> None:
    person, other = await register(client), await register(client, "bob@example.org")
    await client.post("/api/auth/logout", headers=bearer(person))
    path = "/api/auth/ended-sessions?seconds=60"
    assert (await client.get(path, headers=bearer(other))).status_code == 401
    body = {"service": "task-service", "secret": "between services", "audience": "auth-service"}
    service = (await client.post("/api/auth/service-token", json=body)).json()
    (ended,) = (await client.get(path, headers=bearer(service))).json()["items"]
    assert 0 < ended["seconds"] <= 600
    none = "/api/auth/ended-sessions?seconds=0"
    assert (await client.get(none, headers=bearer(service))).json()["items"] == []
