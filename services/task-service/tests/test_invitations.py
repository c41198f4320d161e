"""Invitations as whoever is invited, whoever invites and whoever attacks meets them."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from testkit.tasks import User, World, expect, running


async def invite(owner: User, project: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return expect(await owner.post(f"/projects/{project['id']}/invitations", {"role": "member", **fields}), 201)


async def accept(person: User, made: dict[str, Any], **options: Any) -> int:
    return (await person.post(f"/invitations/{made['token']}/accept", **options)).status_code


async def uses(owner: User, project: dict[str, Any]) -> list[int]:
    return [item["uses"] for item in (await owner.get(f"/projects/{project['id']}/invitations")).json()["items"]]


async def test_whoever_has_the_link_sees_whose_project_it_is_and_comes_in(world: World, ann: User, bob: User) -> None:
    project = await ann.project(name="운영")
    made = await invite(ann, project, role="viewer")
    assert made["url"].endswith(f"/invitation#{made['token']}")
    shown = (await world.http.get(f"/api/invitations/{made['token']}")).json()
    assert shown == {
        "project": {"name": "운영"},
        "invited_by": {"name": "Ann Lee"},
        "role": "viewer",
        "expires_at": made["expires_at"],
        "needs": "account",
        "email": None,
    }
    assert (await bob.get(f"/invitations/{made['token']}")).json()["needs"] is None

    joined = expect(await bob.post(f"/invitations/{made['token']}/accept"), 200)

    assert (joined["id"], joined["role"]) == (project["id"], "viewer")
    assert (await bob.get(f"/projects/{project['id']}")).status_code == 200
    assert (await world.http.get(f"/api/invitations/{made['token']}")).status_code == 404


async def test_twenty_people_race_for_one_use_and_exactly_one_joins(world: World, ann: User) -> None:
    project = await ann.project()
    made = await invite(ann, project)
    people = [await world.user() for _ in range(20)]

    answers = await asyncio.gather(*(accept(person, made) for person in people))

    assert sorted(answers) == [200] + [404] * 19
    assert len((await ann.get(f"/projects/{project['id']}")).json()["members"]) == 2
    assert await uses(ann, project) == [1]


async def test_two_processes_that_let_in_at_once_let_one_in(tmp_path: Path) -> None:
    async with running(tmp_path) as one, running(tmp_path) as other:
        other.auth.key = one.auth.key
        ann = await one.user("Ann")
        made = await invite(ann, await ann.project())
        people = [await one.user() for _ in range(12)]
        there = [User(person.id, other.http, person.token) for person in people]
        doors = [person if turn % 2 else there[turn] for turn, person in enumerate(people)]
        assert sorted(await asyncio.gather(*(accept(person, made) for person in doors))) == [200] + [404] * 11


async def test_accepting_twice_is_one_use(ann: User, bob: User) -> None:
    project = await ann.project()
    made = await invite(ann, project, max_uses=3)

    answers = [await accept(bob, made), await accept(bob, made), await accept(bob, made, key="k")]
    answers.append(await accept(bob, made, key="k"))

    assert answers == [200] * 4
    assert await uses(ann, project) == [1]


async def test_who_was_taken_out_does_not_come_back_by_the_link(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    made = await invite(ann, project, max_uses=5)
    await accept(bob, made)
    await ann.delete(f"/projects/{project['id']}/members/{bob.id}")

    assert await accept(bob, made) == 404
    assert await accept(await world.user(), made) == 200


async def test_an_owner_who_is_taken_out_leaves_no_way_back(ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob, "owner")
    made = await invite(bob, project, role="owner", max_uses=100)
    await ann.delete(f"/projects/{project['id']}/members/{bob.id}")

    assert await accept(bob, made) == 404
    assert (await bob.get(f"/invitations/{made['token']}")).status_code == 404


async def test_an_invitation_of_somebody_erased_opens_nothing(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob, "owner")
    made = await invite(bob, project)
    await world.erase(bob)

    assert await accept(await world.user(), made) == 404


async def test_somebody_erased_cannot_accept(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    made = await invite(ann, project)
    await world.erase(bob)

    assert await accept(bob, made) == 401
    assert await uses(ann, project) == [0]


@pytest.mark.parametrize("end", ["withdrawn", "expired", "project deleted"])
async def test_what_has_ended_is_not_there(world: World, ann: User, bob: User, end: str) -> None:
    project = await ann.project()
    made = await invite(ann, project, expires_in=1 if end == "expired" else 600)
    if end == "withdrawn":
        answer = await ann.delete(f"/projects/{project['id']}/invitations/{made['id']}")
        assert answer.status_code == 204
    elif end == "expired":
        while (await bob.get(f"/invitations/{made['token']}")).status_code == 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    else:
        await ann.delete(f"/projects/{project['id']}")

    assert await accept(bob, made) == 404
    assert (await world.http.get(f"/api/invitations/{made['token']}")).status_code == 404
    again = await ann.delete(f"/projects/{project['id']}/invitations/{made['id']}")
    assert (again.status_code == 404) == (end == "withdrawn")


async def test_nobody_guesses_from_what_they_know(world: World, ann: User, bob: User) -> None:
    """A token names project and invitation: with these, and another token of the project, there is no way in."""
    project = await ann.project()
    made, other = await invite(ann, project), await invite(ann, project)
    raw = base64.urlsafe_b64decode(made["token"].removeprefix("tli_") + "=")
    mixed = base64.urlsafe_b64decode(other["token"].removeprefix("tli_") + "=")
    forged = [raw[:32] + mixed[32:], raw[:-1] + bytes([raw[-1] ^ 1]), mixed[:16] + raw[:16] + raw[32:], raw[:32]]
    texts = ["tli_" + base64.urlsafe_b64encode(each).decode().rstrip("=") for each in forged]
    texts += [
        made["token"] + "=",
        made["token"] + "A",
        made["token"][4:],
        "tli_",
        "x",
        "%00",
        "한",
        made["id"],
        "a" * 3000,
    ]
    for text in texts:
        for answer in (await bob.get(f"/invitations/{text}"), await bob.post(f"/invitations/{text}/accept")):
            assert answer.status_code == 404, text
    assert await uses(ann, project) == [0, 0]


async def test_the_token_is_in_one_answer_alone(world: World, ann: User, bob: User, tmp_path: Path) -> None:
    project = await ann.project()
    await ann.let_in(project, bob, "owner")
    path = f"/projects/{project['id']}/invitations"
    first = await ann.post(path, {"role": "member"}, key="once")
    again = await ann.post(path, {"role": "member"}, key="once")
    token = first.json()["token"]

    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == {**first.json(), "token": None, "url": None}
    assert len((await bob.get(path)).json()["items"]) == 1
    for answer in (await bob.get(path), await bob.get(f"/projects/{project['id']}")):
        assert token not in answer.text
        assert "token" not in answer.text
    stored = everything(tmp_path)
    assert b"project.invited" in stored
    assert token.encode() not in stored


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())


async def test_invitations_are_listed_page_by_page_newest_first(ann: User) -> None:
    project = await ann.project()
    made = [(await invite(ann, project))["id"] for _ in range(5)]
    path, seen, cursor = f"/projects/{project['id']}/invitations", [], None
    while cursor is not None or not seen:
        page = (await ann.get(path, limit=2, **({"cursor": cursor} if cursor else {}))).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]
    assert (await ann.get(path, cursor="x")).status_code == 422


async def test_bad_invitations_are_refused_before_anything_is_written(world: World, ann: User) -> None:
    project = await ann.project()
    before = await world.log_length()
    bad: list[dict[str, Any]] = [
        {},
        {"role": "king"},
        {"role": "member", "max_uses": 0},
        {"role": "member", "max_uses": 1001},
        {"role": "member", "expires_in": 0},
        {"role": "member", "expires_in": 366 * 86_400},
        {"role": "member", "email": "nobody"},
        {"role": "member", "email": "bob@example.org", "max_uses": 2},
        {"role": "member", "token": "tli_mine"},
    ]
    for body in bad:
        answer = await ann.post(f"/projects/{project['id']}/invitations", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), body
    assert await world.log_length() == before


async def test_only_whoever_has_the_address_accepts_what_was_mailed(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    made = await invite(ann, project, email="bob@example.org")
    eve = await world.user("Eve")
    kept = world.auth.invited[made["id"]]
    kept["people"] = {bob.id: "unverified"}

    forbidden = await eve.post(f"/invitations/{made['token']}/accept")
    unverified = await bob.post(f"/invitations/{made['token']}/accept")
    kept["people"] = {bob.id: "same"}

    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "forbidden")
    assert (unverified.status_code, unverified.json()["code"]) == (403, "email_not_verified")
    assert (await eve.get(f"/invitations/{made['token']}")).json()["needs"] == "login"
    assert await accept(bob, made) == 200
    listed = (await ann.get(f"/projects/{project['id']}/invitations")).json()["items"]
    assert [(item["email"], item["uses"]) for item in listed] == [("bob@example.org", 1)]


async def test_the_token_of_the_mail_is_another_one(world: World, ann: User, bob: User) -> None:
    """So having the link that the owner was answered does not prove that somebody reads the address's mail."""
    made = await invite(ann, await ann.project(), email="bob@example.org")
    mailed = world.auth.mailed(made["id"])
    assert mailed != made["token"]
    assert (await world.http.get(f"/api/invitations/{mailed}")).json()["email"] == "bob@example.org"
    assert (await world.http.get(f"/api/invitations/{made['token']}")).json()["email"] is None
    world.auth.invited[made["id"]]["people"] = {bob.id: "same"}
    assert await accept(bob, {"token": mailed}) == 200


async def test_while_auth_service_is_away_nobody_comes_in_by_mail(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    made = await invite(ann, project, email="bob@example.org")
    assert (await bob.get(f"/projects/{project['id']}")).status_code == 404
    world.auth.away = True

    assert await accept(bob, made) == 503
    refused = await ann.post(f"/projects/{project['id']}/invitations", {"role": "member", "email": "x@example.org"})
    assert refused.status_code == 503
    world.auth.away = False
    assert await uses(ann, project) == [0]


async def test_where_people_come_in_by_invitation_alone_owners_only_change_roles(tmp_path: Path) -> None:
    async with running(tmp_path, joining="invited") as world:
        ann, bob = await world.user("Ann"), await world.user("Bob")
        project = await ann.project()
        path = f"/projects/{project['id']}/members/{bob.id}"
        refused = await ann.put(path, {"role": "member"})
        assert (refused.status_code, refused.json()["code"]) == (409, "invitation_required")
        assert await accept(bob, await invite(ann, project)) == 200
        assert (await ann.put(path, {"role": "viewer"})).status_code == 200
