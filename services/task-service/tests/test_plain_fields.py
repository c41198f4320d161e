"""Fields with one value or none: made, changed, taken away, told in the history, and refused where they do not fit."""

from typing import Any, Final

import pytest

from testkit.tasks import User, World, expect

VALUES: Final[dict[str, tuple[Any, Any]]] = {"estimate": (2.5, 8), "start": ("2026-12-01", "2027-01-04")}
"""By field: one value, and another."""

fields: Final = pytest.mark.parametrize("field", VALUES)


@fields
async def test_a_task_is_made_with_it_and_without(ann: User, field: str) -> None:
    project = await ann.project()
    value, _ = VALUES[field]

    assert (await ann.task(project, **{field: value}))[field] == value
    assert (await ann.task(project))[field] is None


@fields
async def test_it_is_changed_taken_away_and_told(ann: User, field: str) -> None:
    first, second = VALUES[field]
    path = f"/tasks/{(await ann.task(await ann.project()))['id']}"

    for version, value in enumerate((first, second, None), 2):
        task = expect(await ann.patch(path, {field: value}), 200)
        assert (task[field], task["version"]) == (value, version)
    assert expect(await ann.patch(path, {field: None}), 200)["version"] == 4  # which is what it is

    _, *history = expect(await ann.get(f"{path}/history"), 200)["items"]
    assert [entry["type"] for entry in history] == [f"task.{field}-changed"] * 3
    assert [entry["changes"] for entry in history] == [
        [{"field": field, "old": old, "new": new}] for old, new in ((None, first), (first, second), (second, None))
    ]


WRONG: Final[dict[str, list[Any]]] = {
    "estimate": [
        *(-0.5, 1000.5, 0.25, 1e308, 10**30, -1, 1001),
        *(True, "3", "", [], {}, [3]),
    ],
    "start": [20261201, True, "", "soon", "2026-02-30", "2026-12-01T00:00:00Z", "1.12.2026", ["2026-12-01"]],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in WRONG.items() for value in values])
async def test_what_does_not_fit_is_named_and_nothing_is_written(
    ann: User, world: World, field: str, value: Any
) -> None:
    project = await ann.project()
    task = await ann.task(project)
    before = await world.log_length()

    made = await ann.post(f"/projects/{project['id']}/tasks", {"title": "New", field: value})
    changed = await ann.patch(f"/tasks/{task['id']}", {field: value})

    for answer in (made, changed):
        problem = expect(answer, 422)
        assert (problem["code"], [error["field"] for error in problem["errors"]]) == ("validation_failed", [field])
    assert await world.log_length() == before


@pytest.mark.parametrize("raw", [b"NaN", b"Infinity", b"1e400", b"-1e400", b"1" * 400])
async def test_no_number_is_beyond_numbers(ann: User, world: World, raw: bytes) -> None:
    task = await ann.task(await ann.project())
    before = await world.log_length()

    body = b'{"estimate": ' + raw + b"}"
    headers = {"Authorization": f"Bearer {ann.token}", "Content-Type": "application/json"}
    answer = await world.http.patch(f"/api/tasks/{task['id']}", content=body, headers=headers)

    expect(answer, 422)
    assert await world.log_length() == before


async def test_zero_is_an_estimate_without_a_sign(ann: User) -> None:
    path = f"/tasks/{(await ann.task(await ann.project()))['id']}"
    task = expect(await ann.patch(path, {"estimate": -0.0}), 200)
    assert (task["estimate"], str(task["estimate"])) == (0, "0.0")
    assert expect(await ann.patch(path, {"estimate": 0}), 200)["version"] == task["version"]


async def test_a_start_behind_the_due_date_is_taken_as_it_is_said(ann: User) -> None:
    path = f"/tasks/{(await ann.task(await ann.project(), due='2026-12-01'))['id']}"
    task = expect(await ann.patch(path, {"start": "2026-12-24"}), 200)
    assert (task["start"], task["due"]) == ("2026-12-24", "2026-12-01")
