"""`?query=` on the lists of tasks: whom names mean, what day it is, how it goes with filters, what a wrong one says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from testkit.tasks import User, World


async def found(user: User, path: str, query: str, **params: Any) -> list[str]:
    answer = await user.get(path, query=query, **params)
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


@pytest.fixture
async def board(world: World, ann: User, bob: User, projector: Any) -> dict[str, Any]:
    project = await ann.project(
        key="OPS",
        statuses=[
            {"key": key, "name": key, "category": category}
            for key, category in (("waiting", "waiting"), ("doing", "active"), ("review", "active"), ("done", "done"))
        ],
    )
    await ann.let_in(project, bob)
    late = await ann.task(project, "Late", due=in_days(-2), assignees=[ann.id], labels=["to do"], priority="high")
    await ann.task(project, "Soon", due=in_days(3), status="doing", assignees=[ann.id, bob.id], priority="urgent")
    back = await bob.task(project, "Back", status="review")
    await bob.patch(f"/tasks/{back['id']}", {"status": "doing", "assignees": [ann.id]})
    await bob.patch(f"/tasks/{back['id']}", {"assignees": [], "due": in_days(30)})
    for days in (40, 50):
        await bob.patch(f"/tasks/{back['id']}", {"due": in_days(days)})
    finished = await ann.task(project, "Finished", due=in_days(-5), status="done")
    gone = await ann.task(project, "Gone", assignees=[ann.id])
    await ann.delete(f"/tasks/{gone['id']}")
    assert late["key"] == "OPS-1"
    assert finished["status"] == "done"
    await projector.catch_up()
    return project


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("assignee:me", ["Soon", "Late"]),
        ("assignee:@bob", ["Soon"]),
        ("assignee:@bob,me", ["Soon", "Late"]),
        ("status:waiting,doing", ["Back", "Soon", "Late"]),
        ("due<7d", ["Finished", "Soon", "Late"]),
        ("due<7d is:open", ["Soon", "Late"]),
        ("priority>=high", ["Soon", "Late"]),
        ("priority>high", ["Soon"]),
        ('label:"to do"', ["Late"]),
        ("no:assignee", ["Finished", "Back"]),
        ("no:due", []),
        ("is:overdue", ["Late"]),
        ("-is:overdue", ["Finished", "Back", "Soon"]),
        ("is:deleted", ["Gone"]),
        ("is:done", ["Finished"]),
        (f"updated>{in_days(-1)}", ["Finished", "Back", "Soon", "Late"]),
        (f"updated>{in_days(1)}", []),
        ("sort:due", ["Finished", "Late", "Soon", "Back"]),
        ("sort:-priority is:open", ["Soon", "Late", "Back"]),
        ("was:review", ["Back"]),
        ("status:changed", ["Back"]),
        ("due-changed:>=3", ["Back"]),
        ("due-changed:>=4", []),
        ("moved-back:>=1", ["Back"]),
        ("assignee:was:@ann", ["Back", "Soon", "Late"]),
        ("assignee:was:@ann -assignee:@ann", ["Back"]),
        ("created-by:@bob", ["Back"]),
        ("-created-by:me", ["Back"]),
        ("key:ops-1", ["Late"]),
        ("oo", ["Soon"]),
        ("-oo status:doing", ["Back"]),
        ("", ["Finished", "Back", "Soon", "Late"]),
    ],
)
async def test_a_list_is_what_the_query_asks_for(
    ann: User, board: dict[str, Any], query: str, titles: list[str]
) -> None:
    assert await found(ann, f"/projects/{board['id']}/tasks", query) == titles


async def test_a_query_goes_with_filters_and_pages(ann: User, board: dict[str, Any]) -> None:
    path = f"/projects/{board['id']}/tasks"
    assert await found(ann, path, "is:open", status="doing") == ["Back", "Soon"]
    assert await found(ann, path, "is:open", sort="title") == ["Back", "Late", "Soon"]
    assert await found(ann, path, "is:open sort:-title", sort="title") == ["Back", "Late", "Soon"]
    titles, cursor = [], None
    while True:
        page = (
            await ann.get(path, query="sort:due -is:done", limit=1, **({"cursor": cursor} if cursor else {}))
        ).json()
        titles += [item["title"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert titles == ["Late", "Soon", "Back"]


async def test_my_tasks_are_asked_in_the_same_language(ann: User, bob: User, board: dict[str, Any]) -> None:
    assert await found(ann, "/tasks", "due<7d sort:-due") == ["Soon", "Late"]
    assert await found(ann, "/tasks", "assignee:@bob") == ["Soon"]
    assert await found(bob, "/tasks", "created-by:@ann") == ["Soon"]
    assert await found(bob, "/tasks", "is:deleted") == []


async def test_nobody_finds_more_than_they_may_see(world: World, board: dict[str, Any]) -> None:
    stranger = await world.user("Zoe")
    assert (await stranger.get(f"/projects/{board['id']}/tasks", query="was:review")).status_code == 404
    assert (await stranger.get(f"/projects/{board['id']}/tasks", query="nonsense:")).status_code == 404
    assert await found(stranger, "/tasks", "was:review") == []
    answer = await stranger.get("/tasks", query="assignee:@ann")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_query")


@pytest.mark.parametrize("path", ["/tasks", "/projects/{id}/tasks"])
@pytest.mark.parametrize(
    ("query", "position", "expected"),
    [
        ("ship stauts:done", 5, "status"),
        ("due<soon", 4, "today"),
        ('한글 label:"a', 11, 'a closing "'),
        ("assignee:me,@nobody", 12, "a member's name"),
        ("sort:size", 5, "due"),
        ("x" * 1001, 1000, "at most 1000 characters"),
    ],
)
async def test_a_wrong_query_says_where_and_what_was_expected(
    ann: User, board: dict[str, Any], path: str, query: str, position: int, expected: str
) -> None:
    answer = await ann.get(path.format(**board), query=query)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["position"]) == (422, "bad_query", position)
    assert expected in problem["expected"]
    assert problem["errors"][0]["field"] == "query"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_without_the_directory_names_cannot_be_asked_for(world: World, ann: User, board: dict[str, Any]) -> None:
    await ann.get("/tasks")
    world.auth.away = True
    path = f"/projects/{board['id']}/tasks"
    assert (await ann.get(path, query="assignee:@ann")).status_code == 503
    assert await found(ann, path, "assignee:me") == ["Soon", "Late"]


async def test_the_days_are_those_of_the_time_zone(ann: User, projector: Any) -> None:
    project = await ann.project()
    for days in (-1, 0, 1):
        await ann.task(project, f"{days}", due=in_days(days))
    await projector.catch_up()
    path = f"/projects/{project['id']}/tasks"
    ahead = datetime.now(UTC).hour >= 10  # on Kiritimati it is tomorrow
    assert await found(ann, path, "due:today", tz="Pacific/Kiritimati") == (["1"] if ahead else ["0"])
    assert await found(ann, path, "due:today") == ["0"]
    assert (await ann.get(path, query="due:today", tz="Mars")).status_code == 422


async def test_a_query_of_a_moment_in_the_past_is_refused_not_left_out(ann: User, board: dict[str, Any]) -> None:
    path, now = f"/projects/{board['id']}/tasks", datetime.now(UTC).isoformat()
    assert (await ann.get(path, at=now)).status_code == 200
    answer = await ann.get(path, at=now, query="is:overdue")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query")
