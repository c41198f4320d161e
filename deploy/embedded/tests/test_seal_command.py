"""`taskledger seal` and `taskledger verify --log`, as whoever runs them meets them."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from testkit.board import TASKLEDGER


def taskledger(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [TASKLEDGER, *arguments, "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.process
def test_the_command_seals_a_folder_and_tells_what_was_changed_there_and_in_an_export(tmp_path: Path) -> None:
    data, seal, export = tmp_path / "data", tmp_path / "seal.json", tmp_path / "events.jsonl"
    added = taskledger(data, "user", "add", "ann@example.org", "--name", "Ann", "--password", "correct horse battery")
    assert added.returncode == 0, added.stderr
    assert "There is no seal" in taskledger(data, "verify", "--log").stdout

    made = taskledger(data, "seal", str(seal))
    root = made.stdout.splitlines()[-1].removeprefix("root ")
    assert made.returncode == 0, made.stderr
    assert len(root) == 64
    assert taskledger(data, "seal", str(seal)).returncode != 0, "a seal is never written over"
    assert taskledger(data, "seal").returncode == 0
    assert f"root {root}" in taskledger(data, "verify", "--log").stdout, "the newest seal of the folder is the one"

    export.write_text(taskledger(data, "export", "--events").stdout)
    offline = ("verify", "--log", "--export", str(export), "--seal", str(seal), "--root", root)
    whole = taskledger(tmp_path / "nothing", *offline)
    assert (whole.returncode, "0 findings" in whole.stdout) == (0, True), whole.stdout + whole.stderr
    export.write_text(export.read_text().replace('"1.0"', '"1.1"', 1))
    assert taskledger(tmp_path / "nothing", *offline).returncode == 1

    with closing(sqlite3.connect(data / "log.db")) as db, db:
        stream = db.execute("SELECT stream FROM events").fetchone()[0]
        db.execute("UPDATE events SET envelope = CAST(replace(envelope, '1.0', '1.1') AS BLOB) WHERE version = 1")
    changed = taskledger(data, "verify", "--log", "--seal", str(seal))
    assert changed.returncode == 1
    assert f"{stream}:1 is not as it was written" in changed.stdout
    refused = taskledger(data, "seal", str(tmp_path / "another.json"))
    assert refused.returncode == 1
    assert "Nothing is sealed" in refused.stderr
