"""`taskledger mend`: goes on with the log that there is, where no backup has the other files that belong to it.

The log is the truth: what others know beyond it is taken back, and what cannot be read of the inbox is computed again.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from taskledger import wholeness
from taskledger.lock import held
from taskledger.wholeness import INBOX, LOG, READ

_TOLD = ("inbox", "deliveries")


def mend(data: Path) -> list[str]:
    """Mend a folder that nobody serves; what was done, in lines to tell. Raises AlreadyRunning."""
    told: list[str] = []
    with held(data):
        inbox = data / INBOX
        if inbox.exists() and (fault := wholeness.damage(inbox, thorough=True)):
            kept = _preferences(inbox)
            aside = wholeness.put_aside(inbox)
            _begin_anew(inbox, kept)
            told.append(
                f"{inbox} was damaged ({fault}): it is at {aside.name} now. Inbox and ledger are computed anew;"
            )
            told.append(f"  the preferences of {len(kept)} people could be saved, what was read could not.")
        elif inbox.exists() and (ahead := wholeness.ahead_of_log(data, INBOX)):
            told.append(f"{inbox} knew of events that are not in the log, such as {ahead[0]}: they are taken back.")
            _take_back(data)
        if (data / READ).exists():
            wholeness.put_aside(data / READ)
            told.append(f"{data / READ} is made anew at the next start.")
        wholeness.check(data, thorough=True)
    return told


def _preferences(path: Path) -> list[tuple[str, bytes]]:
    """What can be read of people's preferences."""
    try:
        with wholeness.opened(path) as db:
            return db.execute("SELECT user_id, document FROM preferences").fetchall()
    except sqlite3.Error:
        return []


def _begin_anew(path: Path, preferences: list[tuple[str, bytes]]) -> None:
    """A database with preferences alone; the service makes the rest."""
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE preferences (user_id VARCHAR(64) NOT NULL PRIMARY KEY, document BLOB NOT NULL)")
        db.executemany("INSERT INTO preferences VALUES (?, ?)", preferences)


def _take_back(data: Path) -> None:
    """Forget what was told of events that are gone, and never give a number again that people were told."""
    with closing(sqlite3.connect(data / INBOX, timeout=30)) as db:
        db.execute("ATTACH ? AS log", (str(data / LOG),))
        beyond = "coalesce((SELECT version FROM log.heads WHERE stream = {stream}), 0) < {version}"
        with db:
            numbers: dict[str, int] = {}
            for project_id, content in db.execute("SELECT project_id, content FROM notices"):
                number = int(json.loads(content)["task_key"].rpartition("-")[2])
                numbers[project_id] = max(number, numbers.get(project_id, 0))
            gone = beyond.format(stream="'task-' || task_id", version="last_version")
            for table in _TOLD:
                db.execute(f"DELETE FROM {table} WHERE notice_id IN (SELECT id FROM notices WHERE {gone})")  # noqa: S608
            db.execute(f"DELETE FROM notices WHERE {gone}")  # noqa: S608
            db.execute("DELETE FROM feed")
            behind = beyond.format(stream="checkpoints.stream", version="checkpoints.version")
            db.execute(f"DELETE FROM checkpoints WHERE {behind}")  # noqa: S608
            db.execute("DELETE FROM consumers")
            for project_id, number in numbers.items():
                db.execute(
                    "INSERT INTO log.sequences (name, value) VALUES (?1, ?2)"
                    " ON CONFLICT (name) DO UPDATE SET value = max(value, ?2)",
                    (f"project-{project_id}", number),
                )
