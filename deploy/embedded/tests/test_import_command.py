"""The commands on a data folder: import, export, user add."""

import csv
import io
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


HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "'=already",
    "-1+2",
    "@SUM(A1)",
    "+1",
    "＝1",
    "it's; fine, yes|no",
]


def made(data: Path, tmp_path: Path) -> dict[str, Any]:
    """A board of what spreadsheets and separators make trouble of."""
    cards = [{"id": f"c{n}", "name": title, "idList": "l1", "desc": title} for n, title in enumerate(HOSTILE)]
    labels = [{"id": str(n), "name": name} for n, name in enumerate(("semi;colon", "com,ma", "pi|pe", 'quo"te', "[x]"))]
    cards[0] |= {"labels": labels, "due": "2026-12-24T12:00:00Z"}
    lists = [{"id": "l0", "name": "Empty"}, {"id": "l1", "name": "To do"}, {"id": "l2", "name": "완료"}]
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps({"id": "b", "name": "Hostile", "lists": lists, "cards": cards, "labels": labels}))
    run(data, "import", str(file))
    board: dict[str, Any] = exported(data)["projects"][0]
    return board


def test_a_csv_is_utf_8_with_a_mark_and_no_cell_of_it_is_a_formula(data: Path, tmp_path: Path) -> None:
    made(data, tmp_path)
    text = run(data, "export", "--format", "csv")
    assert text.startswith("\ufeffkey,title")
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert len(rows) == len(HOSTILE)
    assert [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t\r＝＋－＠")] == []


def test_what_is_exported_as_csv_is_imported_as_it_was_whatever_is_in_it(data: Path, tmp_path: Path) -> None:
    board = made(data, tmp_path)
    table = tmp_path / "hostile.csv"
    table.write_text(run(data, "export", "--format", "csv"))
    # Back into its own project nothing changes and nothing doubles; in a new one it is the same.
    assert "0 tasks added, 7 known already, 0 comments added, 0 changed" in run(
        data, "import", str(table), "--into", board["key"]
    )
    run(data, "import", str(table), "--new")
    again = next(project for project in exported(data)["projects"] if project["id"] != board["id"])
    names = {status["key"]: status["name"] for status in board["statuses"]}
    others = {status["key"]: status["name"] for status in again["statuses"]}

    def plain(document: dict[str, Any], of: dict[str, str]) -> list[Any]:
        tasks = sorted(document["tasks"], key=lambda task: task["number"] if "number" in task else task["key"])
        return [[t["title"], t["description"], of[t["status"]], t["due"], t["labels"], t["assignees"]] for t in tasks]

    assert plain(again, others) == plain(board, names)


def test_what_is_exported_as_json_makes_an_equal_board(data: Path, tmp_path: Path) -> None:
    run(data, "import", str(EXPORT))
    board = exported(data)["projects"][0]
    file = tmp_path / "board.json"
    file.write_text(json.dumps({"projects": [board]}))
    assert "0 tasks added, 4 known already, 0 comments added, 0 changed" in run(
        data, "import", str(file), "--into", board["key"]
    )
    run(data, "import", str(file), "--new")
    again = next(project for project in exported(data)["projects"] if project["id"] != board["id"])

    def equal(document: dict[str, Any]) -> Any:
        tasks = [
            {
                **{name: value for name, value in task.items() if name not in DIFFERENT},
                "comments": [(c["author_name"], c["body"], c["created_at"]) for c in task["comments"]],
            }
            for task in document["tasks"]
            if not task["deleted"]
        ]
        order = [task["title"] for task in sorted(document["tasks"], key=lambda task: task["rank"])]
        deleted = sorted(task["title"] for task in document["tasks"] if task["deleted"])
        return [document["name"], document["statuses"], document["labels"], tasks, order, deleted]

    assert equal(again) == equal(board)


DIFFERENT = {"id", "project_id", "version", "rank", "updated_at", "last_activity_at"}


def test_several_boards_in_one_file_are_several_projects(data: Path, tmp_path: Path) -> None:
    run(data, "import", str(EXPORT))
    made(data, tmp_path)
    file = tmp_path / "all.json"
    file.write_text(run(data, "export"))
    elsewhere = tmp_path / "elsewhere"
    run(elsewhere, "user", "add", "eve@example.org", "--name", "Eve", "--password", "sourdough starter")
    assert run(elsewhere, "import", str(file)).count("Imported into") == 2
    assert [project["name"] for project in exported(elsewhere)["projects"]] == [
        project["name"] for project in exported(data)["projects"]
    ]


def test_events_are_read_back_into_an_empty_folder_under_the_same_ids(data: Path, tmp_path: Path) -> None:
    run(data, "import", str(EXPORT))
    file = tmp_path / "events.jsonl"
    file.write_text(run(data, "export", "--events"))
    empty = tmp_path / "empty"
    assert f"{events(data)} events" in run(empty, "import", str(file))
    assert sorted(run(empty, "export", "--events").splitlines()) == sorted(file.read_text().splitlines())
    run(empty, "rebuild")
    assert "0 differences" in run(empty, "verify")
    assert "has events already" in run(empty, "import", str(file), status=2)
    # Numbers go on behind those that were given.
    run(empty, "user", "add", "eve@example.org", "--name", "Eve", "--password", "sourdough starter")
    assert [task["key"] for task in exported(empty)["projects"][0]["tasks"]] == ["BO-1", "BO-2", "BO-3", "BO-4"]


@pytest.mark.parametrize("line", ["{", '{"specversion": "1.0"}', ""])
def test_a_torn_export_of_events_writes_nothing(data: Path, tmp_path: Path, line: str) -> None:
    lines = run(data, "export", "--events").splitlines()
    lines[1:1] = [line] if line else []
    if not line:
        lines = [lines[0], json.dumps({**json.loads(lines[0]), "streamversion": 3})]
    file = tmp_path / "torn.jsonl"
    file.write_text("\n".join(lines) + "\n")
    empty = tmp_path / "empty"
    run(empty, "import", str(file), status=2)
    assert events(empty) == 0


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
