"""The commands on a data folder: import, export, user add."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.process

TASKLEDGER = str(Path(sys.executable).with_name("taskledger"))
EXPORT = Path(__file__).with_name("trello.json")


def run(data: Path, *arguments: str, status: int = 0) -> str:
    """What the command prints; on errors what it prints to standard error."""
    command = [TASKLEDGER, *arguments, "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stderr if status else done.stdout


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder in which one person is registered."""
    folder = tmp_path / "data"
    run(folder, "user", "add", "ann@example.org", "--name", "Ann Baker", "--password", "sourdough starter")
    return folder


def events(data: Path) -> int:
    with sqlite3.connect(data / "log.db") as db:
        count: int = db.execute("SELECT count(*) FROM events").fetchone()[0]
        return count


def exported(data: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(data, "export"))
    return document


def test_a_trello_board_is_imported_once_however_often_it_is_imported(data: Path) -> None:
    printed = run(data, "import", str(EXPORT))
    assert "4 tasks added, 0 known already, 2 comments added" in printed
    assert "Somebody Else" in printed
    board = exported(data)["projects"][0]
    tasks = {task["title"]: task for task in board["tasks"]}
    assert Counter(task["deleted"] for task in tasks.values()) == {False: 2, True: 2}
    oven = tasks["Buy the oven"]
    assert oven["assignees"] == [board["created_by"]]
    assert [comment["author_name"] for comment in oven["comments"]] == ["Ann Baker", "Somebody Else"]
    assert oven["comments"][0]["created_at"] == "2026-02-01T08:00:00Z"
    before = events(data)
    assert "0 tasks added, 4 known already, 0 comments added" in run(data, "import", str(EXPORT))
    assert events(data) == before


def test_a_newer_export_of_the_board_adds_what_is_new(data: Path, tmp_path: Path) -> None:
    run(data, "import", str(EXPORT))
    document = json.loads(EXPORT.read_text())
    document["cards"].append({**document["cards"][1], "id": "5f2b8c0e9d3a4b1c2d3e4fff", "name": "Hire someone"})
    document["actions"].insert(0, {**document["actions"][0], "id": "5f2b8c0e9d3a4b1c2d3e4ffe"})
    newer = tmp_path / "newer.json"
    newer.write_text(json.dumps(document))
    assert "1 tasks added, 4 known already, 1 comments added" in run(data, "import", str(newer))


def test_a_csv_goes_into_a_project_that_is_there(data: Path, tmp_path: Path) -> None:
    run(data, "import", str(EXPORT))
    table = tmp_path / "more.csv"
    table.write_text("title,status,assignee\nPaint the wall,Doing,ann@example.org\n")
    assert "1 tasks added" in run(data, "import", str(table), "--into", "BO")
    board = exported(data)["projects"][0]
    painted = next(task for task in board["tasks"] if task["title"] == "Paint the wall")
    assert (painted["key"], painted["assignees"]) == ("BO-5", [board["created_by"]])
    assert "No project has the key NOPE" in run(data, "import", str(table), "--project", "NOPE", status=2)


def test_a_row_at_fault_is_left_out_and_named_and_strict_writes_nothing(data: Path, tmp_path: Path) -> None:
    table = tmp_path / "bad.csv"
    table.write_text("title,due\ngood,2026-01-01\n,2026-01-01\n")
    before = events(data)
    assert "line 3: has no title" in run(data, "import", str(table), "--strict", status=2)
    assert events(data) == before
    printed = run(data, "import", str(table))
    assert "1 tasks added" in printed
    assert "left out: line 3: has no title" in printed


def test_a_file_that_cannot_be_read_writes_nothing(data: Path, tmp_path: Path) -> None:
    before = events(data)
    broken = tmp_path / "bad.json"
    broken.write_text('{"id": "x", "lists": [], "cards": []}')
    assert "$.name: is missing" in run(data, "import", str(broken), status=2)
    assert events(data) == before
    assert exported(data) == {"projects": []}


def test_a_dry_run_says_what_would_happen_and_writes_nothing(data: Path, tmp_path: Path) -> None:
    table = tmp_path / "tabelle.csv"
    table.write_text("Was;Wo;Bis\nBake;Vienna;03/04/2026\n")
    before = events(data)
    assert "--map HEADER=title" in run(data, "import", str(table), "--dry-run", status=2)
    options = ["--map", "Was=title", "--map", "Wo=status", "--map", "Bis=due", "--status", "Vienna=done"]
    assert "--date-order day" in run(data, "import", str(table), *options, "--dry-run", status=2)
    options += ["--date-order", "day", "--time-zone", "Europe/Vienna"]
    printed = run(data, "import", str(table), *options, "--dry-run")
    assert "column Was: title" in printed
    assert "status Vienna (1): done, a new one" in printed
    assert "1 new, 0 changed" in printed
    assert events(data) == before
    run(data, "import", str(table), *options)
    assert [task["due"] for task in exported(data)["projects"][0]["tasks"]] == ["2026-04-03"]


def test_an_import_is_taken_back_by_its_id(data: Path) -> None:
    printed = run(data, "import", str(EXPORT))
    import_id = printed.rsplit("undo ", 1)[1].strip()
    assert "2 tasks deleted" in run(data, "undo", import_id)
    assert exported(data) == {"projects": []}
    assert "no such import" in run(data, "undo", "nothing", status=2)


def test_somebody_has_to_own_what_is_imported(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert "There is no data at" in run(data, "import", str(EXPORT), status=2)
    for name in ("ann", "bob"):
        run(data, "user", "add", f"{name}@example.org", "--name", name, "--password", "sourdough starter")
    assert "--owner" in run(data, "import", str(EXPORT), status=2)
    assert "nobody@example.org" in run(data, "import", str(EXPORT), "--owner", "nobody@example.org", status=2)
    run(data, "import", str(EXPORT), "--owner", "bob@example.org")


def test_what_is_exported_as_csv_can_be_imported_again(data: Path, tmp_path: Path) -> None:
    run(data, "import", str(EXPORT))
    table = tmp_path / "bakery.csv"
    table.write_text(run(data, "export", "--format", "csv"))
    run(data, "import", str(table))
    first, second = (
        {
            (task["title"], task["due"], tuple(task["labels"]), tuple(task["assignees"]))
            for task in board["tasks"]
            if not task["deleted"]
        }
        for board in exported(data)["projects"]
    )
    assert first == second


def test_every_event_is_exported_as_a_cloud_event(data: Path) -> None:
    run(data, "import", str(EXPORT))
    lines = [json.loads(line) for line in run(data, "export", "--events").splitlines()]
    assert len(lines) == events(data)
    assert all(line["specversion"] == "1.0" and line["id"] for line in lines)


def test_a_weak_password_and_a_taken_address_are_refused(data: Path) -> None:
    weak = run(data, "user", "add", "b@example.org", "--name", "B", "--password", "password1", status=2)
    assert "password is among the most common" in weak
    taken = run(data, "user", "add", "ANN@example.org", "--name", "B", "--password", "sourdough starter", status=2)
    assert "already" in taken
