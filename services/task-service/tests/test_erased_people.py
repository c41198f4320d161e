"""Somebody who is gone can neither act nor be given anything, and leaves no project that nobody can manage."""

import asyncio
from typing import Any

import pytest

from testkit.tasks import User, World, expect


async def roles(reader: User, project: dict[str, Any]) -> dict[str, str]:
    found = expect(await reader.get(f"/projects/{project['id']}"), 200)
    return {member["user_id"]: member["role"] for member in found["members"]}


async def test_the_longest_standing_member_takes_over_from_an_owner_who_was_erased(world: World, ann: User) -> None:
    vera, bob, cem = [await world.user() for _ in range(3)]
    project = await ann.project()
    await ann.let_in(project, vera, "viewer")
    await ann.let_in(project, bob)
    await ann.let_in(project, cem)
    await world.erase(ann)

    assert (await cem.patch(f"/projects/{project['id']}", {"name": "Mine"})).status_code == 403
    expect(await bob.patch(f"/projects/{project['id']}", {"name": "Ours"}), 200)
    assert (await roles(vera, project))[bob.id] == "owner"


async def test_a_viewer_takes_over_where_nobody_else_is_left(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob, "viewer")
    await world.erase(ann)

    assert (await roles(bob, project))[bob.id] == "owner"
    expect(await bob.delete(f"/projects/{project['id']}/members/{ann.id}"), 200)
    assert await roles(bob, project) == {bob.id: "owner"}


async def test_an_owner_does_not_leave_a_project_to_one_who_was_erased(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob, "owner")
    await world.erase(ann)

    for answer in (
        await bob.delete(f"/projects/{project['id']}/members/{bob.id}"),
        await bob.put(f"/projects/{project['id']}/members/{bob.id}", {"role": "member"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize("first", [0, 1])
async def test_owners_who_leave_and_are_erased_at_once_leave_an_owner(world: World, ann: User, first: int) -> None:
    bob, cem = await world.user(), await world.user()
    project = await ann.project()
    await ann.let_in(project, bob, "owner")
    await ann.let_in(project, cem)

    steps = [bob.delete(f"/projects/{project['id']}/members/{bob.id}"), world.erase(ann)]
    await asyncio.gather(*(steps[first:] + steps[:first]))

    found = await roles(cem, project)
    assert [user for user, role in found.items() if role == "owner" and user != ann.id]


async def test_many_who_take_over_at_once_make_one_owner(world: World, ann: User) -> None:
    project = await ann.project()
    others = [await world.user() for _ in range(5)]
    for other in others:
        await ann.let_in(project, other)
    await world.erase(ann)
    before = await world.log_length()

    await asyncio.gather(*(other.get(f"/projects/{project['id']}") for other in others))

    assert await world.log_length() == before + 1


async def test_an_erased_person_is_given_nothing(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob)
    mine = await ann.task(project, assignees=[bob.id])
    free = await ann.task(project)
    await world.erase(bob)

    for answer in (
        await ann.post(f"/projects/{project['id']}/tasks", {"title": "x", "assignees": [bob.id]}),
        await ann.post(f"/projects/{project['id']}/tasks/batch", {"tasks": [{"title": "x", "assignees": [bob.id]}]}),
        await ann.put(f"/tasks/{free['id']}/assignees/{bob.id}"),
        await ann.patch(f"/tasks/{free['id']}", {"assignees": [ann.id, bob.id]}),
        await ann.put(f"/projects/{project['id']}/members/{bob.id}", {"role": "owner"}),
    ):
        assert answer.status_code == 422, answer.text
    comment = await ann.post(f"/tasks/{free['id']}/comments", {"body": "hello", "mentions": [bob.id]})
    assert expect(comment, 201)["mentions"] == []
    kept = expect(await ann.patch(f"/tasks/{mine['id']}", {"assignees": [bob.id, ann.id]}), 200)
    assert kept["assignees"] == [bob.id, ann.id]
    assert expect(await ann.delete(f"/tasks/{mine['id']}/assignees/{bob.id}"), 200)["assignees"] == [ann.id]
