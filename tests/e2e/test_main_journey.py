"""The whole main job over HTTP, as two people do it, with the process killed in the middle."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from testkit.board import Board, Person, eventually


@contextmanager
def watching(person: Person, last_event_id: str | None = None) -> Iterator[list[dict[str, Any]]]:
    """What arrives on a person's live stream, as `{event, id, ...data}`, while the block runs."""
    seen: list[dict[str, Any]] = []
    connected, stop = threading.Event(), threading.Event()

    def read() -> None:
        newest = last_event_id
        while not stop.is_set():
            headers = {"Last-Event-ID": newest} if newest else {}
            # A silent stream is left after a second and resumed, as a browser does after a sleep.
            timeout = httpx.Timeout(10, read=1)
            try:
                with person.http.stream("GET", "/api/stream", headers=headers, timeout=timeout) as answer:
                    fields: dict[str, str] = {}
                    for line in answer.iter_lines():
                        name, _, value = line.partition(": ")
                        if line:
                            fields[name] = value
                            newest = fields.get("id", newest)
                            continue
                        if "data" in fields:
                            seen.append({**json.loads(fields["data"]), "event": fields["event"], "sse_id": newest})
                        fields = {}
                        connected.set()
                        if stop.is_set():
                            return
            except httpx.HTTPError:
                continue

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert connected.wait(10)
        yield seen
    finally:
        stop.set()
        reader.join()


def test_two_people_work_and_nothing_is_gone_after_a_kill(stack: Board) -> None:
    ann, bob = stack.register("Ann"), stack.register("Bob", locale="ko")
    assert ann.all("/api/users?q=bo") == []
    assert ann.all(f"/api/users?q={bob.email}") == [{"id": bob.id, "name": "Bob"}]

    project = ann.post("/api/projects", name="Operations", key="OPS")
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")

    with watching(bob) as live:
        task = ann.post(f"/api/projects/{project['id']}/tasks", title="Bake bread", assignees=[bob.id], labels=["oven"])
        assert (task["key"], task["status"], task["version"]) == ("OPS-1", "waiting", 1)
        path = f"/api/tasks/{task['id']}"
        for status in ("in_progress", "done"):
            assert ann.patch(path, status=status)["status"] == status
        ann.patch(path, title="Bake rye bread", description="With *caraway*.", priority="high", due="2026-12-24")
        ann.post(f"{path}/comments", body="The oven is free, @Bob.")
        ann.delete(path)
        ann.call("POST", f"{path}/restore")
        eventually(lambda: [change["type"] for change in live if change["event"] == "change"][-1:] == ["task.restored"])

    # The order is promised within a stream: the project's own last change may arrive among those of the task.
    changes = [change for change in live if change["event"] == "change" and change["task_id"] == task["id"]]
    assert [change["version"] for change in changes] == sorted(change["version"] for change in changes)
    assert changes[-1]["task"]["title"] == "Bake rye bread"
    assert any(change["event"] == "notification" for change in live)

    told = eventually(lambda: (items := bob.all("/api/notifications")) and len(items) == 7 and items)
    kinds = ["restored", "deleted", "commented", "edited", "status", "status", "created"]
    assert [item["type"] for item in told] == kinds
    edited = next(item for item in told if item["type"] == "edited")
    assert {"field": "title", "old": "Bake bread", "new": "Bake rye bread"} in edited["changes"]
    assert edited["actor_name"] == "Ann"
    assert ann.all("/api/notifications") == []

    mails = eventually(lambda: (items := stack.mails(bob)) and len(items) == 7 and items)
    assert all(mail["to"] == bob.email for mail in mails)
    assert all("OPS-1" in mail["subject"] for mail in mails)
    assert any("Bake bread" in mail["text"] and "Bake rye bread" in mail["text"] for mail in mails)
    assert stack.mails(ann) == []

    before = {
        "task": bob.get(path),
        "history": bob.all(f"{path}/history"),
        "comments": bob.all(f"{path}/comments"),
        "activity": bob.all(f"/api/projects/{project['id']}/activity"),
        "mine": bob.all("/api/tasks?assignee=me"),
        "told": bob.all("/api/notifications"),
        "mails": stack.mails(bob),
    }
    stack.kill()
    stack.start()
    after = {
        "task": bob.get(path),
        "history": bob.all(f"{path}/history"),
        "comments": bob.all(f"{path}/comments"),
        "activity": bob.all(f"/api/projects/{project['id']}/activity"),
        "mine": bob.all("/api/tasks?assignee=me"),
        "told": bob.all("/api/notifications"),
        "mails": stack.mails(bob),
    }
    assert after == before

    missed = ann.patch(path, status="waiting")
    with watching(bob, last_event_id=changes[-1]["sse_id"]) as live:
        eventually(lambda: any(change.get("version") == missed["version"] for change in live))

    verified = stack.command("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_what_is_found_by_filter_and_search(stack: Board) -> None:
    ann = stack.register("Ann")
    project = ann.post("/api/projects", name="한글 프로젝트")
    tasks = f"/api/projects/{project['id']}/tasks"
    ann.post(tasks, title="빵을 굽는다", labels=["부엌"], priority="urgent")
    ann.post(tasks, title="Paint the wall", status="in_progress", assignees=[ann.id], due="2026-12-01")
    ann.post(tasks, title="100% done_", status="done")

    def titles(query: str) -> list[str]:
        return [task["title"] for task in ann.all(f"{tasks}?{query}")]

    eventually(lambda: len(titles("")) == 3)
    assert titles("q=굽는") == ["빵을 굽는다"]
    assert titles("q=WALL") == ["Paint the wall"]
    assert titles("q=0%25") == ["100% done_"]
    assert titles("q=e_") == ["100% done_"]
    assert titles("status=done") == ["100% done_"]
    assert titles("assignee=me") == ["Paint the wall"]
    assert titles("label=부엌") == ["빵을 굽는다"]
    assert titles("sort=title") == ["100% done_", "Paint the wall", "빵을 굽는다"]
    assert titles("sort=-priority&limit=1")[0] == "빵을 굽는다"


def test_an_import_beside_the_running_process_shows_up(stack: Board, tmp_path_factory: pytest.TempPathFactory) -> None:
    ann = stack.register("Ann")
    table = tmp_path_factory.mktemp("import") / "chores.csv"
    table.write_text("title,status\nSweep,done\nMop,\n")
    done = stack.command("import", str(table), "--owner", ann.email)
    assert done.returncode == 0, done.stderr
    project = eventually(lambda: ann.all("/api/projects"))[0]
    found = eventually(lambda: (items := ann.all(f"/api/projects/{project['id']}/tasks")) and len(items) == 2 and items)
    assert {task["title"] for task in found} == {"Sweep", "Mop"}
    assert ann.all("/api/notifications") == []
