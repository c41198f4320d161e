"""`taskledger move`: what it refuses, and what it says. That a board goes on elsewhere: deploy/local/tests."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kernel.adapters.sqlite.event_store import SqliteEventStore
from kernel.adapters.sqlite.key_value_store import SqliteKeyValueStore
from kernel.ports.event_store import CommandRecord
from kernel.ports.key_value_store import Put
from taskledger.lock import held
from testkit.board import TASKLEDGER
from testkit.log import extend

pytestmark = pytest.mark.process


def run(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [TASKLEDGER, *arguments, "--data", str(data)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )


def move(data: Path, to: Path) -> subprocess.CompletedProcess[str]:
    files = {"EVENT_STORE_URL": "log.db", "KEY_VALUE_URL": "keys.db", "NOTIFY_DB_URL": "notify.db"}
    return run(data, "move", **{name: f"sqlite:///{to / file}" for name, file in files.items()})


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the folders of two boards, Ann's and Bob's. Tests work on copies."""
    folder = tmp_path_factory.mktemp("boards")
    for name in ("ann", "bob"):
        done = run(
            folder / name, "user", "add", f"{name}@example.org", "--name", name, "--password", "sourdough starter"
        )
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def data(boards: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(boards / "ann", tmp_path / "data"))


async def change(log: Path, *commands: CommandRecord, stream: str | None = None) -> None:
    store = await SqliteEventStore.open(log)
    for command in commands:
        await store.append([], command)
    if stream is not None:
        await extend(store, stream, 0)
    await store.close()


async def was_target(keys: Path) -> None:
    """The folder has the mark of a move that once ended in it."""
    store = await SqliteKeyValueStore.open(keys)
    await store.write(Put("move", "board", b'{"board": "user-1:1", "done": true}'))
    await store.close()


def test_what_the_folder_has_is_elsewhere_afterwards_and_is_not_moved_again(data: Path, tmp_path: Path) -> None:
    moved = move(data, tmp_path / "to")
    assert (moved.returncode, moved.stderr) == (0, "")
    assert "1 streams, 2 events, 0 outcomes of commands" in moved.stdout
    assert "0 differences" in moved.stdout
    assert run(tmp_path / "to", "export", "--events").stdout == run(data, "export", "--events").stdout
    again = move(data, tmp_path / "to")
    assert (again.returncode, "was moved to the target already" in again.stderr) == (2, True)


def test_a_board_is_not_moved_over_another(boards: Path, data: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(boards / "bob", tmp_path / "to"))
    events = run(other, "export", "--events").stdout
    refused = move(data, other)
    assert refused.returncode == 2
    assert "The target has a board already." in refused.stderr
    assert run(other, "export", "--events").stdout == events


def test_a_difference_is_told_and_the_exit_status_tells_of_it(data: Path, tmp_path: Path) -> None:
    asyncio.run(was_target(data / "keys.db"))
    outcome, other = (CommandRecord(id="c", fingerprint="f", outcome=body) for body in (b"{}", b"[]"))
    asyncio.run(change(data / "log.db", outcome))
    asyncio.run(change(tmp_path / "to" / "log.db", other))
    moved = move(data, tmp_path / "to")
    assert moved.returncode == 1
    assert "command c has another outcome at the target" in moved.stdout
    asyncio.run(change(tmp_path / "to" / "log.db", stream="task-1"))
    refused = move(data, tmp_path / "to")
    assert (refused.returncode, "used before all was there: task-1 is at version 1" in refused.stderr) == (2, True)


def test_a_folder_that_is_in_use_or_empty_is_refused(data: Path, tmp_path: Path) -> None:
    with held(data):
        refused = move(data, tmp_path / "to")
    assert (refused.returncode, "runs on" in refused.stderr) == (2, True)
    missing = move(tmp_path / "none", tmp_path / "to")
    assert (missing.returncode, missing.stderr.startswith("There is no board at")) == (2, True)
    assert not (tmp_path / "none").exists()


def test_where_to_must_be_said(data: Path) -> None:
    refused = run(data, "move", EVENT_STORE_URL="sqlite:///elsewhere.db")
    assert refused.returncode == 2
    assert refused.stderr.strip() == "Where to? KEY_VALUE_URL, NOTIFY_DB_URL must name it."
