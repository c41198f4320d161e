"""A personal token that is bound to a project or to reading, as whoever found it would use it."""

from typing import Any

import pytest

from testkit.tasks import User, World, expect


async def bound(world: World, owner: User, **bounds: Any) -> User:
    """The owner's own program, with a token."""
    world.auth.personal_tokens["tlp_found"] = owner.id
    world.auth.bounds["tlp_found"] = {"token_id": "the token", **bounds}
    return User(owner.id, owner.http, "tlp_found")


async def test_a_token_that_reads_writes_nothing(world: World, ann: User) -> None:
    project = await ann.project()
    task = await ann.task(project)
    program = await bound(world, ann, scopes=["tasks:read"])
    before = await world.log_length()
    assert (await program.get(f"/tasks/{task['id']}")).status_code == 200
    for answer in (
        await program.patch(f"/tasks/{task['id']}", {"title": "x"}),
        await program.post(f"/projects/{project['id']}/tasks", {"title": "x"}),
        await program.post("/projects", {"name": "x"}),
        await program.put(f"/projects/{project['id']}/members/{ann.id}", {"role": "viewer"}),
        await program.post(f"/projects/{project['id']}/invitations", {"role": "owner"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert await world.log_length() == before


async def test_a_token_of_one_project_does_not_reach_another(world: World, ann: User) -> None:
    inside, outside = await ann.project(), await ann.project("Secret")
    here, there = await ann.task(inside), await ann.task(outside)
    program = await bound(world, ann, scopes=["tasks:read", "tasks:write", "projects:write"], projects=[inside["id"]])
    assert expect(await program.patch(f"/tasks/{here['id']}", {"title": "New"}), 200)["title"] == "New"
    assert expect(await program.get(f"/projects/{inside['id']}"), 200)["id"] == inside["id"]
    for path in (f"/projects/{outside['id']}", f"/tasks/{there['id']}", f"/tasks/{there['id']}/history"):
        assert (await program.get(path)).status_code == 404
    assert (await program.patch(f"/tasks/{there['id']}", {"title": "x"})).status_code == 404
    assert (await program.post(f"/projects/{outside['id']}/tasks", {"title": "x"})).status_code == 404
    refused = await program.post("/projects", {"name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert (await ann.get(f"/tasks/{there['id']}")).json()["title"] == "Do it"


@pytest.mark.parametrize("path", ["/projects", "/tasks?assignee=me"])
async def test_lists_of_a_bound_token_have_nothing_of_other_projects(world: World, ann: User, path: str) -> None:
    await ann.project("Secret")
    program = await bound(world, ann, scopes=["tasks:read"], projects=["01920000-0000-7000-8000-000000000000"])
    assert (await program.get(path)).json()["items"] == []
