"""Forgotten passwords, verified and changed addresses, as the owner and as an attacker meet them."""

import asyncio
import email
import email.policy
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from testkit.auth import PASSWORD, Projects, Serve, bearer, is_problem, register

NEW = "another password nobody guesses"
LINK = re.compile(r"/(reset|verify)#([\w-]+)")


async def mails(folder: Path, to: str, count: int = 1) -> list[Any]:
    """So many mails to an address, as soon as they are there, the oldest first."""
    while len(found := _to(folder, to)) < count:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    return found


def _to(folder: Path, to: str) -> list[Any]:
    files = sorted((folder / "mail" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns)
    read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    return [mail for mail in read if mail["To"] == to]


def link_in(mail: Any) -> tuple[str, str]:
    found = LINK.search(mail.get_body(("plain",)).get_content())
    assert found
    return found[1], found[2]


async def forgot(client: httpx.AsyncClient, address: str) -> httpx.Response:
    return await client.post("/api/auth/password/forgot", json={"email": address})


async def reset(client: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    return await client.post("/api/auth/password/reset", json={"token": token, "password": password})


async def login(client: httpx.AsyncClient, password: str, address: str = "ann@example.org") -> int:
    body = {"email": address, "password": password}
    return (await client.post("/api/auth/login", json=body)).status_code


async def test_a_forgotten_password_is_set_anew_once_and_every_session_ends(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    ann = await register(client, locale="ko")
    assert (await forgot(client, " ANN@example.org")).status_code == 202
    (mail,) = await mails(tmp_path, "ann@example.org")
    assert mail["Subject"] == "비밀번호 재설정"
    kind, token = link_in(mail)
    assert kind == "reset"
    is_problem(await reset(client, token, "password"), 422, "validation_failed")

    assert (await reset(client, token)).status_code == 204

    assert (await login(client, PASSWORD), await login(client, NEW)) == (401, 200)
    is_problem(await reset(client, token, PASSWORD), 422, "invalid_token")
    is_problem(await client.get("/api/auth/me", headers=bearer(ann)), 401, "not_authenticated")
    old = {"refresh_token": ann["refresh_token"]}
    is_problem(await client.post("/api/auth/refresh", json=old), 401, "not_authenticated")
    assert (await mails(tmp_path, "ann@example.org", 2))[1]["Subject"] == "비밀번호가 바뀌었습니다"


async def test_whether_there_is_such_an_account_cannot_be_told(client: httpx.AsyncClient, tmp_path: Path) -> None:
    await register(client)
    known, unknown, none = [await forgot(client, each) for each in ("ann@example.org", "eve@example.org", "x")]
    assert [(answer.status_code, answer.content) for answer in (known, unknown, none)] == [(202, known.content)] * 3
    await mails(tmp_path, "ann@example.org")
    assert _to(tmp_path, "eve@example.org") == []


async def test_many_who_use_a_link_at_once_set_one_password(client: httpx.AsyncClient, tmp_path: Path) -> None:
    await register(client)
    await forgot(client, "ann@example.org")
    _, token = link_in((await mails(tmp_path, "ann@example.org"))[0])
    passwords = [f"a password of attempt {n}" for n in range(8)]
    answers = await asyncio.gather(*(reset(client, token, password) for password in passwords))
    assert sorted(answer.status_code for answer in answers) == [204] + [422] * 7
    worked = next(p for p, answer in zip(passwords, answers, strict=True) if answer.status_code == 204)
    assert await login(client, worked) == 200


async def test_a_link_is_worth_nothing_after_the_password_was_changed(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    ann = await register(client)
    await forgot(client, "ann@example.org")
    _, token = link_in((await mails(tmp_path, "ann@example.org"))[0])
    changed = {"old_password": PASSWORD, "new_password": NEW}
    assert (await client.post("/api/auth/password", json=changed, headers=bearer(ann))).status_code == 204
    is_problem(await reset(client, token, "the attacker's password"), 422, "invalid_token")
    assert await login(client, NEW) == 200


async def test_one_address_gets_five_links_an_hour_whoever_asks(client: httpx.AsyncClient, tmp_path: Path) -> None:
    await register(client)
    await register(client, "bob@example.org")
    for _ in range(9):
        assert (await forgot(client, "ann@example.org")).status_code == 202
    await forgot(client, "bob@example.org")
    await mails(tmp_path, "bob@example.org")
    assert len(_to(tmp_path, "ann@example.org")) == 5


@pytest.mark.parametrize("token", ["", "x", "한", "x" * 200])
async def test_tokens_that_are_none_are_refused(client: httpx.AsyncClient, token: str) -> None:
    is_problem(await reset(client, token), 422, "invalid_token")
    is_problem(await client.post("/api/auth/email/verify", json={"token": token}), 422, "invalid_token")


async def test_an_address_changes_only_when_the_new_one_was_verified_and_the_old_one_is_told(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    ann = await register(client)
    wrong = {"email": "new@example.org", "password": "a wrong password"}
    is_problem(await client.post("/api/auth/email", json=wrong, headers=bearer(ann)), 422, "validation_failed")
    body = {"email": "new@example.org", "password": PASSWORD}
    assert (await client.post("/api/auth/email", json=body, headers=bearer(ann))).status_code == 202
    kind, token = link_in((await mails(tmp_path, "new@example.org"))[0])
    assert kind == "verify"
    assert (await client.get("/api/auth/me", headers=bearer(ann))).json()["email"] == "ann@example.org"

    assert (await client.post("/api/auth/email/verify", json={"token": token})).status_code == 204

    is_problem(await client.post("/api/auth/email/verify", json={"token": token}), 422, "invalid_token")
    assert (await login(client, PASSWORD), await login(client, PASSWORD, "new@example.org")) == (401, 200)
    (told,) = await mails(tmp_path, "ann@example.org")
    assert told["Subject"] == "Your e-mail address was changed"
    assert (await register(client))["user"]["id"] != ann["user"]["id"]


async def test_an_address_that_was_taken_meanwhile_is_not_taken_over(client: httpx.AsyncClient, tmp_path: Path) -> None:
    ann = await register(client)
    body = {"email": "new@example.org", "password": PASSWORD}
    await client.post("/api/auth/email", json=body, headers=bearer(ann))
    _, token = link_in((await mails(tmp_path, "new@example.org"))[0])
    bob = await register(client, "new@example.org")
    is_problem(await client.post("/api/auth/email/verify", json={"token": token}), 409, "conflict")
    assert (await client.get("/api/auth/me", headers=bearer(bob))).json()["email"] == "new@example.org"
    assert (await client.get("/api/auth/me", headers=bearer(ann))).json()["email"] == "ann@example.org"


async def test_nobody_has_mail_sent_to_an_account_s_address_by_asking_for_it(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Whether an address is taken is told to nobody: the answer is the same, and its owner is left alone."""
    ann = await register(client)
    await register(client, "bob@example.org")
    body = {"email": "bob@example.org", "password": PASSWORD}
    assert (await client.post("/api/auth/email", json=body, headers=bearer(ann))).status_code == 202
    await client.post("/api/auth/email/verification", headers=bearer(ann))
    await mails(tmp_path, "ann@example.org")
    assert _to(tmp_path, "bob@example.org") == []


async def test_where_addresses_have_to_be_verified_registering_tells_nothing_and_lets_nobody_in(
    serve: Serve, tmp_path: Path
) -> None:
    async with serve(verified_email="required") as client:
        body = {"email": "ann@example.org", "password": PASSWORD, "name": "Ann"}
        first = await client.post("/api/auth/register", json=body)
        again = await client.post("/api/auth/register", json={**body, "password": NEW, "name": "Eve"})
        assert [(answer.status_code, answer.json()) for answer in (first, again)] == [(202, {})] * 2
        answer = await client.post("/api/auth/login", json={"email": "ann@example.org", "password": PASSWORD})
        is_problem(answer, 403, "email_not_verified")
        assert await login(client, NEW) == 401
        await forgot(client, "ann@example.org")
        found = await mails(tmp_path, "ann@example.org", 2)
        assert [link_in(mail)[0] for mail in found] == ["verify", "verify"]
        await client.post("/api/auth/email/verify", json={"token": link_in(found[0])[1]})
        assert await login(client, PASSWORD) == 200


async def test_an_invitation_that_was_mailed_lets_in_at_once_where_addresses_have_to_be_verified(
    serve: Serve, projects: Projects, tmp_path: Path
) -> None:
    async with serve(verified_email="required") as client:
        body = {"email": "ann@example.org", "password": PASSWORD, "name": "Ann", "invitation": "tli_none"}
        is_problem(await client.post("/api/auth/register", json=body), 404, "not_found")
        assert not (tmp_path / "mail" / "new").exists() or _to(tmp_path, "ann@example.org") == []


# --- answers with credentials are not given again ---


async def test_a_login_replayed_after_the_password_changed_gives_nothing(client: httpx.AsyncClient) -> None:
    await register(client)
    headers = {"Idempotency-Key": "stolen"}
    body = {"email": "ann@example.org", "password": PASSWORD}
    first = (await client.post("/api/auth/login", json=body, headers=headers)).json()
    changed = {"old_password": PASSWORD, "new_password": NEW}
    await client.post("/api/auth/password", json=changed, headers=bearer(first))
    is_problem(await client.post("/api/auth/login", json=body, headers=headers), 401, "invalid_credentials")


async def test_a_registration_replayed_after_the_password_changed_gives_nothing(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "stolen"}
    body = {"email": "ann@example.org", "password": PASSWORD, "name": "Ann"}
    first = (await client.post("/api/auth/register", json=body, headers=headers)).json()
    again = await client.post("/api/auth/register", json=body, headers=headers)
    assert (again.status_code, again.json()["user"]) == (201, first["user"])
    changed = {"old_password": PASSWORD, "new_password": NEW}
    await client.post("/api/auth/password", json=changed, headers=bearer(first))
    is_problem(await client.post("/api/auth/register", json=body, headers=headers), 401, "invalid_credentials")
