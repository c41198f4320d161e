"""`make stack`: it starts, says where it is, keeps what it is told to keep, and ends all that it started."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from taskledger_local.processes import free_port
from testkit.board import TASKLEDGER, Person, eventually

pytestmark = pytest.mark.process

COMMAND = [sys.executable, "-m", "taskledger_local.stack"]
PROCESSES = 7 if "TASKLEDGER_MYSQL_URL" in os.environ else 8
"""The emulator, the pipe, four services and the origin; and a database where no other is named."""


def processes(pid: int) -> dict[int, str]:
    """A process's own children: their ids and command lines."""
    found: dict[int, str] = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended since
            found[int(child)] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
    return found


def gone(pids: Iterable[int]) -> bool:
    """Whether none of the processes runs any more."""
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


@contextmanager
def serving(*arguments: str) -> Iterator[dict[str, str]]:
    """A started stack that is ended by SIGTERM: what it said of itself, by the word in front."""
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(3)]
        assert said[0], process.communicate()
        started = processes(process.pid)
        try:
            yield {line.partition(" ")[0]: line.rpartition(" ")[2] for line in said}
        finally:
            process.send_signal(signal.SIGTERM)
            eventually(lambda: any(gone([pid]) for pid in started), within=60)
            process.send_signal(signal.SIGTERM)  # whoever loses patience leaves nothing behind either
            _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    assert len(started) == PROCESSES
    assert gone(started)


def test_what_is_kept_is_there_again_and_commands_work_on_it(open_folder: Path) -> None:
    data, port = open_folder / "data", free_port()
    with serving("--data", str(data), "--port", str(port)) as said:
        assert said["Taskledger"] == f"http://127.0.0.1:{port}"
        ann = Person.register(said["Taskledger"], "Ann")
        project = ann.post("/api/projects", name="Kept")
        task = ann.post(f"/api/projects/{project['id']}/tasks", title="Still here", assignees=[ann.id])
        listed = eventually(lambda: ann.all(f"/api/projects/{project['id']}/tasks"))
        bob = Person.register(said["Taskledger"], "Bob")
        ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
        ann.put(f"/api/tasks/{task['id']}/assignees/{bob.id}")
        eventually(lambda: bob.email in httpx.get(said["Mails"]).text)
        eventually(lambda: bob.all("/api/notifications"))
        bob.http.close()

    with serving("--data", str(data), "--port", str(port)):
        assert ann.get(f"/api/tasks/{task['id']}")["title"] == "Still here"
        assert [entry["id"] for entry in ann.all(f"/api/projects/{project['id']}/tasks")] == [listed[0]["id"]]
        more = ann.post(f"/api/projects/{project['id']}/tasks", title="And more")
        eventually(lambda: len(ann.all(f"/api/projects/{project['id']}/tasks")) == 2)
        assert more["key"] == "KEPT-2"
        shell = f". {data / 'variables'}; exec {TASKLEDGER} verify"
        done = subprocess.run(
            ["sh", "-c", shell], capture_output=True, text=True, timeout=60, check=False, cwd=open_folder
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert re.search(r"\d+ streams, \d+ events, 0 differences", done.stdout)
        assert {path.name for path in open_folder.iterdir()} == {"data"}  # the command needed no folder of its own
    ann.http.close()


def test_a_part_that_cannot_start_is_told_and_the_others_are_ended(open_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [*COMMAND, "--data", str(open_folder / "data"), "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            started = eventually(lambda: len(known := processes(process.pid)) == PROCESSES and known, within=60)
            _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith("origin ended:")
    assert "Cannot listen" in errors
    assert "Traceback" not in errors
    assert gone(started)


def test_a_part_that_ends_by_itself_ends_the_stack() -> None:
    command = [*COMMAND, "--port", str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(3)]
        assert said[0].startswith("Taskledger is at")
        folder = Path(said[2].split()[-1]).parent
        assert folder.is_dir()
        started = processes(process.pid)
        os.kill(next(pid for pid, line in started.items() if "log_projector" in line), signal.SIGKILL)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert errors.startswith("projector ended by itself")
    assert gone(started)
    assert not folder.exists()  # it was not to be kept
