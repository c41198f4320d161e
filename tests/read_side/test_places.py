"""Where tasks stand in their column: put there by hand, the same for everybody."""

import asyncio
from typing import Any

import pytest

from kernel.log.ids import new_id
from testkit.tasks import User, expect


async def column(user: User, project: dict[str, Any], projector: Any, status: str = "waiting") -> list[str]:
    """The titles of a column, from the top, page by page."""
    await projector.catch_up()
    found: list[str] = []
    cursor = None
    while True:
        query = {"status": status, "sort": "rank", "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = expect(await user.get(f"/projects/{project['id']}/tasks", **query), 200)
        found += [task["title"] for task in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.fixture
async def project(ann: User) -> dict[str, Any]:
    return await ann.project()


@pytest.fixture
async def tasks(ann: User, project: dict[str, Any], projector: Any) -> dict[str, str]:
    """The ids of five tasks by their titles, in the column of what waits."""
    made = {title: (await ann.task(project, title))["id"] for title in "abcde"}
    await projector.catch_up()
    return made


async def test_tasks_stand_in_the_order_in_which_they_were_made(
    ann: User, project: dict[str, Any], tasks: dict[str, str], projector: Any
) -> None:
    assert await column(ann, project, projector) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("place", "order"),
    [
        ({"after": "a", "before": "b"}, "adbce"),
        ({"after": "a"}, "adbce"),
        ({"before": "b"}, "adbce"),
        ({"after": None}, "dabce"),
        ({"after": None, "before": "a"}, "dabce"),
        ({"before": None}, "abced"),
        ({"after": "e", "before": None}, "abced"),
        ({"after": "c"}, "abcde"),
        ({"before": "e"}, "abcde"),
        ({"after": "e", "before": "a"}, "abced"),  # they have changed sides meanwhile
    ],
    ids=str,
)
async def test_a_task_is_put_somewhere_else(
    place: dict[str, str | None],
    order: str,
    ann: User,
    project: dict[str, Any],
    tasks: dict[str, str],
    projector: Any,
) -> None:
    by_id = {side: tasks[title] if title else None for side, title in place.items()}
    before = expect(await ann.get(f"/tasks/{tasks['d']}"), 200)
    after = expect(await ann.patch(f"/tasks/{tasks['d']}", by_id), 200)

    assert await column(ann, project, projector) == list(order)
    assert after["version"] == before["version"] + (order != "abcde")
    assert after["updated_at"] == before["updated_at"]


async def test_a_task_goes_to_another_column_and_a_place_there_in_one_command(
    ann: User, project: dict[str, Any], tasks: dict[str, str], projector: Any
) -> None:
    for title in "ace":
        await ann.patch(f"/tasks/{tasks[title]}", {"status": "done"})
    await projector.catch_up()
    await ann.patch(f"/tasks/{tasks['d']}", {"status": "done", "after": tasks["a"]})
    await ann.patch(f"/tasks/{tasks['b']}", {"status": "in_progress", "before": None})

    assert await column(ann, project, projector, "done") == ["a", "d", "c", "e"]
    assert await column(ann, project, projector, "in_progress") == ["b"]
    history = expect(await ann.get(f"/tasks/{tasks['d']}/history"), 200)["items"]
    assert [entry["type"] for entry in history] == ["task.created", "task.status-changed", "task.rank-changed"]
    assert history[1]["time"] == history[2]["time"]


async def test_people_who_put_tasks_into_one_gap_at_once_lose_none_and_leave_room(
    ann: User, bob: User, project: dict[str, Any], tasks: dict[str, str], projector: Any
) -> None:
    await ann.let_in(project, bob)
    gap = {"after": tasks["a"], "before": tasks["b"]}
    await asyncio.gather(*((ann, bob)[n % 2].patch(f"/tasks/{tasks[title]}", gap) for n, title in enumerate("cde")))

    seen = await column(ann, project, projector)
    assert (seen[0], sorted(seen[1:4]), seen[4]) == ("a", ["c", "d", "e"], "b")
    await bob.patch(f"/tasks/{tasks['b']}", {"after": tasks[seen[1]], "before": tasks[seen[2]]})
    assert await column(bob, project, projector) == ["a", seen[1], "b", seen[2], seen[3]]


async def test_the_same_task_put_to_two_places_at_once_stands_in_one_of_them(
    ann: User, bob: User, project: dict[str, Any], tasks: dict[str, str], projector: Any
) -> None:
    await ann.let_in(project, bob)
    await asyncio.gather(
        ann.patch(f"/tasks/{tasks['c']}", {"after": None, "before": tasks["a"]}),
        bob.patch(f"/tasks/{tasks['c']}", {"after": tasks["e"], "before": None}),
    )
    assert "".join(await column(ann, project, projector)) in ("cabde", "abdec")


async def test_a_neighbour_that_was_deleted_meanwhile_still_says_where(
    ann: User, project: dict[str, Any], tasks: dict[str, str], projector: Any
) -> None:
    await ann.delete(f"/tasks/{tasks['b']}")
    await ann.patch(f"/tasks/{tasks['e']}", {"after": tasks["b"]})
    assert await column(ann, project, projector) == ["a", "e", "c", "d"]


async def test_neighbours_are_other_tasks_of_the_same_project(
    ann: User, bob: User, project: dict[str, Any], tasks: dict[str, str]
) -> None:
    elsewhere = await ann.task(await ann.project("Elsewhere"))
    path = f"/tasks/{tasks['a']}"
    for neighbour in (elsewhere["id"], tasks["a"], "x", "", new_id(), project["id"]):
        for side in ("after", "before"):
            answer = expect(await ann.patch(path, {"title": "No", side: neighbour}), 422)
            assert answer["errors"][0]["field"] == side
    assert (await bob.patch(path, {"after": elsewhere["id"]})).status_code == 404
    assert expect(await ann.get(path), 200)["version"] == 1
