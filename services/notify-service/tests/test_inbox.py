"""The inbox and the preferences over HTTP. Long because both are asked of one started service."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.task import (
    TaskAssigned,
    TaskCommentDeleted,
    TaskCommented,
    TaskCommentEdited,
    TaskDeleted,
    TaskStatusChanged,
)
from contracts.user import UserErased, UserRegistered
from kernel.ports.database import Write, upsert
from kernel.process.platform import Platform
from notify_service import tables
from notify_service.settings import Settings
from testkit.notify import Caller, World, eventually, good

NO_EVENT = {"inbox": False, "mail": False}
EVERY_EVENT = {"inbox": True, "mail": True}
KINDS = ("created", "assigned", "status", "edited", "commented", "deleted", "restored")
TO_DONE = TaskStatusChanged(old="waiting", new="done")


async def items(caller: Caller, count: int) -> list[dict[str, Any]]:
    """The inbox once it has so many items."""
    return await eventually(caller.inbox, lambda found: len(found) == count)


async def test_an_assignee_finds_the_new_task_in_the_inbox(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    [item] = await items(bob, 1)
    assert item == {
        "id": item["id"],
        "task_id": task,
        "project_id": project,
        "task_key": "OPS-12",
        "title": "Fix it",
        "type": "created",
        "actor": ann.id,
        "actor_name": "Ann",
        "changes": [],
        "excerpt": None,
        "created_at": item["created_at"],
        "read": False,
    }
    assert await ann.inbox() == []


async def test_items_come_newest_first_page_by_page(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    for number in range(4):
        comment = TaskCommented(comment_id=f"c{number}", body=f"comment {number}")
        await world.history.on(task, comment, by=ann.id)
    await items(bob, 5)
    first = await bob.get("/notifications?limit=3")
    second = await bob.get(f"/notifications?limit=3&cursor={first['next_cursor']}")
    assert [item["excerpt"] for item in first["items"]] == ["comment 3", "comment 2", "comment 1"]
    assert [item["excerpt"] for item in second["items"]] == ["comment 0", None]
    assert (first["unread"], second["next_cursor"]) == (5, None)


async def test_reading_one_and_reading_all(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    for event in (TO_DONE, TaskDeleted()):
        await world.history.on(task, event, by=ann.id)
    newest, middle, _ = await items(bob, 3)
    answer = good(await bob.call("POST", f"/notifications/{middle['id']}/read"))
    assert answer == {**middle, "read": True}
    unread = await bob.get("/notifications?unread=true")
    assert unread["unread"] == 2
    assert middle["id"] not in [item["id"] for item in unread["items"]]
    assert good(await bob.call("POST", "/notifications/read-all")) == {"unread": 0}
    assert (await bob.get("/notifications?unread=true"))["items"] == []
    assert [item["read"] for item in await bob.inbox()] == [True, True, True]
    assert newest["id"] == (await bob.inbox())[0]["id"]


async def test_nobody_reads_or_marks_the_items_of_another(world: World) -> None:
    ann, bob, eve = world.person("Ann"), world.person("Bob"), world.person("Eve")
    project = await world.history.project(ann.id, bob.id, eve.id)
    await world.history.task(project, by=ann.id, assignees=(bob.id,))
    [item] = await items(bob, 1)
    answer = await eve.call("POST", f"/notifications/{item['id']}/read")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    await eve.call("POST", "/notifications/read-all")
    assert await eve.inbox() == []
    assert (await bob.inbox())[0]["read"] is False


async def test_who_has_left_a_project_no_longer_sees_what_was_told_of_it(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    [item] = await items(bob, 1)
    await world.history.put_out(project, bob.id, by=ann.id)
    assert await bob.inbox() == []  # at once, by the log
    await eventually(lambda: bob.get("/notifications"), lambda inbox: inbox["unread"] == 0)
    assert (await bob.call("POST", f"/notifications/{item['id']}/read")).status_code == 404
    assert (await bob.call("GET", f"/notifications/deliveries?task={task}")).status_code == 404
    await world.history.on(task, TO_DONE, by=ann.id)
    ledger = await eventually(lambda: ann.ledger(task), lambda lines: len(lines) == 4)
    assert {line["reason"] for line in ledger if line["event"]["version"] == 2} == {"not_a_member"}
    await world.history.let_in(project, bob.id, by=ann.id)
    assert [found["id"] for found in await items(bob, 1)] == [item["id"]]


async def test_the_inbox_is_there_without_auth_service_only_names_are_not(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    await bob.inbox()  # the keys of tokens are known by now
    world.auth.away = True
    await world.history.task(project, by=ann.id, assignees=(bob.id,))
    [item] = await items(bob, 1)
    assert (item["actor"], item["actor_name"]) == (ann.id, None)
    world.auth.away = False
    assert (await bob.inbox())[0]["actor_name"] == "Ann"


async def test_an_erased_person_leaves_no_inbox_and_no_preferences(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    stream = f"user-{bob.id}"
    await world.history.append(stream, UserRegistered(), actor=bob.id)
    project = await world.history.project(ann.id, bob.id)
    await world.history.task(project, by=ann.id, assignees=(bob.id,))
    await items(bob, 1)
    good(await bob.call("PUT", "/notifications/preferences", {"muted_projects": [project]}))
    await world.history.append(stream, UserErased(), actor=bob.id)
    await items(bob, 0)
    assert (await bob.get("/notifications/preferences"))["muted_projects"] == []


@pytest.mark.parametrize("waited", [True, False])
async def test_what_a_comment_said_goes_from_the_inbox_with_the_comment(world: World, waited: bool) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    await items(bob, 1)
    for comment_id, body in (("c1", "the password is hunter2"), ("c2", "the other is hunter3")):
        await world.history.on(task, TaskCommented(comment_id=comment_id, body=body), by=ann.id)
    if waited:
        await items(bob, 3)
    await world.history.on(task, TaskCommentDeleted(comment_id="c1", old="the password is hunter2"), by=ann.id)
    edited = TaskCommentEdited(comment_id="c2", old="the other is hunter3", new="the other is safe")
    await world.history.on(task, edited, by=ann.id)

    found = await eventually(bob.inbox, lambda inbox: len(inbox) == 3 and "hunter" not in str(inbox))
    assert [item["excerpt"] for item in found[:2]] == ["the other is safe", None]


# --- preferences ---


async def test_everything_is_wanted_until_one_says_otherwise(world: World) -> None:
    bob = world.person("Bob")
    assert await bob.get("/notifications/preferences") == {
        "events": dict.fromkeys(KINDS, EVERY_EVENT),
        "muted_projects": [],
    }


async def test_preferences_that_another_version_stored_are_shown_with_every_kind_of_this_one(
    world: World, settings: Settings
) -> None:
    bob = world.person("Bob")
    async with Platform() as platform:
        database = await platform.database(settings.notify_db_url)
        stored = b'{"events":{"status":{"mail":false},"teleported":{"inbox":false}}}'
        await database.write(Write(upsert(tables.preferences), {"user_id": bob.id, "document": stored}))
    shown = await bob.get("/notifications/preferences")
    assert shown["events"]["status"] == {"inbox": True, "mail": False}
    assert shown["events"]["commented"] == {"inbox": True, "mail": True}
    assert "teleported" not in shown["events"]
    assert good(await bob.call("PUT", "/notifications/preferences", shown)) == shown


async def test_preferences_are_replaced_as_a_whole(world: World) -> None:
    bob = world.person("Bob")
    project = await world.history.project(bob.id)
    first = {"events": {"status": {"mail": False}, "edited": NO_EVENT}, "muted_projects": [project, project]}
    answer = good(await bob.call("PUT", "/notifications/preferences", first))
    assert answer["events"] == {
        **dict.fromkeys(KINDS, EVERY_EVENT),
        "status": {"inbox": True, "mail": False},
        "edited": NO_EVENT,
    }
    assert answer["muted_projects"] == [project]
    assert await bob.get("/notifications/preferences") == answer
    second = good(await bob.call("PUT", "/notifications/preferences", {"events": {"created": NO_EVENT}}))
    assert second["events"] == {**dict.fromkeys(KINDS, EVERY_EVENT), "created": NO_EVENT}
    assert second["muted_projects"] == []


async def test_preferences_hold_for_what_happens_next(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    other = await world.history.project(ann.id, bob.id)
    wanted = {"events": {"status": {"inbox": False, "mail": True}}, "muted_projects": [other]}
    good(await bob.call("PUT", "/notifications/preferences", wanted))
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    await world.history.on(task, TO_DONE, by=ann.id)
    muted = await world.history.task(other, by=ann.id, assignees=(bob.id,))
    ledger = await eventually(lambda: ann.ledger(task), lambda lines: len(lines) == 4)
    assert {(line["event"]["type"], line["channel"], line["reason"]) for line in ledger} == {
        ("task.created", "inbox", None),
        ("task.created", "mail", None),
        ("task.status-changed", "inbox", "preference"),
        ("task.status-changed", "mail", None),
    }
    of_muted = await eventually(lambda: ann.ledger(muted), lambda lines: len(lines) == 2)
    assert {(line["state"], line["reason"]) for line in of_muted} == {("suppressed", "muted")}
    assert [item["type"] for item in await bob.inbox()] == ["created"]


@pytest.mark.parametrize(
    "body",
    [
        {"events": {"unknown": EVERY_EVENT}},
        {"events": {"status": {"inbox": "yes"}}},
        {"events": {"status": {"inbox": 1}}},
        {"events": {"status": {"sms": True}}},
        {"events": None},
        {"muted_projects": ["not an id"]},
        {"muted_projects": "0199aaaa-0000-7000-8000-000000000001"},
        {"muted_projects": ["0199aaaa-0000-7000-8000-000000000001"] * 1001},
        {"more": True},
        [],
    ],
)
async def test_preferences_that_make_no_sense_change_nothing(world: World, body: Any) -> None:
    bob = world.person("Bob")
    kept = good(await bob.call("PUT", "/notifications/preferences", {"events": {"status": NO_EVENT}}))
    answer = await bob.call("PUT", "/notifications/preferences", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"]
    assert await bob.get("/notifications/preferences") == kept


# --- the ledger ---


@pytest.mark.parametrize("role", ["owner", "member", "viewer"])
async def test_members_of_every_role_read_the_ledger(world: World, role: Any) -> None:
    ann, bob, cat = world.person("Ann"), world.person("Bob"), world.person("Cat")
    project = await world.history.project(ann.id, bob.id)
    await world.history.let_in(project, cat.id, by=ann.id, role=role)
    task = await world.history.task(project, by=ann.id)
    await world.history.on(task, TaskAssigned(user_id=bob.id), by=ann.id)

    def sent(lines: list[dict[str, Any]]) -> bool:
        return [line["state"] for line in lines] == ["sent", "sent"]

    ledger = await eventually(lambda: cat.ledger(task), sent)
    assert {line["channel"]: line for line in ledger}["mail"] == {
        "id": ledger[0]["id"] if ledger[0]["channel"] == "mail" else ledger[1]["id"],
        "event": {"version": 2, "last_version": 2, "type": "task.assigned"},
        "user_id": bob.id,
        "channel": "mail",
        "state": "sent",
        "reason": None,
        "attempts": 1,
        "created_at": ledger[0]["created_at"],
        "sent_at": {line["channel"]: line for line in ledger}["mail"]["sent_at"],
        "last_error": None,
    }
    # By two clocks, of which the database's counts milliseconds.
    times = [(datetime.fromisoformat(line["created_at"]), datetime.fromisoformat(line["sent_at"])) for line in ledger]
    assert all(sent_at - created_at > timedelta(milliseconds=-2) for created_at, sent_at in times)


async def test_the_ledger_is_not_there_for_strangers_and_of_unknown_tasks(world: World) -> None:
    ann, eve = world.person("Ann"), world.person("Eve")
    project = await world.history.project(ann.id)
    task = await world.history.task(project, by=ann.id)
    for caller, asked in ((eve, task), (ann, "0199aaaa-0000-7000-8000-000000000001"), (ann, "no id")):
        answer = await caller.call("GET", f"/notifications/deliveries?task={asked}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await ann.call("GET", "/notifications/deliveries")).status_code == 422


async def test_the_ledger_comes_page_by_page(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    await world.history.on(task, TO_DONE, by=ann.id)
    await eventually(lambda: ann.ledger(task), lambda lines: len(lines) == 4)
    first = await ann.get(f"/notifications/deliveries?task={task}&limit=3")
    second = await ann.get(f"/notifications/deliveries?task={task}&limit=3&cursor={first['next_cursor']}")
    assert second["next_cursor"] is None
    every = [line["id"] for line in (*first["items"], *second["items"])]
    assert len(every) == len(set(every)) == 4


# --- what every route says no to ---

ROUTES = [
    ("GET", "/notifications"),
    ("POST", "/notifications/read-all"),
    ("POST", "/notifications/0199aaaa-0000-7000-8000-000000000001/read"),
    ("GET", "/notifications/preferences"),
    ("PUT", "/notifications/preferences"),
    ("GET", "/notifications/deliveries?task=0199aaaa-0000-7000-8000-000000000001"),
    ("GET", "/stream"),
    ("GET", "/outbox"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nobody_gets_anywhere_without_a_good_token(world: World, method: str, path: str) -> None:
    forged = Caller("eve", world.http, "eyJhbGciOiJub25lIn0.e30.")
    expired = Caller("bob", world.http, world.auth.token("bob", seconds=-120))
    answers = [await caller.call(method, path) for caller in (forged, expired)]
    answers.append(await world.http.request(method, f"/api{path}"))
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "not_authenticated")] * 3


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[0] != "GET"])
async def test_another_site_cannot_write_by_cookie(world: World, method: str, path: str) -> None:
    bob = world.person("Bob")
    headers = {"Cookie": f"__Host-tl_access={bob.token}", "Sec-Fetch-Site": "cross-site"}
    answer = await world.http.request(method, f"/api{path}", headers=headers, json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=%21", "cursor=WzFd", "unread=perhaps"])
async def test_a_bad_query_is_422(world: World, query: str) -> None:
    answer = await world.person("Bob").call("GET", f"/notifications?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_broken_json_is_422(world: World) -> None:
    bob = world.person("Bob")
    headers = {"Authorization": f"Bearer {bob.token}", "Content-Type": "application/json"}
    answer = await world.http.put("/api/notifications/preferences", headers=headers, content=b'{"events": NaN}')
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_json")


async def test_a_write_with_the_same_key_is_answered_the_same(world: World) -> None:
    bob = world.person("Bob")
    path = "/notifications/preferences"
    first = await bob.call("PUT", path, {"events": {"status": NO_EVENT}}, Idempotency_Key="k1")
    again = await bob.call("PUT", path, {"events": {"status": NO_EVENT}}, Idempotency_Key="k1")
    other = await bob.call("PUT", path, {"events": {"edited": NO_EVENT}}, Idempotency_Key="k1")
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
