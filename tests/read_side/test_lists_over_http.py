"""The list routes of task-service over a read model that log-projector keeps: filters, pages, and who sees what."""

from typing import Any

import pytest

from task_service.schemas import ActivityView, Page, ProjectView, TaskView
from testkit.tasks import User


async def titles(user: User, path: str, **params: Any) -> list[str]:
    answer = await user.get(path, **params)
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in Page[TaskView].model_validate_json(answer.content).model_dump()["items"]]


async def test_a_list_has_the_same_bytes_as_its_tasks(ann: User, projector: Any) -> None:
    project = await ann.project()
    task = await ann.task(project, "물 주기", due="2026-12-31", labels=["집"], assignees=[ann.id], description="줄\n줄")
    await ann.patch(f"/tasks/{task['id']}", {"status": "done"})
    await projector.catch_up()

    one = await ann.get(f"/tasks/{task['id']}")
    listed = await ann.get(f"/projects/{project['id']}/tasks")
    mine = await ann.get("/tasks", assignee="me")

    assert listed.content == mine.content == b'{"items":[' + one.content + b'],"next_cursor":null}'


async def test_filters_by_status_assignee_label_and_text(ann: User, bob: User, projector: Any) -> None:
    project = await ann.project(key="OPS")
    await ann.let_in(project, bob)
    await ann.task(project, "One", status="done", assignees=[ann.id], labels=["a"])
    await ann.task(project, "Two", status="in_progress", assignees=[bob.id], labels=["b", "c,d"])
    await ann.task(project, "셋", assignees=[ann.id, bob.id])
    await projector.catch_up()
    path = f"/projects/{project['id']}/tasks"

    assert await titles(ann, path) == ["셋", "Two", "One"]
    assert await titles(ann, path, status="done") == ["One"]
    assert await titles(ann, path, status="done,in_progress") == ["Two", "One"]
    assert await titles(ann, path, status=["done", "waiting"]) == ["셋", "One"]
    assert await titles(ann, path, assignee="me") == ["셋", "One"]
    assert await titles(bob, path, assignee="me") == ["셋", "Two"]
    assert await titles(ann, path, assignee=bob.id) == ["셋", "Two"]
    assert await titles(ann, path, label="a,b") == ["Two", "One"]
    assert await titles(ann, path, label="c,d") == ["Two"]
    assert await titles(ann, path, q="ops-3") == ["셋"]
    assert await titles(ann, path, q="셋") == ["셋"]
    assert await titles(ann, path, q="tw", status="done") == []
    assert await titles(ann, path, sort="title") == ["One", "Two", "셋"]
    assert await titles(ann, path, status="") == ["셋", "Two", "One"]


async def test_pages_are_stable_while_tasks_are_added(ann: User, projector: Any) -> None:
    project = await ann.project()
    for n in range(5):
        await ann.task(project, str(n))
    await projector.catch_up()
    path = f"/projects/{project['id']}/tasks"

    first = (await ann.get(path, limit=2)).json()
    await ann.task(project, "later")
    await projector.catch_up()
    second = (await ann.get(path, limit=2, cursor=first["next_cursor"])).json()
    third = (await ann.get(path, limit=2, cursor=second["next_cursor"])).json()

    found = [item["title"] for part in (first, second, third) for item in part["items"]]
    assert (found, third["next_cursor"]) == (["4", "3", "2", "1", "0"], None)


async def test_what_was_deleted_is_listed_apart_so_that_it_can_be_restored(ann: User, projector: Any) -> None:
    kept, gone = await ann.project("Kept"), await ann.project("Gone")
    task = await ann.task(kept, "gone", assignees=[ann.id])
    await ann.delete(f"/tasks/{task['id']}")
    await ann.delete(f"/projects/{gone['id']}")
    await projector.catch_up()

    assert await titles(ann, f"/projects/{kept['id']}/tasks") == []
    assert await titles(ann, f"/projects/{kept['id']}/tasks", deleted=True) == ["gone"]
    assert [p["name"] for p in (await ann.get("/projects")).json()["items"]] == ["Kept"]
    assert [p["name"] for p in (await ann.get("/projects", deleted="true")).json()["items"]] == ["Gone"]
    assert (await ann.get(f"/projects/{gone['id']}/tasks")).status_code == 404


async def test_projects_are_listed_as_they_are_now_with_the_caller_s_role(ann: User, bob: User, projector: Any) -> None:
    project = await ann.project("Old")
    await ann.let_in(project, bob, "viewer")
    await projector.catch_up()
    await ann.patch(f"/projects/{project['id']}", {"name": "New"})

    answer = await bob.get("/projects")

    (item,) = Page[ProjectView].model_validate_json(answer.content).items
    assert (item.name, item.role) == ("New", "viewer")


async def test_a_removed_member_sees_nothing_at_once_though_the_read_model_is_behind(
    ann: User, bob: User, projector: Any
) -> None:
    project = await ann.project()
    await ann.let_in(project, bob)
    await ann.task(project, "Bob's", assignees=[bob.id])
    await projector.catch_up()
    assert await titles(bob, "/tasks", assignee="me") == ["Bob's"]

    await ann.delete(f"/projects/{project['id']}/members/{bob.id}")

    assert await titles(bob, "/tasks", assignee="me") == []
    assert (await bob.get("/projects")).json()["items"] == []
    assert (await bob.get(f"/projects/{project['id']}/tasks")).status_code == 404
    assert (await bob.get(f"/projects/{project['id']}/activity")).status_code == 404


async def test_activity_tells_of_the_project_and_its_tasks_newest_first(ann: User, projector: Any) -> None:
    project = await ann.project(key="OPS")
    task = await ann.task(project, "Task")
    await ann.post(f"/tasks/{task['id']}/comments", {"body": "Hi"})
    await ann.patch(f"/projects/{project['id']}", {"name": "New"})
    await projector.catch_up()

    answer = await ann.get(f"/projects/{project['id']}/activity")

    items = Page[ActivityView].model_validate_json(answer.content).items
    assert [(item.type, item.task_key) for item in items] == [
        ("project.renamed", None),
        ("task.commented", "OPS-1"),
        ("task.created", "OPS-1"),
        ("project.created", None),
    ]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"sort": "color"}, "sort"),
        ({"deleted": "perhaps"}, "deleted"),
        ({"q": "a" * 201}, "q"),
        ({"status": [str(n) for n in range(51)]}, "status"),
        ({"label": "a\x00b"}, "label.0"),
    ],
)
async def test_a_list_out_of_range_is_invalid(ann: User, params: dict[str, Any], field: str) -> None:
    project = await ann.project()

    answer = await ann.get(f"/projects/{project['id']}/tasks", **params)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
