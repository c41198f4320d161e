"""Registering by an invitation, and invitations by mail."""

import asyncio
import email
import email.policy
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.invitation import Token
from kernel.log.ids import new_id
from testkit.auth import PASSWORD, Projects, Serve, bearer, is_problem, register

TASK = {"service": "task-service", "secret": "between services", "audience": "auth-service"}


def an_invitation(projects: Projects, uses: int = 1) -> str:
    token = Token.new(new_id(), new_id()).text
    projects.invitations[token] = uses
    return token


def body(address: str, token: str) -> dict[str, str]:
    return {"email": address, "password": PASSWORD, "name": "Guest", "invitation": token}


async def service(client: httpx.AsyncClient) -> dict[str, str]:
    return bearer((await client.post("/api/auth/service-token", json=TASK)).json())


async def invited(client: httpx.AsyncClient, by: str, address: str) -> tuple[str, str]:
    """An invitation's and its project's id, as task-service has it mailed."""
    invitation_id, project_id, headers = new_id(), new_id(), await service(client)
    expires_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    kept = {"id": invitation_id, "email": address, "expires_at": expires_at, "by": by}
    mail = {"id": invitation_id, "project_id": project_id, "project": "운영 & Co", "role": "member", "by": by}
    for path, document in (("", kept), ("/mail", mail)):
        (await client.post(f"/api/internal/invited{path}", json=document, headers=headers)).raise_for_status()
    return invitation_id, project_id


async def read_mail(folder: Path, count: int = 1) -> Any:
    async with asyncio.timeout(30):
        while len(found := sorted((folder / "mail" / "new").glob("*"))) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return email.message_from_bytes(found[-1].read_bytes(), policy=email.policy.default)


def token_in(mail: Any) -> str:
    found = re.search(r"/invitation#(tli_[\w-]+)", mail.get_body(("plain",)).get_content())
    assert found
    return found[1]


async def test_where_registration_is_closed_an_invitation_lets_one_person_register(
    serve: Serve, projects: Projects
) -> None:
    async with serve(registration="closed") as client:
        token = an_invitation(projects)
        is_problem(await client.post("/api/auth/register", json=body("a@example.org", "")), 404, "not_found")
        stranger = {"email": "a@example.org", "password": PASSWORD, "name": "A"}
        is_problem(await client.post("/api/auth/register", json=stranger), 403, "registration_closed")
        joined = await client.post("/api/auth/register", json=body("bob@example.org", token))
        assert joined.status_code == 201
        assert projects.accepted == [joined.json()["user"]["id"]]
        is_problem(await client.post("/api/auth/register", json=body("eve@example.org", token)), 404, "not_found")
        login = {"email": "eve@example.org", "password": PASSWORD}
        is_problem(await client.post("/api/auth/login", json=login), 401, "invalid_credentials")


async def test_of_twenty_who_register_at_once_with_one_use_one_has_an_account(serve: Serve, projects: Projects) -> None:
    async with serve(registration="closed") as client:
        token = an_invitation(projects)
        addresses = [f"p{n}@example.org" for n in range(20)]
        answers = await asyncio.gather(
            *(client.post("/api/auth/register", json=body(address, token)) for address in addresses)
        )
        assert sorted(answer.status_code for answer in answers) == [201] + [404] * 19
        logins = [
            (await client.post("/api/auth/login", json={"email": address, "password": PASSWORD})).status_code
            for address in addresses
        ]
        assert sorted(logins) == [200] + [401] * 19


@pytest.mark.parametrize("token", ["tli_", "nonsense", "한", "tli_" + "A" * 75])
async def test_an_invitation_that_is_none_makes_no_account(client: httpx.AsyncClient, token: str) -> None:
    is_problem(await client.post("/api/auth/register", json=body("bob@example.org", token)), 404, "not_found")
    assert (await register(client, "bob@example.org"))["user"]["email_verified"] is False


