"""Tasks over HTTP: what their routes answer, and what stands in the log afterwards."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from kernel.log.ids import is_id
from testkit.tasks import User, World, expect


async def test_a_task_is_made_with_everything(ann: User, bob: User) -> None:
    project = await ann.project(key="OPS")
    await ann.let_in(project, bob)
    given = {
        "title": "  물 주기  ",
        "description": "여러\n줄",
        "status": "in_progress",
        "priority": "high",
        "estimate": 2.5,
        "start": "2026-12-01",
        "due": "2026-12-31",
        "labels": ["집", "집", "green"],
        "assignees": [bob.id, bob.id],
    }

    answer = await ann.post(f"/projects/{project['id']}/tasks", given)
    task = expect(answer, 201)

    assert answer.headers["Location"] == f"/api/tasks/{task['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert is_id(task.pop("id"))
    assert task.pop("created_at") == task.pop("updated_at")
    assert task == {
        **given,
        "project_id": project["id"],
        "key": "OPS-1",
        "title": "물 주기",
        "labels": ["집", "green"],
        "assignees": [bob.id],
        "rank": "V00001",
        "created_by": ann.id,
        "deleted": False,
        "version": 1,
    }


async def test_a_task_of_a_title_alone_waits(ann: User) -> None:
    task = await ann.task(await ann.project())

    assert (task["status"], task["priority"], task["due"], task["labels"], task["assignees"]) == (
        "waiting",
        "none",
        None,
        [],
        [],
    )


async def test_read_answers_what_the_last_write_answered(ann: User) -> None:
    task = await ann.task(await ann.project())
    written = await ann.patch(f"/tasks/{task['id']}", {"status": "done", "priority": "low"})
    read = await ann.get(f"/tasks/{task['id']}")

    assert read.content == written.content
    assert read.headers["ETag"] == written.headers["ETag"] == '"3"'


async def test_times_are_rfc_3339_in_utc(ann: User) -> None:
    task = await ann.task(await ann.project())

    assert task["created_at"].endswith("Z")
    assert datetime.fromisoformat(task["created_at"]).tzinfo is not None


@pytest.mark.slow
async def test_numbers_of_concurrent_creates_are_one_to_n(ann: User) -> None:
    one, other = await ann.project(key="ONE"), await ann.project(key="OTHER")

    tasks = await asyncio.gather(*(ann.task(project) for _ in range(20) for project in (one, other)))

    assert {task["key"] for task in tasks} == {f"{key}-{n}" for key in ("ONE", "OTHER") for n in range(1, 21)}


async def test_a_rejected_create_takes_no_number(ann: User) -> None:
    project = await ann.project(key="OPS")
    await ann.post(f"/projects/{project['id']}/tasks", {"title": "No", "status": "gone"})

    assert (await ann.task(project))["key"] == "OPS-1"


async def test_several_fields_are_one_append(world: World, ann: User) -> None:
    task = await ann.task(await ann.project())
    await ann.patch(f"/tasks/{task['id']}", {"title": "New", "status": "done", "due": "2027-01-01"})

    events = await world.store.load(f"task-{task['id']}", 1)
    assert [event.type for event in events] == ["task.title-changed", "task.status-changed", "task.due-changed"]
    assert len({(event.command_id, event.time) for event in events}) == 1


async def test_concurrent_edits_of_different_fields_all_hold(ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob, "owner")
    task = await ann.task(project)
    edits: list[dict[str, Any]] = [
        {"title": "New"},
        {"description": "Text"},
        {"status": "done"},
        {"priority": "urgent"},
        {"due": "2027-01-01"},
        {"labels": ["a"]},
    ]

    answers = await asyncio.gather(
        *((ann, bob)[n % 2].patch(f"/tasks/{task['id']}", edit) for n, edit in enumerate(edits)),
        *(ann.put(f"/tasks/{task['id']}/assignees/{user.id}") for user in (ann, bob)),
    )
    after = (await ann.get(f"/tasks/{task['id']}")).json()

    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["version"] for answer in answers) == list(range(2, 10))
    for edit in edits:
        assert after.items() >= edit.items()
    assert set(after["assignees"]) == {ann.id, bob.id}


async def test_what_changes_nothing_appends_nothing(world: World, ann: User) -> None:
    task = await ann.task(await ann.project(), labels=["a"], assignees=[ann.id], due="2027-01-01")
    before = await world.log_length()

    answers = [
        await ann.patch(f"/tasks/{task['id']}", {}),
        await ann.patch(f"/tasks/{task['id']}", {"title": " Do it ", "labels": ["a", "a"], "due": "2027-01-01"}),
        await ann.put(f"/tasks/{task['id']}/assignees/{ann.id}"),
        await ann.delete(f"/tasks/{task['id']}/assignees/01920000-0000-7000-8000-000000000000"),
        await ann.post(f"/tasks/{task['id']}/restore"),
    ]

    assert {(answer.status_code, answer.json()["version"]) for answer in answers} == {(200, 1)}
    assert await world.log_length() == before


async def test_deletion_can_be_undone_and_hides_nothing_from_members(ann: User) -> None:
    task = await ann.task(await ann.project())
    path = f"/tasks/{task['id']}"

    deleted = await ann.delete(path)
    edited = await ann.patch(path, {"title": "New"})
    again = await ann.delete(path)
    read = await ann.get(path)
    restored = await ann.post(f"{path}/restore")

    assert (deleted.json()["deleted"], deleted.json()["version"]) == (True, 2)
    assert (edited.status_code, edited.json()["code"]) == (409, "conflict")
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert read.content == deleted.content
    assert (restored.json()["deleted"], restored.json()["version"]) == (False, 3)
    assert (await ann.patch(path, {"title": "New"})).status_code == 200


async def test_assignees_must_be_members(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    task = await ann.task(project)
    before = await world.log_length()

    for answer in (
        await ann.post(f"/projects/{project['id']}/tasks", {"title": "T", "assignees": [bob.id]}),
        await ann.patch(f"/tasks/{task['id']}", {"assignees": [ann.id, bob.id]}),
        await ann.put(f"/tasks/{task['id']}/assignees/{bob.id}"),
        await ann.put(f"/tasks/{task['id']}/assignees/nonsense"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
        assert [error["field"] for error in answer.json()["errors"]] == ["assignees"]
    assert await world.log_length() == before


async def test_a_removed_member_stays_on_tasks_until_taken_off(ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob)
    task = await ann.task(project, assignees=[bob.id])
    await ann.delete(f"/projects/{project['id']}/members/{bob.id}")

    assert (await ann.get(f"/tasks/{task['id']}")).json()["assignees"] == [bob.id]
    assert (await ann.delete(f"/tasks/{task['id']}/assignees/{bob.id}")).json()["assignees"] == []
    assert (await ann.put(f"/tasks/{task['id']}/assignees/{bob.id}")).status_code == 422


# --- versions ---


async def test_if_match_holds_back_an_edit_of_an_older_version(world: World, ann: User) -> None:
    task = await ann.task(await ann.project())
    path = f"/tasks/{task['id']}"
    await ann.patch(path, {"title": "Two"}, if_match=1)
    before = await world.log_length()

    for answer in (
        await ann.patch(path, {"title": "Three"}, if_match=1),
        await ann.patch(path, {"title": "Two"}, if_match=1),
        await ann.delete(path, if_match='"9"'),
        await ann.put(f"{path}/assignees/{ann.id}", if_match='W/"2"'),
        await ann.post(f"{path}/comments", {"body": "Hi"}, if_match=1),
    ):
        assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert await world.log_length() == before
    assert (await ann.patch(path, {"title": "Three"}, if_match='"1", "2"')).status_code == 200
    assert (await ann.patch(path, {"title": "Four"}, if_match="*")).status_code == 200


async def test_min_version_is_answered_as_soon_as_it_is_there(ann: User) -> None:
    task = await ann.task(await ann.project())
    path = f"/tasks/{task['id']}"

    waiting = asyncio.create_task(ann.get(path, min_version=2))
    await asyncio.sleep(0)
    await ann.patch(path, {"title": "Two"})

    assert (await waiting).json()["version"] == 2
    assert (await ann.get(path, min_version=1)).json()["version"] == 2


async def test_a_version_that_does_not_come_is_unavailable_and_one_that_is_none_is_invalid(ann: User) -> None:
    task = await ann.task(await ann.project())

    late = await ann.get(f"/tasks/{task['id']}", min_version=2)

    assert (late.status_code, late.json()["code"]) == (503, "unavailable")
    assert int(late.headers["Retry-After"]) > 0
    for nonsense in ("-1", "x", "1.5", "99999999999999999999", ""):
        answer = await ann.get(f"/tasks/{task['id']}", min_version=nonsense)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "min_version")


# --- history ---


async def test_history_tells_every_event_oldest_first(ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob)
    task = await ann.task(project)
    await bob.patch(f"/tasks/{task['id']}", {"status": "done", "assignees": [ann.id]})
    await ann.delete(f"/tasks/{task['id']}")

    history = (await bob.get(f"/tasks/{task['id']}/history")).json()

    assert history["next_cursor"] is None
    assert [(e["version"], e["type"], e["actor"]) for e in history["items"]] == [
        (1, "task.created", ann.id),
        (2, "task.status-changed", bob.id),
        (3, "task.assigned", bob.id),
        (4, "task.deleted", ann.id),
    ]
    assert history["items"][1]["changes"] == [{"field": "status", "old": "waiting", "new": "done"}]
    assert history["items"][2]["changes"] == [{"field": "assignees", "old": None, "new": ann.id}]


async def test_history_comes_in_pages_that_new_events_do_not_move(ann: User) -> None:
    task = await ann.task(await ann.project())
    for n in range(6):
        await ann.patch(f"/tasks/{task['id']}", {"title": f"Title {n}"})

    versions: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        answer = (await ann.get(f"/tasks/{task['id']}/history", limit=3, **cursor)).json()
        versions += [event["version"] for event in answer["items"]]
        if answer["next_cursor"] is None:
            break
        cursor = {"cursor": answer["next_cursor"]}
        if len(versions) == 3:
            await ann.patch(f"/tasks/{task['id']}", {"title": "One more"})

    assert versions == list(range(1, 9))


@pytest.mark.slow
@pytest.mark.parametrize("listing", ["history", "comments"])
@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WyJhIl0"}, "cursor"),
        ({"cursor": "Wy0xXQ"}, "cursor"),
        ({"cursor": "WzFlMzAwXQ"}, "cursor"),
        ({"cursor": "WzM2ODkzNDg4MTQ3NDE5MTAzMjMyXQ"}, "cursor"),
        ({"cursor": "A" * 2000}, "cursor"),
    ],
)
async def test_pages_out_of_range_are_invalid(ann: User, listing: str, params: dict[str, Any], field: str) -> None:
    task = await ann.task(await ann.project())

    answer = await ann.get(f"/tasks/{task['id']}/{listing}", **params)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
