"""auth-service over HTTP, by its contract. Long because every call of the contract is here, and every error."""

import asyncio
import sqlite3
import unicodedata
from pathlib import Path
from typing import Any

import httpx
import pytest

from auth_service.accounts import Accounts
from auth_service.commands import Auth, Client, Newcomer
from auth_service.devices import Devices
from auth_service.factors import SecondFactors
from auth_service.guessing import Guessing
from auth_service.journal import Journal
from auth_service.limits import Limits, RateLimits
from auth_service.mails.outbox import Outbox
from auth_service.passkeys import Passkeys
from auth_service.passwords import PARALLEL, Passwords
from auth_service.personal import PersonalTokens
from auth_service.sessions import Sessions
from contracts.user import User, UserEvent
from kernel.adapters.maildir.mailer import MaildirMailer
from kernel.http.problems import Problem
from kernel.identity.ended_sessions import EndedSessions
from kernel.log.decider import Decider
from kernel.ports.key_value_store import KeyValueStore
from testkit.auth import PASSWORD, Projects, Serve, bearer, is_problem, register

# --- register and log in ---


async def test_registering_answers_the_person_and_tokens_but_no_cookie(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/api/auth/register", json={"email": "Ann@example.org", "password": PASSWORD, "name": "Ann", "locale": "ko"}
    )
    assert answer.status_code == 201
    assert "set-cookie" not in answer.headers
    document = answer.json()
    assert document["user"] | {"id": "", "created_at": ""} == {
        "id": "",
        "created_at": "",
        "name": "Ann",
        "email": "Ann@example.org",
        "email_verified": False,
        "locale": "ko",
        "admin": True,
    }
    assert document["user"]["created_at"].endswith("Z")
    assert document["expires_in"] == 600
    assert (await client.get("/api/auth/me", headers=bearer(document))).json() == document["user"]


async def test_with_a_cookie_session_the_answer_has_no_token(client: httpx.AsyncClient) -> None:
    document = await register(client, session="cookie")
    assert document.keys() == {"user"}
    assert (await client.get("/api/auth/me")).json() == document["user"]


@pytest.mark.parametrize(
    ("base_url", "settings", "prefix", "secure"),
    [
        ("http://board.test", {}, "", False),
        ("https://board.test", {}, "__Host-", True),
        ("http://board.test", {"public_url": "https://board.test"}, "__Host-", True),
    ],
)
async def test_cookies_are_out_of_reach_for_scripts_and_other_sites(
    serve: Serve, base_url: str, settings: dict[str, str], prefix: str, secure: bool
) -> None:
    async with serve(base_url, **settings) as client:
        body = {"email": "ann@example.org", "password": PASSWORD, "name": "Ann", "session": "cookie"}
        answer = await client.post("/api/auth/register", json=body)
        cookies = answer.headers.get_list("set-cookie")
        assert [cookie.partition("=")[0] for cookie in cookies] == [f"{prefix}tl_access", f"{prefix}tl_refresh"]
        for cookie in cookies:
            attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert {"httponly", "samesite=strict", "path=/"} <= attributes
            assert ("secure" in attributes) == secure
            assert not any(attribute.startswith("domain") for attribute in attributes)


async def test_the_language_is_the_browser_s_unless_given(client: httpx.AsyncClient) -> None:
    client.headers["accept-language"] = "ko-KR,ko;q=0.9,en;q=0.8"
    assert (await register(client))["user"]["locale"] == "ko"
    assert (await register(client, "bob@example.org", locale="en"))["user"]["locale"] == "en"


