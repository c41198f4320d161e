"""A log into which a later version of the program, or a broken disk, has written."""

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

NOT_JSON: Final = b"\x00\xffnot an event"


def newest_event(folder: Path, stream: str) -> dict[str, Any]:
    """A stream's last event that is one, as its JSON has it."""
    with closing(sqlite3.connect(folder / "log.db")) as db:
        row = db.execute(
            "SELECT envelope FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1", (stream,)
        ).fetchone()
    event: dict[str, Any] = json.loads(row[0])
    return event


def append(folder: Path, stream: str, raw: bytes) -> int:
    """Put bytes into the log as a stream's next event, and return its version. Other processes may have it open."""
    with closing(sqlite3.connect(folder / "log.db", timeout=30)) as db, db:
        version: int = db.execute("SELECT version FROM heads WHERE stream = ?", (stream,)).fetchone()[0] + 1
        db.execute("INSERT INTO events (stream, version, envelope) VALUES (?, ?, ?)", (stream, version, raw))
        moved = "UPDATE heads SET version = ?, changed_at = ? WHERE stream = ?"
        db.execute(moved, (version, time.time_ns() // 1000, stream))
    return version


def append_event(folder: Path, stream: str, **different: Any) -> int:
    """Append an event like the stream's last one but for some attributes, and return its version."""
    event = newest_event(folder, stream)
    version = event["streamversion"] + 1
    changed = {**event, "streamversion": version, "id": f"{stream}:{version}", "commandid": f"of-{stream}:{version}"}
    return append(folder, stream, json.dumps({**changed, **different}).encode())
