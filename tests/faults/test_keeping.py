"""Backups under load that come back whole; files that do not belong together, are missing or damaged."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from testkit.board import TASKLEDGER, Person, Running, eventually, running
from testkit.working import Work, at_work, verified

FILES = ("log.db", "keys.db", "notify.db", "read.db")


def begun(board: Running) -> tuple[Person, Person, dict[str, Any]]:
    """Two people, a project of both, and a task that one was told of."""
    ann, bob = board.register("Ann"), board.register("Bob")
    project = ann.post("/api/projects", name="Ops", key="OPS")
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
    ann.post(f"/api/projects/{project['id']}/tasks", title="First", assignees=[bob.id])
    eventually(lambda: board.mails(bob))
    return ann, bob, project


def refused(board: Running, *said: str) -> None:
    """It does not start, and a line says what to do."""
    before = len(board.log())
    process = board.launch()
    assert process.wait(60) == 2
    board.process = None
    printed = board.log()[before:]
    assert "Traceback" not in printed
    for text in said:
        assert text in printed, printed


def damage(path: Path) -> None:
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xde\xad" * 512)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data") as process:
        yield process


def copied(data: Path, target: Path, *names: str) -> None:
    """Files of a board that has ended, as somebody would copy them."""
    target.mkdir(exist_ok=True)
    for name in names:
        shutil.copy2(data / name, target / name)


def test_a_backup_under_load_comes_back_whole(board: Running, tmp_path: Path) -> None:
    ann, bob, project = begun(board)
    work = Work(project["id"], assignees=[bob.id])
    with at_work(ann, work, "load", 4, pace=0.02):
        work.goes_on(20)
        before = dict(work.created)
        done = board.command("backup", str(tmp_path / "copy"))
        assert done.returncode == 0, done.stdout + done.stderr
        work.goes_on(5)
    again = Running(tmp_path / "elsewhere")
    done = again.command("restore", str(tmp_path / "copy"))
    assert done.returncode == 0, done.stdout + done.stderr
    again.start()
    try:
        back = Person.log_in(again.url, ann.email)
        listed = eventually(lambda: back.all(f"/api/projects/{project['id']}/tasks"))
        assert {task["id"] for task in before.values()} <= {task["id"] for task in listed}
        verified(again)
        reader = Person.log_in(again.url, bob.email)
        told = back.post(f"/api/projects/{project['id']}/tasks", title="After", assignees=[bob.id])
        eventually(lambda: [mail for mail in again.mails(reader) if "After" in mail["subject"]])
        assert told["key"] not in {task["key"] for task in listed}
        back.http.close()
        reader.http.close()
    finally:
        again.close()


def test_a_backup_that_was_cut_short_or_changed_is_refused(board: Running, tmp_path: Path) -> None:
    begun(board)
    copy = tmp_path / "copy"
    assert board.command("backup", str(copy)).returncode == 0
    assert board.command("backup", str(copy)).returncode == 2  # a folder of its own for each
    empty = Running(tmp_path / "empty")
    with (copy / "log.db").open("ab") as file:
        file.write(b"x")
    assert "not as it was written" in empty.command("restore", str(copy)).stderr
    (copy / "backup.json").unlink()
    assert "no backup that was finished" in empty.command("restore", str(copy)).stderr
    assert not (tmp_path / "empty" / "log.db").exists()


def test_a_board_that_runs_or_is_there_is_not_written_over(board: Running, tmp_path: Path) -> None:
    ann, _, project = begun(board)
    copy = str(tmp_path / "copy")
    assert board.command("backup", copy).returncode == 0
    assert "runs on" in board.command("restore", copy).stderr
    ann.post(f"/api/projects/{project['id']}/tasks", title="Later")
    board.end()
    assert "--replace" in board.command("restore", copy).stderr
    done = board.command("restore", copy, "--replace")
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "data").glob("before-restore-*/log.db"))
    board.start()
    eventually(lambda: len(ann.all(f"/api/projects/{project['id']}/tasks")) == 1)


def test_an_older_log_is_noticed_and_mended_when_there_is_no_other(board: Running, tmp_path: Path) -> None:
    ann, bob, project = begun(board)
    board.end()
    old = tmp_path / "old"
    copied(board.data, old, "log.db")
    board.start()
    path = f"/api/projects/{project['id']}/tasks"
    ghost = ann.post(path, title="Ghost", assignees=[bob.id])
    eventually(lambda: len(board.mails(bob)) == 2)
    board.end()
    copied(old, board.data, "log.db")
    refused(board, "log.db is older than", "taskledger restore DIR", "taskledger mend")
    assert board.command("verify").returncode == 2
    done = board.command("mend")
    assert done.returncode == 0, done.stdout + done.stderr
    board.start()
    new = ann.post(path, title="New", assignees=[bob.id])
    assert new["key"] != ghost["key"]
    eventually(lambda: [mail for mail in board.mails(bob) if "New" in mail["subject"]])
    assert {task["title"] for task in ann.all(path)} == {"First", "New"}
    assert "Ghost" not in {item["title"] for item in bob.all("/api/notifications")}
    assert [mail["subject"] for mail in board.mails(bob)].count("[OPS-1] First") == 1
    verified(board)


@pytest.mark.parametrize("name", ["log.db", "keys.db"])
def test_a_missing_file_is_no_new_board(board: Running, name: str) -> None:
    begun(board)
    board.end()
    for beside in board.data.glob(f"{name}*"):
        beside.unlink()
    refused(board, f"{name} is missing", "taskledger restore DIR")
    for command in ("rebuild", "verify", "export"):
        done = board.command(command)
        assert (done.returncode, "is missing" in done.stderr) == (2, True), done.stderr
    assert not (board.data / name).exists()


def test_people_who_are_in_the_log_and_not_among_the_accounts_are_noticed(board: Running, tmp_path: Path) -> None:
    begun(board)
    board.end()
    copied(board.data, tmp_path / "old", "keys.db")
    board.start()
    board.register("Cleo")
    board.end()
    copied(tmp_path / "old", board.data, "keys.db")
    refused(board, "keys.db is older than", "1 people", "taskledger restore DIR")


def test_a_damaged_read_model_is_made_anew_at_the_start_and_by_rebuild(board: Running) -> None:
    ann, _, project = begun(board)
    path = f"/api/projects/{project['id']}/tasks"
    for mends in (lambda: None, lambda: board.command("rebuild")):
        board.end()
        damage(board.data / "read.db")
        done = mends()
        assert done is None or done.returncode == 0, done.stdout + done.stderr
        board.start()
        assert eventually(lambda: ann.all(path))[0]["title"] == "First"
        verified(board)
    assert "is made anew from the log" in board.log()


def test_a_damaged_inbox_is_told_and_mended_without_the_preferences_being_lost_or_a_second_mail(
    board: Running,
) -> None:
    _, bob, project = begun(board)
    bob.put("/api/notifications/preferences", muted_projects=[project["id"]])
    board.end()
    with closing(sqlite3.connect(board.data / "notify.db")) as db:
        root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'deliveries'").fetchone()[0]
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with (board.data / "notify.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xde\xad" * (size // 2))
    refused(board, "notify.db is damaged", "taskledger restore DIR", "taskledger mend")
    done = board.command("mend")
    assert done.returncode == 0, done.stdout + done.stderr
    board.start()
    assert bob.get("/api/notifications/preferences")["muted_projects"] == [project["id"]]
    eventually(lambda: bob.get("/api/notifications")["items"] is not None)
    verified(board)


def test_a_damaged_log_is_told_in_a_line(board: Running) -> None:
    begun(board)
    board.end()
    damage(board.data / "log.db")
    refused(board, "log.db is damaged", "taskledger restore DIR")


@pytest.mark.parametrize("name", ["log.db", "keys.db", "notify.db"])
def test_an_older_program_says_which_version_the_data_need(board: Running, name: str) -> None:
    begun(board)
    board.end()
    with closing(sqlite3.connect(board.data / name)) as db, db:
        if name == "notify.db":
            db.execute("UPDATE schema_steps SET number = 99, program = '7.8.9'")
        else:
            db.execute("PRAGMA user_version=99")
    refused(board, "7.8.9" if name == "notify.db" else "start the version that wrote it", "knows")


def test_a_full_disk_is_told_by_readyz_and_by_a_start(board: Running) -> None:
    import resource

    def limit(size: int) -> None:
        assert board.process is not None
        resource.prlimit(board.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    ann, _, project = begun(board)
    limit(4096)
    body = {"title": "x", "description": "d" * 20_000}
    assert ann.http.post(f"/api/projects/{project['id']}/tasks", json=body).status_code == 503
    ready = httpx.get(f"{board.url}/readyz")
    assert (ready.status_code, ready.json()["checks"]["event_store"]) == (503, "StoreUnavailable")
    limit(resource.RLIM_INFINITY)
    eventually(lambda: httpx.get(f"{board.url}/readyz").status_code == 200)
    assert ann.http.post(f"/api/projects/{project['id']}/tasks", json=body).status_code == 201


def test_a_backup_says_what_it_has(board: Running, tmp_path: Path) -> None:
    begun(board)
    done = board.command("backup", str(tmp_path / "copy"))
    manifest = json.loads((tmp_path / "copy" / "backup.json").read_text())
    assert f"{manifest['streams']} streams with {manifest['events']} events" in done.stdout
    assert set(manifest["files"]) >= {"log.db", "keys.db", "notify.db", "service-secret"}
    assert "read.db" not in manifest["files"]


@pytest.mark.parametrize("bytes_left", [0, 8192, 40_000])
def test_a_start_without_room_names_the_cause_and_the_next_one_with_room_works(tmp_path: Path, bytes_left: int) -> None:
    data = tmp_path / "data"
    command = ["prlimit", f"--fsize={bytes_left}", TASKLEDGER, "up", "--port", "0", "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "cannot rollback" not in done.stderr
    assert "Traceback" not in done.stderr
    assert any(cause in done.stderr for cause in ("disk I/O error", "disk is full", "File too large")), done.stderr
    with running(data) as board:
        board.register("Ann")