async def test_an_address_can_be_registered_once_however_it_is_written(client: httpx.AsyncClient) -> None:
    await register(client)
    body = {"email": " ANN@Example.ORG", "password": PASSWORD, "name": "Other"}
    is_problem(await client.post("/api/auth/register", json=body), 409, "conflict")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "password1"}, "password"),
        ({"password": "x" * 5000}, "password"),
        ({"password": 12345678}, "password"),
        ({"email": "nobody"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"locale": "fr"}, "locale"),
        ({"session": "jar"}, "session"),
        ({"admin": True}, "admin"),
    ],
)
async def test_bad_input_is_a_422_that_names_the_field_and_writes_nothing(
    client: httpx.AsyncClient, tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    body = {"email": "ann@example.org", "password": PASSWORD, "name": "Ann", **change}
    answer = await client.post("/api/auth/register", json=body)
    assert [error["field"] for error in is_problem(answer, 422, "validation_failed")["errors"]] == [field]
    assert rows(tmp_path / "log.db", "SELECT count(*) FROM events") == [(0,)]


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as db:
        return db.execute(query).fetchall()


async def test_unknown_address_and_wrong_password_answer_the_same(client: httpx.AsyncClient) -> None:
    await register(client)
    answers = []
    for email, password in (("ann@example.org", "wrong password"), ("nobody@example.org", PASSWORD), ("nobody", "x")):
        answer = await client.post("/api/auth/login", json={"email": email, "password": password})
        document = is_problem(answer, 401, "invalid_credentials")
        answers.append({name: value for name, value in document.items() if name != "trace_id"})
    assert answers[0] == answers[1] == answers[2]


async def test_whether_there_is_such_a_user_or_not_one_hash_is_verified(
    store: KeyValueStore, users: Decider[User, UserEvent], tmp_path: Path
) -> None:
    """The same time: the work is counted, for a clock would be a gamble."""
    verified: list[str] = []

    class Counted(Passwords):
        def _matches(self, encoded: str, password: str) -> bool:
            verified.append(encoded.rsplit("$", 2)[0])
            return super()._matches(encoded, password)

    passwords, client = Counted(), Client("127.0.0.1", "a test")
    sessions = Sessions(store, grace=20, ended=EndedSessions())
    limits, rules, devices = RateLimits(store), Limits.of(10, 100, 300), Devices(store)
    journal = Journal(store, Outbox(store, MaildirMailer(tmp_path / "mail")))
    auth = Auth(
        accounts=Accounts(store),
        sessions=sessions,
        personal=PersonalTokens(store, sessions),
        passwords=passwords,
        limits=limits,
        factors=SecondFactors(store, limits),
        passkeys=Passkeys(store, "http://localhost"),
        users=users,
        rules=rules,
        devices=devices,
        journal=journal,
        guessing=Guessing(limits, rules, devices, journal),
    )
    await auth.register(Newcomer("ann@example.org", PASSWORD, "Ann", "en"), client)
    for email in ("ann@example.org", "nobody@example.org", "nobody"):
        with pytest.raises(Problem, match="address or the password is wrong"):
            await auth.proved(email, "nobody has this password", client)
        assert verified == ["$argon2id$v=19$m=19456,t=2,p=1"], email
        verified.clear()
    passwords.close()


async def test_a_login_is_recorded_in_the_log_and_a_failed_one_is_not(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    await register(client)
    before = rows(tmp_path / "log.db", "SELECT count(*) FROM events")[0][0]
    await client.post("/api/auth/login", json={"email": "ann@example.org", "password": "wrong password"})
    assert rows(tmp_path / "log.db", "SELECT count(*) FROM events")[0][0] == before
    answer = await client.post("/api/auth/login", json={"email": "ANN@example.org ", "password": PASSWORD})
    assert answer.status_code == 200
    newest = rows(tmp_path / "log.db", "SELECT envelope FROM events ORDER BY position DESC LIMIT 1")[0][0]
    assert b'"type":"user.logged-in"' in newest


async def test_no_personal_data_reach_the_log(client: httpx.AsyncClient, tmp_path: Path) -> None:
    person = await register(client, "secret.person@example.org", name="Secret Person")
    await client.patch("/api/auth/me", json={"name": "Other Name"}, headers=bearer(person))
    for (envelope,) in rows(tmp_path / "log.db", "SELECT envelope FROM events"):
        for secret in (b"secret", b"Secret", b"Other", b"example.org"):
            assert secret not in envelope


@pytest.mark.slow
async def test_no_personal_data_reach_the_log_lines(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await register(client, "secret.person@example.org", name="Secret Person")
    await client.post("/api/auth/login", json={"email": "secret.person@example.org", "password": "wrong password"})
    printed = capsys.readouterr().out
    assert "auth.login-failed" in printed
    for secret in ("secret.person", "Secret Person", "wrong password", PASSWORD):
        assert secret not in printed


async def test_passwords_and_tokens_are_nowhere_in_clear(client: httpx.AsyncClient, tmp_path: Path) -> None:
    body = {"email": "ann@example.org", "password": PASSWORD, "name": "Ann"}
    person = (await client.post("/api/auth/register", json=body, headers={"Idempotency-Key": "once"})).json()
    made = await client.post("/api/auth/tokens", json={"name": "ci"}, headers=bearer(person))
    secrets = [PASSWORD, *person["refresh_token"].split(".")[2:], person["access_token"], made.json()["token"]]
    stored = everything(tmp_path)
    assert b"ann@example.org" in stored
    for secret in secrets:
        assert secret.encode() not in stored


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


# --- rate limits ---


async def test_attempts_on_one_account_are_limited_across_processes(serve: Serve) -> None:
    async with serve(login_attempts=4) as one, serve(login_attempts=4) as two:
        await register(one)
        wrong = {"email": "ann@example.org", "password": "wrong password"}
        for client in (one, two, one, two):
            is_problem(await client.post("/api/auth/login", json=wrong), 401, "invalid_credentials")
        right = {"email": "ann@example.org", "password": PASSWORD}
        for client in (one, two):
            answer = await client.post("/api/auth/login", json=right)
            is_problem(answer, 429, "rate_limited")
            assert 0 < int(answer.headers["retry-after"]) <= 900
        await register(two, "bob@example.org")
        other = {"email": "bob@example.org", "password": PASSWORD}
        assert (await one.post("/api/auth/login", json=other)).status_code == 200


@pytest.mark.slow
async def test_a_good_login_forgets_the_bad_ones(serve: Serve) -> None:
    async with serve(login_attempts=3) as client:
        await register(client)
        for _ in range(3):
            for password in ("wrong password", "wrong password", PASSWORD):
                answer = await client.post("/api/auth/login", json={"email": "ann@example.org", "password": password})
        assert answer.status_code == 200


@pytest.mark.slow
async def test_good_logins_at_once_are_no_attack(serve: Serve) -> None:
    async with serve(login_attempts=1, address_attempts=1) as client:
        await register(client)
        body = {"email": "ann@example.org", "password": PASSWORD}
        answers = await asyncio.gather(*(client.post("/api/auth/login", json=body) for _ in range(8)))
        assert [answer.status_code for answer in answers] == [200] * 8


@pytest.mark.slow
async def test_guesses_at_once_do_not_slip_past_the_limit(serve: Serve) -> None:
    async with serve(login_attempts=3) as client:
        await register(client)
        guesses = [*(f"wrong password {number}" for number in range(12)), PASSWORD]
        answers = await asyncio.gather(
            *(client.post("/api/auth/login", json={"email": "ann@example.org", "password": guess}) for guess in guesses)
        )
        statuses = [answer.status_code for answer in answers]
        # As many may be under way when the last allowed one fails as are hashed at once.
        assert statuses.count(401) <= 3 + PARALLEL - 1
        assert statuses[-1] == 429


async def test_another_way_to_write_the_address_is_no_way_around_the_limit(serve: Serve) -> None:
    async with serve(login_attempts=3) as client:
        await register(client, "ångström@example.org")
        for email in (
            " ångström@example.org",
            "ÅNGSTRÖM@EXAMPLE.ORG",
            unicodedata.normalize("NFD", "ångström@example.org"),
        ):
            wrong = {"email": email, "password": "wrong password"}
            is_problem(await client.post("/api/auth/login", json=wrong), 401, "invalid_credentials")
        right = {"email": "ångström@example.org", "password": PASSWORD}
        is_problem(await client.post("/api/auth/login", json=right), 429, "rate_limited")


async def test_attempts_from_one_address_are_limited_and_the_address_cannot_be_made_up(serve: Serve) -> None:
    async with serve(address_attempts=3) as client:
        for turn in range(4):
            answer = await client.post(
                "/api/auth/login",
                json={"email": f"p{turn}@example.org", "password": "wrong password"},
                headers={"X-Forwarded-For": f"10.0.0.{turn}"},
            )
        is_problem(answer, 429, "rate_limited")


async def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(serve: Serve) -> None:
    async with serve(address_attempts=1, trusted_proxies=1) as client:
        statuses = []
        for forwarded in ("6.6.6.6, 10.0.0.1", "7.7.7.7, 10.0.0.1", "10.0.0.2"):
            body = {"email": f"{forwarded[:3]}@example.org", "password": "wrong password"}
            answer = await client.post("/api/auth/login", json=body, headers={"X-Forwarded-For": forwarded})
            statuses.append(answer.status_code)
        assert statuses == [401, 429, 401]


async def test_a_line_of_the_clients_own_before_the_proxys_does_not_move_the_address(serve: Serve) -> None:
    async with serve(address_attempts=1, trusted_proxies=1) as client:
        statuses = []
        for turn, forged in enumerate(("6.6.6.6", "7.7.7.7", "8.8.8.8, 9.9.9.9")):
            body = {"email": f"p{turn}@example.org", "password": "wrong password"}
            lines = [("X-Forwarded-For", forged), ("X-Forwarded-For", "10.0.0.1")]
            statuses.append((await client.post("/api/auth/login", json=body, headers=lines)).status_code)
        assert statuses == [401, 429, 429]


async def test_registrations_from_one_address_are_limited(serve: Serve) -> None:
    async with serve(registrations=1) as client:
        await register(client)
        body = {"email": "bob@example.org", "password": PASSWORD, "name": "Bob"}
        is_problem(await client.post("/api/auth/register", json=body), 429, "rate_limited")


async def test_where_registration_is_closed_nobody_registers(serve: Serve) -> None:
    async with serve(registration="closed") as client:
        body = {"email": "ann@example.org", "password": PASSWORD, "name": "Ann"}
        is_problem(await client.post("/api/auth/register", json=body), 403, "registration_closed")
        del body["name"]
        is_problem(await client.post("/api/auth/login", json=body), 401, "invalid_credentials")


# --- oneself ---


async def test_one_changes_one_s_name_and_language(client: httpx.AsyncClient) -> None:
    person = await register(client)
    answer = await client.patch("/api/auth/me", json={"name": "앤", "locale": "ko"}, headers=bearer(person))
    assert (answer.json()["name"], answer.json()["locale"]) == ("앤", "ko")
    assert (await client.patch("/api/auth/me", json={}, headers=bearer(person))).json()["name"] == "앤"


async def test_a_new_password_takes_the_old_one_and_ends_the_other_sessions(client: httpx.AsyncClient) -> None:
    here = await register(client)
    there = (await client.post("/api/auth/login", json={"email": "ann@example.org", "password": PASSWORD})).json()
    wrong = {"old_password": "not this one", "new_password": "another good one"}
    answer = await client.post("/api/auth/password", json=wrong, headers=bearer(here))
    assert is_problem(answer, 422, "validation_failed")["errors"][0]["field"] == "old_password"
    weak = {"old_password": PASSWORD, "new_password": "password1"}
    answer = await client.post("/api/auth/password", json=weak, headers=bearer(here))
    assert is_problem(answer, 422, "validation_failed")["errors"][0]["field"] == "new_password"
    good = {"old_password": PASSWORD, "new_password": "another good one"}
    assert (await client.post("/api/auth/password", json=good, headers=bearer(here))).status_code == 204
    assert (
        await client.post("/api/auth/login", json={"email": "ann@example.org", "password": PASSWORD})
    ).status_code == 401
    stays = await client.post("/api/auth/refresh", json={"refresh_token": here["refresh_token"]})
    ended = await client.post("/api/auth/refresh", json={"refresh_token": there["refresh_token"]})
    assert (stays.status_code, ended.status_code) == (200, 401)


async def test_an_erased_person_is_forgotten_and_the_address_is_free(
    client: httpx.AsyncClient, projects: Projects, tmp_path: Path
) -> None:
    ann, bob = await register(client), await register(client, "bob@example.org", name="Bob")
    projects.teams.append({ann["user"]["id"], bob["user"]["id"]})
    wrong = await client.request("DELETE", "/api/auth/me", json={"password": "wrong password"}, headers=bearer(ann))
    is_problem(wrong, 422, "validation_failed")
    answer = await client.request("DELETE", "/api/auth/me", json={"password": PASSWORD}, headers=bearer(ann))
    assert answer.status_code == 204
    is_problem(await client.get("/api/auth/me", headers=bearer(ann)), 401, "not_authenticated")
    found = await client.get(f"/api/users?ids={ann['user']['id']}", headers=bearer(bob))
    assert found.json()["items"] == [{"id": ann["user"]["id"], "name": None}]
    assert [user["name"] for user in (await client.get("/api/users", headers=bearer(bob))).json()["items"]] == ["Bob"]
    tables = [name for (name,) in rows(tmp_path / "keys.db", "SELECT name FROM sqlite_schema WHERE type = 'table'")]
    stored = [row for table in tables for row in rows(tmp_path / "keys.db", f"SELECT * FROM {table}")]
    assert "bob@example.org" in str(stored)
    assert "ann@example.org" not in str(stored)
    assert (await register(client))["user"]["id"] != ann["user"]["id"]


# --- personal tokens ---


async def test_a_personal_token_works_until_it_is_revoked(client: httpx.AsyncClient) -> None:
    ann, bob = await register(client), await register(client, "bob@example.org")
    made = (await client.post("/api/auth/tokens", json={"name": "ci"}, headers=bearer(ann))).json()
    listed = (await client.get("/api/auth/tokens", headers=bearer(ann))).json()["items"]
    assert listed == [{name: value for name, value in made.items() if name != "token"}]
    assert (made["scopes"], made["projects"], made["expires_at"]) == (["tasks:read"], None, None)
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert (await client.get("/api/auth/me", headers=headers)).json()["id"] == ann["user"]["id"]
    path = f"/api/auth/tokens/{made['id']}"
    is_problem(await client.delete(path, headers=bearer(bob)), 404, "not_found")
    assert (await client.delete(path, headers=bearer(ann))).status_code == 204
    is_problem(await client.delete(path, headers=bearer(ann)), 404, "not_found")
    service = await service_header(client)
    asked = await client.post("/api/auth/introspect", json={"token": made["token"]}, headers=service)
    assert asked.json() == {"active": False, "user_id": None}


# --- the directory ---


async def test_a_team_is_listed_by_name_and_only_one_s_own_address_is_shown(
    client: httpx.AsyncClient, projects: Projects
) -> None:
    people = [
        await register(client, f"p{n}@example.org", name=name) for n, name in enumerate(("Zoe", "ann", "김하나", "Bob"))
    ]
    projects.teams.append({person["user"]["id"] for person in people})
    answer = await client.get("/api/users", headers=bearer(people[1]))
    items = answer.json()["items"]
    assert [user["name"] for user in items] == ["ann", "Bob", "Zoe", "김하나"]
    assert [user.get("email") for user in items] == ["p1@example.org", None, None, None]
    found = await client.get("/api/users", params={"q": "하나"}, headers=bearer(people[0]))
    assert [user["name"] for user in found.json()["items"]] == ["김하나"]


async def test_strangers_are_found_by_their_exact_address_alone(client: httpx.AsyncClient, projects: Projects) -> None:
    ann, bob = await register(client), await register(client, "bob@example.org", name="Bob")

    async def found(**query: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await client.get("/api/users", params=query, headers=bearer(ann))).json()[
            "items"
        ]
        return items

    stranger = {"id": bob["user"]["id"], "name": "Bob"}
    for query in ({"q": "bo"}, {"q": "Bob"}, {"q": "bob@"}, {"q": "bob@example.or"}, {"ids": bob["user"]["id"]}):
        assert await found(**query) == [], query
    assert [user["name"] for user in await found()] == ["Ann"]
    assert await found(q=" BOB@example.org") == [stranger]
    projects.teams.append({ann["user"]["id"], bob["user"]["id"]})
    assert await found(q="bo") == await found(ids=bob["user"]["id"]) == [stranger]


async def test_the_directory_is_read_page_by_page(client: httpx.AsyncClient, projects: Projects) -> None:
    people = [await register(client, f"p{n}@example.org", name=f"Person {n % 3}") for n in range(7)]
    projects.teams.append({person["user"]["id"] for person in people})
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/api/users", params=params, headers=bearer(people[0]))).json()
        seen += [user["id"] for user in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(person["user"]["id"] for person in people)
    is_problem(await client.get("/api/users?cursor=x", headers=bearer(people[0])), 422, "validation_failed")
    is_problem(await client.get("/api/users?limit=201", headers=bearer(people[0])), 422, "validation_failed")


async def service_header(client: httpx.AsyncClient, audience: str = "auth-service") -> dict[str, str]:
    body = {"service": "notify-service", "secret": "between services", "audience": audience}
    return bearer((await client.post("/api/auth/service-token", json=body)).json())


async def test_a_service_sees_addresses_with_a_token_for_this_audience_alone(client: httpx.AsyncClient) -> None:
    ann = await register(client, locale="ko")
    path = f"/api/users?ids={ann['user']['id']},unknown,{'0' * 8}-0000-7000-8000-{'0' * 12}"
    answer = await client.get(path, headers=await service_header(client))
    expected = {"id": ann["user"]["id"], "name": "Ann", "email": "ann@example.org", "locale": "ko"}
    assert answer.json()["items"] == [expected]
    other = await service_header(client, "task-service")
    is_problem(await client.get(path, headers=other), 401, "not_authenticated")
    is_problem(await client.get("/api/auth/me", headers=await service_header(client)), 401, "not_authenticated")


async def test_a_service_token_takes_the_secret_and_is_refused_where_none_is_set(serve: Serve) -> None:
    body = {"service": "notify-service", "secret": "guess", "audience": "auth-service"}
    async with serve() as client:
        is_problem(await client.post("/api/auth/service-token", json=body), 401, "invalid_credentials")
    async with serve(service_secret="") as client:
        empty = {**body, "secret": ""}
        is_problem(await client.post("/api/auth/service-token", json=empty), 401, "invalid_credentials")


async def test_people_cannot_introspect_tokens(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    answer = await client.post("/api/auth/introspect", json={"token": "tlp_x"}, headers=bearer(ann))
    is_problem(answer, 401, "not_authenticated")


# --- everything that needs a login, and everything that changes state ---


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/auth/me"),
        ("PATCH", "/api/auth/me"),
        ("DELETE", "/api/auth/me"),
        ("POST", "/api/auth/password"),
        ("GET", "/api/auth/sessions"),
        ("DELETE", "/api/auth/sessions/x"),
        ("GET", "/api/auth/tokens"),
        ("POST", "/api/auth/tokens"),
        ("DELETE", "/api/auth/tokens/x"),
        ("GET", "/api/users"),
        ("POST", "/api/auth/introspect"),
        ("POST", "/api/auth/refresh"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer forged"}, {"Cookie": "tl_access=forged"}])
async def test_without_a_login_it_is_a_401(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    bodies = {
        "/api/auth/password": {"old_password": "x", "new_password": "y"},
        "/api/auth/tokens": {"name": "x"},
        "/api/auth/introspect": {"token": "x"},
        "/api/auth/me": {"password": "x"} if method == "DELETE" else {},
    }
    sent = {"sec-fetch-site": "same-origin", **headers}
    body = bodies.get(path) if method in ("POST", "PATCH") or path == "/api/auth/me" else None
    answer = await client.request(method, path, json=body if method != "GET" else None, headers=sent)
    is_problem(answer, 401, "not_authenticated")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/api/auth/me"),
        ("DELETE", "/api/auth/me"),
        ("POST", "/api/auth/password"),
        ("POST", "/api/auth/tokens"),
    ],
)
async def test_without_a_login_one_does_not_even_learn_what_is_wrong_with_a_body(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "a key"}
    is_problem(await client.request(method, path, content=b"{", headers=headers), 401, "not_authenticated")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/auth/me", {"name": "Mallory"}),
        ("POST", "/api/auth/password", {"old_password": PASSWORD, "new_password": "another good one"}),
        ("POST", "/api/auth/refresh", None),
        ("POST", "/api/auth/logout", None),
        ("POST", "/api/auth/tokens", {"name": "x"}),
        ("DELETE", "/api/auth/me", {"password": PASSWORD}),
    ],
)
async def test_another_site_cannot_use_the_cookies(
    client: httpx.AsyncClient, method: str, path: str, body: dict[str, str] | None
) -> None:
    await register(client, session="cookie")
    headers = {"Sec-Fetch-Site": "cross-site"}
    is_problem(await client.request(method, path, json=body, headers=headers), 403, "cross_site")
    assert (await client.get("/api/auth/me")).json()["name"] == "Ann"


# --- the same request twice ---


async def test_a_repeated_request_gets_the_first_answer(client: httpx.AsyncClient) -> None:
    body = {"email": "ann@example.org", "password": PASSWORD, "name": "Ann"}
    headers = {"Idempotency-Key": "key 1"}
    first = await client.post("/api/auth/register", json=body, headers=headers)
    again = await client.post("/api/auth/register", json=body, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = await client.post("/api/auth/register", json={**body, "name": "Bob"}, headers=headers)
    is_problem(other, 422, "idempotency_key_reused")


async def test_a_request_that_failed_may_be_tried_again_with_its_key(client: httpx.AsyncClient) -> None:
    body = {"email": "ann@example.org", "password": PASSWORD}
    headers = {"Idempotency-Key": "login-1"}
    is_problem(await client.post("/api/auth/login", json=body, headers=headers), 401, "invalid_credentials")
    await register(client)
    assert (await client.post("/api/auth/login", json=body, headers=headers)).status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there"])
async def test_a_key_must_be_printable_and_short(client: httpx.AsyncClient, key: str) -> None:
    body = {"email": "ann@example.org", "password": PASSWORD}
    answer = await client.post("/api/auth/login", json=body, headers={"Idempotency-Key": key})
    is_problem(answer, 422, "validation_failed")


async def test_the_key_set_has_public_keys_alone(client: httpx.AsyncClient) -> None:
    keys = (await client.get("/api/auth/.well-known/jwks.json")).json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256"]
    assert all("d" not in key and key["kid"] for key in keys)
