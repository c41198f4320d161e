"""The same Idempotency-Key gives the same answer, for ever, whatever happened since."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from testkit.tasks import User, World

Call = Callable[[User, str], Awaitable[httpx.Response]]


async def same_answer(first: httpx.Response, again: httpx.Response) -> None:
    assert first.status_code < 300, first.text
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert (again.status_code, again.content) == (first.status_code, first.content)
    for header in ("ETag", "Location", "Taskledger-Versions"):
        assert again.headers.get(header) == first.headers.get(header)


CALLS: dict[str, Callable[[User, dict[str, str], str], Awaitable[httpx.Response]]] = {
    "create project": lambda u, ids, key: u.post("/projects", {"name": "Once"}, key=key),
    "edit project": lambda u, ids, key: u.patch(f"/projects/{ids['project']}", {"name": "Once"}, key=key),
    "put member": lambda u, ids, key: u.put(
        f"/projects/{ids['project']}/members/{ids['other']}", {"role": "viewer"}, key=key
    ),
    "remove member": lambda u, ids, key: u.delete(f"/projects/{ids['project']}/members/{ids['other']}", key=key),
    "create task": lambda u, ids, key: u.post(f"/projects/{ids['project']}/tasks", {"title": "Once"}, key=key),
    "create tasks": lambda u, ids, key: u.post(
        f"/projects/{ids['project']}/tasks/batch", {"tasks": [{"title": "Once"}, {"title": "Twice"}]}, key=key
    ),
    "capture": lambda u, ids, key: u.post(
        f"/projects/{ids['project']}/capture", {"text": "Once tomorrow\nTwice"}, key=key
    ),
    "edit task": lambda u, ids, key: u.patch(f"/tasks/{ids['task']}", {"status": "done"}, key=key),
    "edit nothing": lambda u, ids, key: u.patch(f"/tasks/{ids['task']}", {}, key=key),
    "assign": lambda u, ids, key: u.put(f"/tasks/{ids['task']}/assignees/{u.id}", key=key),
    "unassign": lambda u, ids, key: u.delete(f"/tasks/{ids['task']}/assignees/{u.id}", key=key),
    "delete task": lambda u, ids, key: u.delete(f"/tasks/{ids['task']}", key=key),
    "restore task": lambda u, ids, key: u.post(f"/tasks/{ids['task']}/restore", key=key),
    "comment": lambda u, ids, key: u.post(f"/tasks/{ids['task']}/comments", {"body": "Once"}, key=key),
    "edit comment": lambda u, ids, key: u.patch(
        f"/tasks/{ids['task']}/comments/{ids['comment']}", {"body": "Once"}, key=key
    ),
    "delete comment": lambda u, ids, key: u.delete(f"/tasks/{ids['task']}/comments/{ids['comment']}", key=key),
}


@pytest.fixture
async def ids(ann: User, bob: User) -> dict[str, str]:
    project = await ann.project()
    await ann.let_in(project, bob)
    task = await ann.task(project)
    comment = (await ann.post(f"/tasks/{task['id']}/comments", {"body": "Hi"})).json()
    return {"project": project["id"], "task": task["id"], "comment": comment["id"], "other": bob.id}


@pytest.mark.parametrize("name", CALLS)
async def test_a_repeated_write_is_answered_as_the_first_time(
    world: World, ann: User, ids: dict[str, str], name: str
) -> None:
    first = await CALLS[name](ann, ids, "a key")
    task, project = f"/tasks/{ids['task']}", f"/projects/{ids['project']}"
    await ann.post(f"{task}/restore")
    await ann.patch(task, {"title": "Meanwhile", "status": "in_progress"})
    await ann.post(f"{task}/comments", {"body": "Meanwhile"})
    await ann.patch(project, {"name": "Meanwhile"})
    before = await world.log_length()

    await same_answer(first, await CALLS[name](ann, ids, "a key"))

    assert await world.log_length() == before


async def test_a_deleted_project_answers_its_deletion_again(ann: User, ids: dict[str, str]) -> None:
    path = f"/projects/{ids['project']}"
    first = await ann.delete(path, key="k")
    await ann.post(f"{path}/restore", key="r")

    await same_answer(first, await ann.delete(path, key="k"))


@pytest.mark.parametrize("name", ["create project", "create task", "edit task", "comment"])
async def test_the_same_key_at_once_is_carried_out_once(
    world: World, ann: User, ids: dict[str, str], name: str
) -> None:
    before = await world.log_length()

    answers = await asyncio.gather(*(CALLS[name](ann, ids, "at once") for _ in range(8)))

    assert len({answer.content for answer in answers}) == 1
    assert len([answer for answer in answers if "Idempotency-Replayed" not in answer.headers]) == 1
    assert await world.log_length() == before + 1


async def test_the_same_key_for_something_else_is_an_error(world: World, ann: User, ids: dict[str, str]) -> None:
    await ann.patch(f"/tasks/{ids['task']}", {"title": "One"}, key="k")
    before = await world.log_length()
    other: list[tuple[str, str, Any]] = [
        ("PATCH", f"/tasks/{ids['task']}", {"title": "Two"}),
        ("PATCH", f"/projects/{ids['project']}", {"name": "One"}),
        ("POST", "/projects", {"name": "One"}),
        ("POST", f"/projects/{ids['project']}/tasks", {"title": "One"}),
        ("DELETE", f"/tasks/{ids['task']}", None),
        ("POST", f"/tasks/{ids['task']}/comments", {"body": "One"}),
    ]

    for method, path, body in other:
        answer = await ann.call(method, path, body, key="k")
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused"), path
    assert await world.log_length() == before


async def test_two_people_may_use_the_same_key(ann: User, bob: User, ids: dict[str, str]) -> None:
    one = await ann.post("/projects", {"name": "Mine"}, key="k")
    other = await bob.post("/projects", {"name": "Mine"}, key="k")

    assert one.json()["id"] != other.json()["id"]


async def test_a_rejected_command_may_be_repeated_with_its_key_once_it_can_be_done(
    ann: User, ids: dict[str, str]
) -> None:
    task = f"/tasks/{ids['task']}"
    await ann.delete(task)

    rejected = await ann.patch(task, {"title": "Two"}, key="k")
    await ann.post(f"{task}/restore")
    accepted = await ann.patch(task, {"title": "Two"}, key="k")

    assert [rejected.status_code, accepted.status_code] == [409, 200]


@pytest.mark.parametrize("key", ["", "a" * 201, " leading", "a\x7f", "\xe9"])
async def test_a_key_that_is_none_is_invalid(world: World, ann: User, key: str) -> None:
    headers = [(b"Authorization", f"Bearer {ann.token}".encode()), (b"Idempotency-Key", key.encode("latin-1"))]
    before = await world.log_length()

    answer = await world.http.post("/api/projects", json={"name": "P"}, headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert await world.log_length() == before
