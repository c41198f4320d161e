"""The route of insights: who may see them, which days can be asked for, and what they say of a small board."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kernel.log.envelope import Envelope
from kernel.ports.event_store import StreamAppend
from task_service.insight_schemas import InsightsView
from testkit.tasks import User, World, expect


async def insights(user: User, project: dict[str, Any], **params: str) -> dict[str, Any]:
    answer = await user.get(f"/projects/{project['id']}/insights", **params)
    assert answer.status_code == 200, answer.text
    InsightsView.model_validate_json(answer.content, strict=True)
    document: dict[str, Any] = answer.json()
    return document


def counts(found: dict[str, Any]) -> dict[str, list[int]]:
    return {band["status"]: band["counts"] for band in found["flow"]}


async def long_ago(world: World, project: dict[str, Any], days: int) -> dict[str, Any]:
    """A project like one that was just made, but made some days ago."""
    (made,) = await world.store.load(f"project-{project['id']}")
    before = replace(made, stream=f"project-{project['id'][:-4]}aaaa", time=made.time - timedelta(days))
    await world.store.append([StreamAppend(stream=before.stream, expected=0, events=[before])])
    return {**project, "id": before.stream.removeprefix("project-")}


class Past:
    """Lets things happen to a task some days ago, by moving the events of a task that was just worked on."""

    def __init__(self, world: World, user: User, project: dict[str, Any]) -> None:
        self._world = world
        self._user = user
        self._project = project
        self._made = 0

    async def task(self, *moves: tuple[str, float], **fields: Any) -> dict[str, Any]:
        """A task that came to each status so many days ago; `deleted` and `restored` are moves as well."""
        task = await self._user.task(self._project, status=moves[0][0], **fields)
        path = f"/tasks/{task['id']}"
        for status, _ in moves[1:]:
            if status == "deleted":
                expect(await self._user.delete(path), 200)
            elif status == "restored":
                expect(await self._user.post(f"{path}/restore"), 200)
            else:
                expect(await self._user.patch(path, {"status": status}), 200)
        envelopes = await self._world.store.load(f"task-{task['id']}")
        self._made += 1
        moved = _moved(envelopes, [days for _, days in moves], self._made)
        await self._world.store.append([StreamAppend(stream=moved[0].stream, expected=0, events=moved)])
        expect(await self._user.delete(path), 200)
        return {**task, "id": moved[0].stream.removeprefix("task-")}


def _moved(envelopes: Sequence[Envelope], days: Sequence[float], number: int) -> list[Envelope]:
    stream = f"{envelopes[0].stream[:-12]}{number:012x}"
    now = datetime.now(UTC)
    return [
        replace(envelope, stream=stream, time=now - timedelta(ago))
        for envelope, ago in zip(envelopes, days, strict=True)
    ]


@pytest.fixture
async def project(world: World, ann: User) -> dict[str, Any]:
    """A project that is forty days old."""
    return await long_ago(world, await ann.project(key="OPS"), 40)


@pytest.fixture
def past(world: World, ann: User, project: dict[str, Any]) -> Past:
    return Past(world, ann, project)


async def test_a_small_board_is_told_day_by_day(
    ann: User, bob: User, project: dict[str, Any], past: Past, projector: Any
) -> None:
    await ann.let_in(project, bob)
    done = await past.task(("waiting", 10), ("in_progress", 8), ("done", 5), assignees=[bob.id])
    busy = await past.task(("waiting", 9), ("in_progress", 3), assignees=[ann.id, bob.id])
    await past.task(("waiting", 2))
    await past.task(("waiting", 12), ("done", 6))
    await past.task(("waiting", 12), ("deleted", 4))
    await projector.catch_up()

    found = await insights(ann, project)

    bands = counts(found)
    assert {status: some[-13:] for status, some in bands.items()} == {
        #          12 days ago                       today
        "waiting": [2, 2, 3, 4, 3, 3, 2, 2, 1, 0, 1, 1, 1],
        "in_progress": [0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1],
        "done": [0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2],
    }
    assert {some[0] for some in bands.values()} == {0}
    finished = found["finished"]
    assert [(t["id"], t["lead"] // 3600, t["cycle"] and t["cycle"] // 3600) for t in finished["tasks"]][1] == (
        done["id"],
        5 * 24,
        3 * 24,
    )
    assert [task["cycle"] is None for task in finished["tasks"]] == [True, False]
    assert (finished["count"], finished["lead"]["count"], finished["cycle"]["count"]) == (2, 2, 1)
    assert sum(week["count"] for week in finished["weeks"]) == 2
    (ageing,) = found["ageing"]["tasks"]
    assert (ageing["id"], ageing["key"], ageing["age"] // 86400) == (busy["id"], busy["key"], 3)
    assert found["load"] == [{"user_id": user, "waiting": 0, "active": 1} for user in sorted([ann.id, bob.id])] + [
        {"user_id": None, "waiting": 1, "active": 0}
    ]


async def test_every_day_of_the_past_can_be_asked_for(
    ann: User, project: dict[str, Any], past: Past, projector: Any
) -> None:
    task = await past.task(("waiting", 10), ("in_progress", 8), ("done", 5), ("waiting", 2), assignees=[ann.id])
    await projector.catch_up()

    def ago(days: int) -> str:
        return (datetime.now(UTC).date() - timedelta(days)).isoformat()

    then = await insights(ann, project, **{"from": ago(9), "to": ago(6)})
    assert counts(then) == {"waiting": [1, 0, 0, 0], "in_progress": [0, 1, 1, 1], "done": [0, 0, 0, 0]}
    assert [t["id"] for t in then["ageing"]["tasks"]] == [task["id"]]
    assert then["load"] == [{"user_id": ann.id, "waiting": 0, "active": 1}]
    later = await insights(ann, project, **{"from": ago(9), "to": ago(4)})
    assert [t["id"] for t in later["finished"]["tasks"]] == [task["id"]]
    assert (later["ageing"]["count"], later["load"]) == (0, [])
    now = await insights(ann, project)
    assert (now["finished"]["count"], now["load"]) == (0, [{"user_id": ann.id, "waiting": 1, "active": 0}])
    only = await insights(ann, project, **{"from": ago(3), "to": ago(3)})
    assert (only["finished"]["count"], counts(only)["done"]) == (0, [1])


async def test_a_task_that_was_deleted_and_restored_was_not_finished_again(
    ann: User, project: dict[str, Any], past: Past, projector: Any
) -> None:
    await past.task(("waiting", 10), ("in_progress", 9), ("done", 7), ("deleted", 5), ("restored", 2))
    await projector.catch_up()

    found = await insights(ann, project)

    (task,) = found["finished"]["tasks"]
    assert (task["cycle"] // 86400, counts(found)["done"][-8:]) == (2, [1, 1, 0, 0, 0, 1, 1, 1])


async def test_a_category_that_is_corrected_corrects_the_past(
    ann: User, project: dict[str, Any], past: Past, projector: Any
) -> None:
    await past.task(("waiting", 10), ("in_progress", 8), ("done", 5))
    review = {"key": "review", "name": "Review", "category": "done"}
    statuses = [*project["statuses"], review]
    expect(await ann.patch(f"/projects/{project['id']}", {"statuses": statuses}), 200)
    task = await past.task(("waiting", 10), ("review", 8), ("done", 5))
    await projector.catch_up()
    before = (await insights(ann, project))["finished"]
    assert [t["cycle"] is None for t in before["tasks"]] == [True, False]

    corrected = [*project["statuses"], {**review, "category": "active"}]
    expect(await ann.patch(f"/projects/{project['id']}", {"statuses": corrected}), 200)

    after = (await insights(ann, project))["finished"]
    assert [t["cycle"] // 86400 for t in after["tasks"]] == [3, 3]
    assert next(t for t in after["tasks"] if t["id"] == task["id"])["lead"] // 86400 == 5


async def test_a_status_that_is_gone_keeps_its_name_and_meaning(
    ann: User, project: dict[str, Any], past: Past, projector: Any
) -> None:
    review = {"key": "review", "name": "검토", "category": "active"}
    expect(await ann.patch(f"/projects/{project['id']}", {"statuses": [*project["statuses"], review]}), 200)
    await past.task(("waiting", 10), ("review", 8), ("done", 5))
    expect(await ann.patch(f"/projects/{project['id']}", {"statuses": project["statuses"]}), 200)
    await projector.catch_up()

    found = await insights(ann, project)

    assert [(b["status"], b["name"], b["category"], b["former"]) for b in found["flow"]] == [
        ("waiting", "Waiting", "waiting", False),
        ("in_progress", "In progress", "active", False),
        ("review", "검토", "active", True),
        ("done", "Done", "done", False),
    ]
    assert found["finished"]["tasks"][0]["cycle"] // 86400 == 3
    today = datetime.now(UTC).date().isoformat()
    assert len((await insights(ann, project, **{"from": today}))["flow"]) == 3


async def test_days_are_those_of_the_zone_and_end_today(ann: User, project: dict[str, Any]) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # which never share a day
        found = await insights(ann, project, tz=zone)
        today = datetime.now(UTC) + timedelta(hours=14 if zone == "Pacific/Kiritimati" else -11)
        assert (found["to"], found["tz"]) == (today.date().isoformat(), zone)
    made = date.fromisoformat((await insights(ann, project))["from"])
    assert (datetime.now(UTC).date() - made).days == 40
    far = await insights(ann, project, **{"from": "1950-01-01", "to": "9999-12-31"})
    assert (far["from"], far["to"]) == (made.isoformat(), datetime.now(UTC).date().isoformat())
    assert len(counts(far)["done"]) == 41
    early = await insights(ann, project, **{"from": "1950-01-01", "to": "1950-01-02"})
    assert (early["from"], early["to"]) == (made.isoformat(), made.isoformat())


async def test_an_empty_project_has_insights_too(ann: User) -> None:
    found = await insights(ann, await ann.project())
    assert counts(found) == {"waiting": [0], "in_progress": [0], "done": [0]}
    assert found["finished"]["lead"] == {"count": 0, "p50": None, "p85": None, "p95": None}
    assert (found["ageing"], found["load"]) == ({"count": 0, "tasks": []}, [])


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"from": "2026-13-01"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"to": "20261101"}, "to"),
        ({"to": "2026-11-01T00:00:00Z"}, "to"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "from"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"tz": "../etc/passwd"}, "tz"),
        ({"tz": "America"}, "tz"),
        ({"tz": ""}, "tz"),
        ({"tz": "a" * 65}, "tz"),
    ],
)
async def test_days_that_make_no_sense_are_invalid(ann: User, params: dict[str, str], field: str) -> None:
    project = await ann.project()

    answer = await ann.get(f"/projects/{project['id']}/insights", **params)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_deleted_project_has_no_insights(ann: User) -> None:
    project = await ann.project()
    await ann.delete(f"/projects/{project['id']}")
    assert (await ann.get(f"/projects/{project['id']}/insights")).status_code == 404
