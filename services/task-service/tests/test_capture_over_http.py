"""Capture over HTTP: rehearsed and made, with the board's people, labels and projects."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kernel.log.decider import Command
from task_service.captures import Typed
from testkit.tasks import User, World, expect


async def capture(user: User, project: dict[str, Any], text: str, **fields: Any) -> dict[str, Any]:
    return expect(await user.post(f"/projects/{project['id']}/capture", {"text": text, **fields}), 200)


def tomorrow(zone: str) -> str:
    return (datetime.now(ZoneInfo(zone)) + timedelta(days=1)).date().isoformat()


async def test_a_dry_run_says_what_would_be_made_and_makes_nothing(world: World, ann: User) -> None:
    project = await ann.project()
    before = await world.log_length()

    said = await capture(
        ann, project, "Party\n  - [x] 초대장 내일 #문서 !high", time_zone="Asia/Seoul", locale="ko", dry_run=True
    )

    nothing = {"description": "", "status": None, "priority": "none", "due": None, "labels": [], "assignees": []}
    due = tomorrow("Asia/Seoul")
    assert said["tasks"] == [
        {**nothing, "title": "Party"},
        {**nothing, "title": "초대장", "status": "done", "due": due, "labels": ["문서"], "priority": "high"},
    ]
    assert said["parts"] == [
        {"line": 1, "from": 4, "to": 7, "means": {"field": "status", "value": "done"}},
        {"line": 1, "from": 12, "to": 14, "means": {"field": "due", "value": due}},
        {"line": 1, "from": 15, "to": 18, "means": {"field": "labels", "value": "문서"}},
        {"line": 1, "from": 19, "to": 24, "means": {"field": "priority", "value": "high"}},
    ]
    assert said["lines"] == [
        {"line": 0, "project_id": project["id"], "parent": None, "parent_key": None},
        {"line": 1, "project_id": project["id"], "parent": 0, "parent_key": None},
    ]
    assert await world.log_length() == before


async def test_what_was_rehearsed_is_made(ann: User) -> None:
    project = await ann.project()
    text = "Plan the party\n  Cake fri @me\n  - [x] Music ^OPE-3\n\nClean up"
    said = await capture(ann, project, text, dry_run=True)
    made = await capture(ann, project, text)

    assert (made["parts"], made["lines"]) == (said["parts"], said["lines"])
    for task, draft in zip(made["tasks"], said["tasks"], strict=True):
        wanted = {**draft, "status": draft["status"] or "waiting"}
        assert {field: task[field] for field in wanted} == wanted
        assert expect(await ann.get(f"/tasks/{task['id']}"), 200) == task


async def test_the_drafts_can_be_made_as_a_batch(ann: User) -> None:
    project = await ann.project()
    said = await capture(ann, project, "One tomorrow\n- [x] Two #x", dry_run=True)
    made = expect(await ann.post(f"/projects/{project['id']}/tasks/batch", {"tasks": said["tasks"]}), 201)
    assert [(task["title"], task["status"]) for task in made["items"]] == [("One", "waiting"), ("Two", "done")]


async def test_members_are_meant_by_their_names(world: World, ann: User) -> None:
    minsu, stranger = await world.user("김민수"), await world.user("Zoe")
    project = await ann.project()
    await ann.let_in(project, minsu)
    made = await capture(ann, project, "Ask @민수에게 about it\nAsk @Zoe too")
    assert [(task["title"], task["assignees"]) for task in made["tasks"]] == [
        ("Ask about it", [minsu.id]),
        ("Ask @Zoe too", []),
    ]
    assert stranger.id not in str(made)


async def test_without_the_directory_names_stay_text(world: World, ann: User) -> None:
    minsu = await world.user("민수")
    project = await ann.project()
    await ann.let_in(project, minsu)
    await ann.get("/projects")
    world.auth.away = True
    made = await capture(ann, project, "Ask @민수 tomorrow")
    assert [task["title"] for task in made["tasks"]] == ["Ask @민수"]


async def test_labels_are_written_as_the_project_writes_them(ann: User) -> None:
    project = await ann.project(labels=[{"name": "To Do"}, {"name": "Print"}])
    [task] = (await capture(ann, project, 'Buy paper #print #"to do" #new'))["tasks"]
    assert task["labels"] == ["Print", "To Do", "new"]


async def test_a_project_without_done_ticks_nothing_off(ann: User) -> None:
    project = await ann.project(statuses=[{"key": "idea", "name": "Idea", "category": "waiting"}])
    made = await capture(ann, project, "- [x] Buy paper")
    assert [(task["title"], task["status"]) for task in made["tasks"]] == [("Buy paper", "idea")]
    assert made["parts"] == []


@pytest.mark.parametrize(
    ("locale", "due"), [("en", "03-04"), ("en-US", "03-04"), ("ko", "03-04"), ("en-GB", "04-03"), ("de", "04-03")]
)
async def test_the_locale_says_which_number_is_the_month(ann: User, locale: str, due: str) -> None:
    project = await ann.project()
    said = await capture(ann, project, "Pay the rent by 3/4", locale=locale, dry_run=True)
    assert said["tasks"][0]["due"].endswith(due)


async def test_today_is_the_writers(ann: User) -> None:
    project = await ann.project()
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "UTC"):
        [task] = (await capture(ann, project, "Pay today", time_zone=zone, dry_run=True))["tasks"]
        assert task["due"] == datetime.now(ZoneInfo(zone)).date().isoformat()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n---\n"}, "text"),
        ({"text": "\n".join(["line"] * 201)}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"text": "y\n" * 60_000}, "text"),
        ({"text": "Buy " + " ".join(f"#l{n}" for n in range(21))}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": 5}, "text"),
        ({}, "text"),
        ({"text": "Buy", "time_zone": "Mars/Olympus"}, "time_zone"),
        ({"text": "Buy", "time_zone": "../../etc/passwd"}, "time_zone"),
        ({"text": "Buy", "locale": "not a locale"}, "locale"),
        ({"text": "Buy", "dry_run": "perhaps"}, "dry_run"),
        ({"text": "Buy", "parent": "x"}, "parent"),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
async def test_what_cannot_be_made_is_refused_whole(
    world: World, ann: User, body: dict[str, Any], field: str, dry_run: bool
) -> None:
    project = await ann.project()
    before = await world.log_length()
    answer = await ann.post(f"/projects/{project['id']}/capture", {"dry_run": dry_run, **body})
    assert answer.status_code == 422
    assert answer.json()["code"] == "validation_failed"
    assert answer.json()["errors"][0]["field"] == field
    assert await world.log_length() == before


async def test_a_repeated_capture_means_the_days_of_the_first_time(world: World, ann: User) -> None:
    project = await ann.project()
    captures = world.app.state.deps.captures
    zone = ZoneInfo("UTC")
    typed = Typed(project_id=project["id"], by=ann.id, text="Buy paper tomorrow", zone=zone, day_first=False)
    yesterday = Command(
        id="a key",
        fingerprint="what was asked",
        actor=ann.id,
        time=datetime.now(UTC) - timedelta(days=1),
        correlation_id="a-request",
        keyed=True,
    )
    first = await captures.make(typed, yesterday)
    again = await captures.make(typed, replace(yesterday, time=datetime.now(UTC)))
    assert first.made[0].due == (yesterday.time + timedelta(days=1)).date()
    assert (again.understood, again.made, again.replayed) == (first.understood, first.made, True)
