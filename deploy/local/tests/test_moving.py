"""A board that outgrows its folder: `taskledger move`, and then the AWS shape goes on with it."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from taskledger_local.emulator import CREDENTIALS
from taskledger_local.stack import Stack
from testkit.aws_board import AwsBoard
from testkit.board import TASKLEDGER, Person, eventually, running
from testkit.faults import Broken, Late, faults_before

pytestmark = pytest.mark.process


def seen(person: Person, task_id: str) -> dict[str, Any]:
    """What must be the same before and after."""
    return {
        "me": person.get("/api/auth/me"),
        "projects": person.all("/api/projects"),
        "task": person.get(f"/api/tasks/{task_id}"),
        "comments": person.all(f"/api/tasks/{task_id}/comments"),
        "history": person.all(f"/api/tasks/{task_id}/history"),
        "inbox": person.all("/api/notifications"),
        "ledger": person.all(f"/api/notifications/deliveries?task={task_id}"),
        "preferences": person.get("/api/notifications/preferences"),
    }


def run(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)


def test_a_board_that_outgrows_its_folder_goes_on_elsewhere(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = open_folder / "data"
    once = {"Idempotency-Key": "the first"}
    first = {"title": "Grow", "description": "until it is tight"}
    with running(data) as small:
        ann, bob = small.register("Ann"), small.register("Bob", locale="ko")
        project = ann.post("/api/projects", name="Small")
        ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
        tasks = f"/api/projects/{project['id']}/tasks"
        task = ann.call("POST", tasks, first, **once)
        ann.put(f"/api/tasks/{task['id']}/assignees/{bob.id}")
        bob.post(f"/api/tasks/{task['id']}/comments", body="It gets tight here.")
        bob.patch(f"/api/tasks/{task['id']}", status="in_progress")
        for number in range(10):
            ann.post(tasks, title=f"Task {number}")
        told = eventually(lambda: len(found := ann.all("/api/notifications")) == 2 and found)
        ann.post(f"/api/notifications/{told[0]['id']}/read")
        eventually(lambda: len(small.mails(ann)) == 2 and len(small.mails(bob)) == 1)
        token = bob.post("/api/auth/tokens", name="script")["token"]
        listed = eventually(lambda: len(found := ann.all(tasks)) == 11 and found)
        before = [seen(person, task["id"]) for person in (ann, bob)]
        events = small.events()

    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    stack = Stack(open_folder / "stack", visibility=2)
    board = AwsBoard(stack)
    environment = {**os.environ, **stack.environment}
    command = [TASKLEDGER, "move", "--data", str(data)]
    try:
        stack.prepare()
        with faults_before(stack.emulator.endpoint) as way:
            way.next(*[Late(0)] * 4, operation="TransactWriteItems")
            way.always(Broken(), operation="TransactWriteItems")
            tight = environment["EVENT_STORE_URL"].replace(stack.emulator.endpoint, way.endpoint)
            with subprocess.Popen(command, env={**environment, "EVENT_STORE_URL": tight}) as process:
                eventually(lambda: way.count("TransactWriteItems") > 20 or process.poll() is not None, within=60)
                process.kill()
            assert process.returncode == -signal.SIGKILL
        assert 4 <= board.events() < events

        moved = run(command, environment)
        assert (moved.returncode, moved.stderr) == (0, ""), moved.stdout
        assert f"14 streams, {events} events, 1 outcomes of commands" in moved.stdout
        assert "0 differences" in moved.stdout
        assert run(command, environment).returncode == 2  # it would undo what happens there from now on

        stack.resume()
        for was, person in zip(before, (ann, bob), strict=True):
            assert seen(board.log_in(person), task["id"]) == was
        ann, bob = board.log_in(ann), board.log_in(bob)
        assert bob.call("GET", "/api/auth/me", Authorization=f"Bearer {token}")["id"] == bob.id
        assert eventually(lambda: len(found := ann.all(tasks)) == 11 and found) == listed
        assert ann.call("POST", tasks, first, **once) == task  # done before, so not again
        assert int(ann.post(tasks, title="Room at last")["key"].partition("-")[2]) > 11
        bob.patch(f"/api/tasks/{task['id']}", status="done")
        (mail,) = eventually(lambda: board.mails(ann))
        assert "Grow" in mail["subject"]
        assert board.mails(bob) == []
        assert len(ann.all("/api/notifications")) == 3
        verified = eventually(lambda: "streams wait" not in (done := board.command("verify")).stdout and done)
        assert (verified.returncode, f"{board.events()} events, 0 differences" in verified.stdout) == (0, True)
    finally:
        board.close()
        stack.stop()
