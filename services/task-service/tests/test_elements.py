"""A list is changed by its elements: what two people do to one at the same time both holds."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from task_service.domain.elements import Elements, changed
from testkit.tasks import User, World, expect


@pytest.mark.parametrize(
    ("now", "put", "remove", "order", "then"),
    [
        ("abc", "", "", "", "abc"),
        ("abc", "d", "", "", "abcd"),
        ("abc", "b", "", "", "abc"),
        ("abc", "d", "bx", "", "adc"),
        ("abc", "de", "b", "", "adce"),
        ("abc", "b", "b", "", "abc"),
        ("abc", "", "", "cba", "cba"),
        ("abcx", "", "", "cab", "cxab"),
        ("xabc", "", "", "cab", "xcab"),
        ("abc", "d", "", "adbc", "adbc"),
        ("abc", "", "", "zc", "abc"),
        ("", "ba", "", "", "ba"),
    ],
)
def test_each_element_comes_goes_and_moves_by_itself(now: str, put: str, remove: str, order: str, then: str) -> None:
    change = Elements(put=tuple(put), remove=tuple(remove), order=tuple(order))
    assert changed(tuple(now), change, str) == tuple(then)


@pytest.mark.parametrize("field", ["labels", "assignees"])
async def test_what_two_people_add_to_a_task_at_once_is_there(world: World, ann: User, field: str) -> None:
    project = await ann.project()
    people = [await world.user() for _ in range(4)]
    for person in people:
        await ann.let_in(project, person)
    values = [person.id for person in people] if field == "assignees" else ["a", "b", "결제", "d/e"]
    task = await ann.task(project, **{field: [values[0]]})

    steps = [{"add": [values[1]], "remove": [values[0]]}, {"add": [values[2]]}, {"add": [values[3], values[1]]}]
    writers = zip(people, steps, strict=False)
    answers = await asyncio.gather(*(who.patch(f"/tasks/{task['id']}", {field: step}) for who, step in writers))

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert set((await ann.get(f"/tasks/{task['id']}")).json()[field]) == set(values[1:])


@pytest.mark.parametrize("label", ["print", "결제", "a/b", "50% ?#"])
async def test_a_label_has_an_address_of_its_own(ann: User, label: str) -> None:
    task = await ann.task(await ann.project(), labels=["x"])
    path = f"/tasks/{task['id']}/labels/{quote(label, safe='')}"
    for _ in range(2):
        assert expect(await ann.put(path), 200)["labels"] == ["x", label]
    for _ in range(2):
        assert expect(await ann.delete(path), 200)["labels"] == ["x"]
    assert (await ann.get(f"/tasks/{task['id']}")).json()["version"] == 3


async def test_elements_that_cannot_be_are_told_by_their_place(ann: User) -> None:
    task = await ann.task(await ann.project(), labels=[f"{n}" for n in range(20)])
    path = f"/tasks/{task['id']}"
    cases: tuple[tuple[Any, str], ...] = (
        ({"labels": {"add": ["a", ""]}}, "labels.add.1"),
        ({"labels": {"add": "a"}}, "labels.add"),
        ({"labels": {"append": ["a"]}}, "labels.append"),
        ({"labels": ["a", "b" * 51]}, "labels.1"),
        ({"labels": "a"}, "labels"),
        ({"labels": None}, "labels"),
        ({"labels": {"add": ["one more"]}}, "labels"),
        ({"assignees": {"add": ["stranger"]}}, "assignees"),
    )
    for body, field in cases:
        answer = await ann.patch(path, body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    assert expect(await ann.patch(path, {"labels": {"add": ["new"], "remove": ["0"]}}), 200)["labels"][0] == "new"


async def test_a_whole_list_takes_the_place_of_the_one_that_its_writer_saw(ann: User) -> None:
    task = await ann.task(await ann.project(), labels=["a"])
    path = f"/tasks/{task['id']}"
    expect(await ann.put(f"{path}/labels/b"), 200)

    stale = await ann.patch(path, {"labels": ["c"]}, if_match=task["version"])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert expect(await ann.patch(path, {"labels": ["c"]}), 200)["labels"] == ["c"]


async def test_a_column_that_somebody_added_stays_when_another_saves_the_columns(ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob, "owner")
    path = f"/projects/{project['id']}"
    review = {"name": "Review", "category": "active"}
    expect(await ann.put(f"{path}/statuses/review", review), 200)
    task = await ann.task(project, status="review")

    change = {
        "put": [
            {"key": "in_progress", "name": "Doing", "category": "active"},
            {"key": "qa", "name": "QA", "category": "active"},
        ],
        "remove": ["waiting"],
        "order": ["qa", "in_progress", "done"],
    }
    found = expect(await bob.patch(path, {"statuses": change}), 200)

    assert [status["key"] for status in found["statuses"]] == ["qa", "in_progress", "done", "review"]
    assert found["statuses"][1]["name"] == "Doing"
    assert (await ann.get(f"/tasks/{task['id']}")).json()["status"] == "review"
    assert expect(await ann.delete(f"{path}/statuses/qa"), 200)["statuses"][0]["key"] == "in_progress"


async def test_a_project_keeps_a_status_and_its_bounds(ann: User) -> None:
    project = await ann.project()
    path = f"/projects/{project['id']}"
    every = [status["key"] for status in project["statuses"]]
    many = [{"key": f"k{n}", "name": "x", "category": "active"} for n in range(28)]
    for body, field in (
        ({"statuses": {"remove": every}}, "statuses"),
        ({"statuses": {"put": many}}, "statuses"),
        ({"statuses": {"put": [{"key": "A", "name": "x", "category": "active"}]}}, "statuses.put.0.key"),
        ({"labels": {"put": [{"name": "x", "color": "beige"}]}}, "labels.put.0.color"),
    ):
        answer = await ann.patch(path, body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    assert (await ann.put(f"{path}/statuses/A", {"name": "x", "category": "active"})).status_code == 422


async def test_labels_of_a_project_are_laid_down_one_by_one(ann: User, bob: User) -> None:
    project = await ann.project(labels=[{"name": "a", "color": "red"}])
    await ann.let_in(project, bob, "owner")
    path = f"/projects/{project['id']}"
    await asyncio.gather(
        ann.put(f"{path}/labels/b", {"color": "teal"}),
        bob.put(f"{path}/labels/{quote('c/d', safe='')}", {}),
        bob.patch(path, {"labels": {"put": [{"name": "e"}], "remove": ["a"]}}),
    )
    labels = (await ann.get(path)).json()["labels"]
    assert sorted(label["name"] for label in labels) == ["b", "c/d", "e"]
    assert {"name": "b", "color": "teal"} in labels