async def test_a_weak_password_or_a_taken_address_uses_nothing_up(
    client: httpx.AsyncClient, projects: Projects
) -> None:
    token = an_invitation(projects)
    await register(client, "bob@example.org")
    weak = {**body("eve@example.org", token), "password": "password"}
    is_problem(await client.post("/api/auth/register", json=weak), 422, "validation_failed")
    is_problem(await client.post("/api/auth/register", json=body("bob@example.org", token)), 409, "conflict")
    assert projects.invitations[token] == 1


async def test_a_mailed_invitation_verifies_the_address_of_who_registers_with_it(
    client: httpx.AsyncClient, projects: Projects, tmp_path: Path
) -> None:
    ann = await register(client, locale="ko")
    invitation_id, project_id = await invited(client, ann["user"]["id"], "Bob@example.org")
    mail = await read_mail(tmp_path)
    assert mail["To"] == "Bob@example.org"
    assert mail["Subject"] == "Ann 님이 운영 & Co에 초대했습니다"
    assert "운영 &amp; Co" in mail.get_body(("html",)).get_content()
    token = token_in(mail)
    assert Token.of(token) == Token(project_id, invitation_id, token)
    projects.invitations[token] = 1

    is_problem(await client.post("/api/auth/register", json=body("eve@example.org", token)), 403, "forbidden")
    joined = await client.post("/api/auth/register", json=body("bob@example.org", token))

    assert joined.json()["user"]["email_verified"] is True
    assert projects.accepted == [joined.json()["user"]["id"]]
    listed = await client.post(
        "/api/internal/invited/list", json={"ids": [invitation_id]}, headers=await service(client)
    )
    assert listed.json()["items"][0]["mailed_at"] is not None


async def test_whoever_invites_cannot_verify_an_address_that_is_not_theirs(
    client: httpx.AsyncClient, projects: Projects
) -> None:
    """With the token that they were answered they register the other's address: it is not verified, nobody is in."""
    ann = await register(client)
    invitation_id, project_id = await invited(client, ann["user"]["id"], "victim@example.org")
    own = Token.new(project_id, invitation_id).text
    projects.invitations[own] = 1
    joined = (await client.post("/api/auth/register", json=body("victim@example.org", own))).json()
    assert joined["user"]["email_verified"] is False
    assert projects.accepted == []
    see = {"id": invitation_id, "token_hash": Token(project_id, invitation_id, own).hash}
    headers = await service(client)
    answer = await client.post(
        "/api/internal/invited/see", json={**see, "user_id": joined["user"]["id"]}, headers=headers
    )
    assert answer.json() == {"mailed": False, "person": "unverified", "known": True, "email": None}
    answer = await client.post("/api/internal/invited/see", json={**see, "user_id": ann["user"]["id"]}, headers=headers)
    assert answer.json()["person"] == "other"


async def test_no_token_of_a_mail_is_kept(client: httpx.AsyncClient, tmp_path: Path) -> None:
    ann = await register(client)
    await invited(client, ann["user"]["id"], "bob@example.org")
    token = token_in(await read_mail(tmp_path))
    assert token.encode() not in everything(tmp_path)


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def test_a_mail_is_sent_once_by_two_processes_and_after_a_restart(serve: Serve, tmp_path: Path) -> None:
    async with serve(), serve() as client:
        ann = await register(client)
        for n in range(5):
            await invited(client, ann["user"]["id"], f"p{n}@example.org")
        await read_mail(tmp_path, 5)
    async with serve() as client:
        await invited(client, ann["user"]["id"], "last@example.org")
        await read_mail(tmp_path, 6)
    assert len(list((tmp_path / "mail" / "new").iterdir())) == 6


async def test_only_services_may_keep_and_see_addresses(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    for path in ("", "/mail", "/see", "/list"):
        answer = await client.post(f"/api/internal/invited{path}", json={}, headers=bearer(ann))
        is_problem(answer, 401, "not_authenticated")
