"""What the command says to whoever asks for something that cannot be."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from taskledger.settings import Home
from testkit.board import TASKLEDGER

pytestmark = pytest.mark.process


def run(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [TASKLEDGER, *arguments, "--data", str(data)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )


def foreign(data: Path) -> None:
    data.mkdir()
    with sqlite3.connect(data / "log.db") as db:
        db.execute("CREATE TABLE other (a)")


@pytest.mark.parametrize(
    ("prepare", "environment", "status", "said"),
    [
        (Path.touch, {}, 1, "File exists"),
        (foreign, {}, 2, "holds something else"),
        (Path.mkdir, {"EVENT_STORE_URL": "tape:///x"}, 2, "EVENT_STORE_URL: no adapter for 'tape:///x'"),
        (Path.mkdir, {"TRUSTED_PROXIES": "some"}, 2, "TRUSTED_PROXIES: "),
    ],
)
def test_what_keeps_the_board_from_starting_is_told_in_a_line(
    tmp_path: Path, prepare: Callable[[Path], None], environment: dict[str, str], status: int, said: str
) -> None:
    prepare(tmp_path / "data")
    refused = run(tmp_path / "data", "up", "--port", "0", **environment)
    assert refused.returncode == status, refused.stderr
    assert said in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr + refused.stdout


@pytest.mark.parametrize("command", ["verify", "export", "outbox", "blocked", "rebuild"])
def test_a_folder_that_is_not_there_is_told_and_not_made(tmp_path: Path, command: str) -> None:
    refused = run(tmp_path / "tyop", command)
    assert refused.returncode == 2
    assert refused.stderr.startswith("There is no data at ")
    assert not (tmp_path / "tyop").exists()


def test_a_reader_that_leaves_early_gets_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    read, write = os.pipe()
    os.close(read)
    command = [TASKLEDGER, "export", "--data", str(tmp_path / "data")]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(write)
    assert done.stderr == b""


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    data = tmp_path / "50% of #1? 팀의 일"
    added = run(data, "user", "add", "ann@example.org", "--name", "Ann", "--password", "sourdough starter")
    assert added.returncode == 0, added.stderr
    assert {"log.db", "keys.db", "service-secret"} <= {file.name for file in data.iterdir()}
    assert list(tmp_path.iterdir()) == [data]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("fe80::1", "http://[fe80::1]:8000"),
        ("board.local", "http://board.local:8000"),
    ],
)
def test_the_address_is_one_that_a_browser_takes(tmp_path: Path, host: str, address: str) -> None:
    assert Home(tmp_path, host).address() == address


def test_whoever_runs_the_board_gives_a_project_an_owner(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for email in ("ann@example.org", "bob@example.org"):
        added = run(data, "user", "add", email, "--name", email[:3].title(), TASKLEDGER_PASSWORD="a long enough phrase")
        assert added.returncode == 0, added.stderr
    (tmp_path / "board.csv").write_text("title,status\nOne,todo\n")
    imported = run(data, "import", str(tmp_path / "board.csv"), "--owner", "ann@example.org")
    assert imported.returncode == 0, imported.stderr
    key = json.loads(run(data, "export").stdout)["projects"][0]["key"]

    assert run(data, "project", "owner", "NONE", "bob@example.org").returncode == 2
    assert run(data, "project", "owner", key, "nobody@example.org").returncode == 2
    for _ in range(2):
        done = run(data, "project", "owner", key, "bob@example.org")
        assert (done.returncode, done.stdout) == (0, f"Bob is an owner of {key} (board).\n")
    members = json.loads(run(data, "export").stdout)["projects"][0]["members"]
    assert [member["role"] for member in members] == ["owner", "owner"]
