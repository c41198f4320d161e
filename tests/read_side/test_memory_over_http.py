"""What the log remembers, asked over HTTP: any moment, what changed between two, what somebody has not seen yet."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from testkit.tasks import User, World, expect


def now() -> str:
    return datetime.now(UTC).isoformat()


async def body(user: User, path: str, **params: Any) -> dict[str, Any]:
    return expect(await user.get(path, **params), 200)


async def test_a_board_is_seen_as_it_was_with_what_is_gone_since(ann: User, projector: Any) -> None:
    project = await ann.project()
    first, second = await ann.task(project, "First", assignees=[ann.id]), await ann.task(project, "Second")
    comment = expect(await ann.post(f"/tasks/{first['id']}/comments", {"body": "As it was"}), 201)
    then = now()
    await ann.patch(f"/tasks/{first['id']}", {"title": "Renamed", "status": "done", "assignees": []})
    await ann.delete(f"/tasks/{first['id']}/comments/{comment['id']}")
    await ann.delete(f"/tasks/{second['id']}")
    statuses = [*project["statuses"], {"key": "review", "name": "Review", "category": "active"}]
    await ann.patch(f"/projects/{project['id']}", {"name": "Later", "statuses": statuses})
    await projector.catch_up()

    answer = await ann.get(f"/projects/{project['id']}/tasks", at=then, sort="key")
    assert [(task["title"], task["status"], task["assignees"]) for task in answer.json()["items"]] == [
        ("First", "waiting", [ann.id]),
        ("Second", "waiting", []),
    ]
    assert answer.json()["items"][0] == {**first, "version": 2, "updated_at": answer.json()["items"][0]["updated_at"]}
    assert datetime.fromisoformat(answer.headers["Taskledger-As-Of"]) == datetime.fromisoformat(then)
    assert (await body(ann, f"/tasks/{second['id']}", at=then))["deleted"] is False
    comments = (await body(ann, f"/tasks/{first['id']}/comments", at=then))["items"]
    assert [(one["body"], one["deleted"]) for one in comments] == [("As it was", False)]
    was = await body(ann, f"/projects/{project['id']}", at=then)
    assert (was["name"], was["statuses"]) == (project["name"], project["statuses"])
    assert [task["title"] for task in (await body(ann, f"/projects/{project['id']}/tasks"))["items"]] == ["Renamed"]


async def test_filters_sorts_and_pages_work_on_the_past(ann: User, projector: Any) -> None:
    project = await ann.project()
    for n in range(5):
        await ann.task(project, f"Task {n}", labels=["odd"] if n % 2 else [], description="deep" if n == 2 else "")
    then = now()
    for task in (await body(ann, f"/projects/{project['id']}/tasks"))["items"]:
        await ann.delete(f"/tasks/{task['id']}")
    await projector.catch_up()
    path = f"/projects/{project['id']}/tasks"

    assert [t["title"] for t in (await body(ann, path, at=then, label="odd", sort="-key"))["items"]] == [
        "Task 3",
        "Task 1",
    ]
    assert [t["title"] for t in (await body(ann, path, at=then, q="DEEP"))["items"]] == ["Task 2"]
    first = await body(ann, path, at=then, sort="key", limit=2)
    second = await body(ann, path, at=then, sort="key", limit=2, cursor=first["next_cursor"])
    third = await body(ann, path, at=then, sort="key", limit=2, cursor=second["next_cursor"])
    pages = [[task["title"] for task in page["items"]] for page in (first, second, third)]
    assert pages == [["Task 0", "Task 1"], ["Task 2", "Task 3"], ["Task 4"]]
    assert third["next_cursor"] is None
    assert (await ann.get(path, at=then, sort="title", cursor=first["next_cursor"])).status_code == 422


async def test_the_future_the_time_before_and_the_past_of_others_are_closed(
    world: World, ann: User, bob: User, projector: Any
) -> None:
    before = now()
    project = await ann.project()
    await ann.let_in(project, bob)
    task = await ann.task(project)
    then = now()
    await ann.delete(f"/projects/{project['id']}/members/{bob.id}")
    await projector.catch_up()
    paths = [f"/projects/{project['id']}", f"/projects/{project['id']}/tasks"]
    of_task = [f"/tasks/{task['id']}", f"/tasks/{task['id']}/comments"]

    for path in [*paths, *of_task]:
        assert (await ann.get(path, at=then)).status_code == 200
        assert (await ann.get(path, at=before)).status_code == 404
        assert (await bob.get(path, at=then)).status_code == 404  # who was a member then is none today
        for bad in ((datetime.now(UTC) + timedelta(minutes=5)).isoformat(), "2026-11-01T00:00:00", "yesterday", "1"):
            refused = await ann.get(path, at=bad)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "at"), bad
    assert (await bob.get(f"/projects/{project['id']}/changes", **{"from": before})).status_code == 404


async def test_changes_are_net_and_what_came_back_is_not_told(ann: User, bob: User, projector: Any) -> None:
    project = await ann.project()
    await ann.let_in(project, bob)
    moved, back, gone, lost = [await ann.task(project, title) for title in ("Moved", "Back", "Gone", "Lost")]
    await ann.delete(f"/tasks/{lost['id']}")
    begin = now()
    for due in ("2026-12-10", "2026-12-12", "2026-12-17"):
        await bob.patch(f"/tasks/{moved['id']}", {"due": due})
    await ann.patch(f"/tasks/{back['id']}", {"status": "done"})
    await ann.patch(f"/tasks/{back['id']}", {"status": "waiting"})
    await ann.delete(f"/tasks/{gone['id']}")
    await ann.post(f"/tasks/{lost['id']}/restore")
    new = await ann.task(project, "New")
    passing = await ann.task(project, "Passing")
    await ann.delete(f"/tasks/{passing['id']}")
    expect(await ann.post(f"/tasks/{new['id']}/comments", {"body": "Hello"}), 201)
    end = now()
    await ann.patch(f"/tasks/{moved['id']}", {"due": None})
    await projector.catch_up()

    answer = await body(ann, f"/projects/{project['id']}/changes", **{"from": begin, "to": end})
    items = {item["title"]: item for item in answer["items"]}

    assert {title: item["kind"] for title, item in items.items()} == {
        "Moved": "changed",
        "Gone": "removed",
        "Lost": "restored",
        "New": "added",
    }
    assert items["Moved"] == {
        "task_id": moved["id"],
        "key": moved["key"],
        "title": "Moved",
        "kind": "changed",
        "changes": [{"field": "due", "old": None, "new": "2026-12-17"}],
        "comments": 0,
        "steps": 3,
        "actors": [bob.id],
    }
    assert items["New"]["comments"] == 1
    assert answer["next_cursor"] is None
    pages = []
    cursor: dict[str, str] = {}
    while True:
        page = await body(ann, f"/projects/{project['id']}/changes", **{"from": begin, "to": end, "limit": 2, **cursor})
        pages += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert pages == answer["items"]
    assert (await ann.get(f"/projects/{project['id']}/changes", **{"from": end, "to": begin})).status_code == 422


async def test_catching_up_tells_what_was_not_seen_and_only_saying_so_moves_the_mark(
    ann: User, bob: User, projector: Any
) -> None:
    project, other = await ann.project("One"), await ann.project("Two")
    for one in (project, other):
        await ann.let_in(one, bob)
    expect(await bob.put("/catch-up", {"at": now()}), 200)
    task = await ann.task(project, "For Bob", assignees=[bob.id])
    await ann.task(other, "Elsewhere")
    await projector.catch_up()

    told = await body(bob, "/catch-up")
    assert (await body(bob, "/catch-up"))["projects"] == told["projects"]  # looking moves no mark
    by_project = {one["project_id"]: one for one in told["projects"]}
    assert set(by_project) == {project["id"], other["id"]}
    mine = by_project[project["id"]]["items"][0]
    assert (mine["task_id"], mine["kind"], mine["mine"], mine["became_mine"]) == (task["id"], "added", True, True)

    expect(await bob.put("/catch-up", {"project_id": project["id"], "at": told["at"]}), 200)
    assert [one["project_id"] for one in (await body(bob, "/catch-up"))["projects"]] == [other["id"]]
    expect(await bob.put("/catch-up", {"at": told["at"]}), 200)
    assert (await body(bob, "/catch-up"))["projects"] == []
    assert (await body(ann, "/catch-up"))["projects"] != []


@pytest.mark.parametrize(
    "bad", [{}, {"at": "soon"}, {"at": "2999-01-01T00:00:00Z"}, {"at": "2026-11-01T00:00:00Z", "x": 1}]
)
async def test_a_mark_that_makes_no_sense_is_refused(world: World, bob: User, bad: dict[str, Any]) -> None:
    before = await world.log_length()
    assert (await bob.put("/catch-up", bad)).status_code == 422
    unknown = {"project_id": "01990000-0000-7000-8000-000000000b00", "at": now()}
    assert (await bob.put("/catch-up", unknown)).status_code == 404
    assert await world.log_length() == before
