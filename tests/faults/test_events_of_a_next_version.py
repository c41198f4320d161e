"""This version on a log that a later one has written to: each stream that it cannot read stops alone, and says so."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from testkit.board import PASSWORD, Person, Running, eventually, running
from testkit.future import NOT_JSON, append, append_event


@dataclass(frozen=True)
class Rolled:
    """A board that was rolled back; `bad` are the streams with an event of the next version, or of none."""

    board: Running
    ann: Person
    bob: Person
    cleo: Person
    good: dict[str, Any]
    dark: dict[str, Any]
    tasks: dict[str, dict[str, Any]]
    bad: dict[str, int]


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rolled]:
    data = tmp_path_factory.mktemp("rolled") / "data"
    with running(data) as board:
        ann, bob, cleo = board.register("Ann"), board.register("Bob"), board.register("Cleo")
        good, dark = ann.post("/api/projects", name="Good"), ann.post("/api/projects", name="Dark")
        for project in (good, dark):
            ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
        made = [(name, good) for name in ("fine", "unknown", "newer", "garbage")] + [("inside", dark)]
        tasks = {
            name: ann.post(f"/api/projects/{project['id']}/tasks", title=name, assignees=[ann.id, bob.id])
            for name, project in made
        }
        eventually(lambda: len(bob.all("/api/notifications")) == 5)
        board.end()
        streams = {name: f"task-{task['id']}" for name, task in tasks.items()}
        renamed = {"old": "inside", "new": "Inside"}
        # Written while the program of the next version ran.
        append_event(data, streams["inside"], type="task.title-changed", data=renamed)
        bad = {
            streams["unknown"]: append_event(data, streams["unknown"], type="task.teleported"),
            streams["newer"]: append_event(data, streams["newer"], schemaversion=99),
            streams["garbage"]: append(data, streams["garbage"], NOT_JSON),
            f"project-{dark['id']}": append_event(data, f"project-{dark['id']}", type="project.folded", data={}),
            f"user-{cleo.id}": append_event(data, f"user-{cleo.id}", type="user.moved", data={}),
        }
        board.start()
        yield Rolled(board, ann, bob, cleo, good, dark, tasks, bad)


def refused(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (503, "unreadable_history") and bool(
        answer.headers["retry-after"]
    )


def test_it_is_ready_and_lists_all_else(rolled: Rolled) -> None:
    projects = rolled.ann.http.get("/api/projects")
    assert [project["name"] for project in projects.json()["items"]] == ["Good"]
    assert projects.headers["taskledger-unreadable"] == rolled.dark["id"]
    listed = rolled.ann.get(f"/api/projects/{rolled.good['id']}/tasks?sort=title")["items"]
    assert [task["title"] for task in listed] == ["fine", "garbage", "newer", "unknown"]
    mine = rolled.ann.http.get("/api/tasks?assignee=me")
    assert {task["title"] for task in mine.json()["items"]} == {"fine", "garbage", "newer", "unknown"}
    assert mine.headers["taskledger-unreadable"] == rolled.dark["id"]
    assert {item["title"] for item in rolled.bob.all("/api/notifications")} >= {"fine", "garbage"}
    assert httpx.get(f"{rolled.board.url}/readyz").status_code == 200


def test_what_cannot_be_read_says_so_in_reading_and_writing(rolled: Rolled) -> None:
    for name in ("unknown", "newer", "garbage", "inside"):
        path = f"/api/tasks/{rolled.tasks[name]['id']}"
        for answer in (
            rolled.ann.http.get(path),
            rolled.ann.http.get(f"{path}/history"),
            rolled.ann.http.patch(path, json={"title": "Other"}),
            rolled.ann.http.get(f"/api/notifications/deliveries?task={rolled.tasks[name]['id']}"),
        ):
            assert refused(answer), (name, answer.text)
    for path in ("", "/tasks", "/activity", "/insights"):
        assert refused(rolled.ann.http.get(f"/api/projects/{rolled.dark['id']}{path}"))


def test_a_person_whose_history_cannot_be_read_is_told_so_at_the_login(rolled: Rolled) -> None:
    login = {"email": rolled.cleo.email, "password": PASSWORD}
    assert refused(httpx.post(f"{rolled.board.url}/api/auth/login", json=login))
    member = f"/api/projects/{rolled.good['id']}/members/{rolled.cleo.id}"
    assert refused(rolled.ann.http.put(member, json={"role": "member"}))


def test_everybody_else_goes_on_and_is_told(rolled: Rolled) -> None:
    fine = rolled.tasks["fine"]["id"]
    rolled.ann.patch(f"/api/tasks/{fine}", status="done")
    mails = eventually(
        lambda: [m for m in rolled.board.mails(rolled.bob) if "fine" in m["subject"] and "Done" in m["text"]]
    )
    assert len(mails) == 1
    headers = {"Last-Event-ID": "1"}
    with rolled.bob.http.stream("GET", "/api/stream", headers=headers) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:") and '"status":"done"' in line and fine in line:
                break
    assert httpx.get(f"{rolled.board.url}/readyz").status_code == 200
    assert "background.defect" not in rolled.board.log()


def test_blocked_verify_and_export_name_each_and_do_the_rest(rolled: Rolled) -> None:
    def named() -> str | None:
        printed = rolled.board.command("blocked").stdout
        return printed if all(f"{stream}:{version}" in printed for stream, version in rolled.bad.items()) else None

    eventually(named, within=60)
    verified = rolled.board.command("verify")
    assert verified.returncode == 1
    assert not verified.stderr
    for stream in rolled.bad:
        assert stream in verified.stdout
    for arguments in (("export",), ("export", "--events"), ("export", "--format", "csv")):
        exported = rolled.board.command(*arguments)
        assert exported.returncode == 1
        assert f"task-{rolled.tasks['garbage']['id']}" in exported.stderr
        assert "Traceback" not in exported.stderr
        assert "fine" in exported.stdout
    events = [json.loads(line) for line in rolled.board.command("export", "--events").stdout.splitlines()]
    assert {event.get("type") for event in events} >= {"task.teleported", "project.folded"}


def test_a_rebuild_carries_all_that_can_be_read(rolled: Rolled) -> None:
    done = rolled.board.command("rebuild")
    assert done.returncode == 0, done.stdout + done.stderr
    listed = rolled.ann.get(f"/api/projects/{rolled.good['id']}/tasks?sort=title")["items"]
    assert "fine" in {task["title"] for task in listed}
