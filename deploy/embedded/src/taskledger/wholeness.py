"""Whether the files of a data folder are whole and belong together: looked at before anything serves or changes them.

What the log gives back is made anew; what it does not is refused, with what to do. Only the newest of each file is
looked at, so that a start costs the same however long the log is.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

LOG: Final = "log.db"
KEYS: Final = "keys.db"
INBOX: Final = "notify.db"
READ: Final = "read.db"

_TABLES: Final = "SELECT count(*) FROM sqlite_schema"
_NEWEST: Final = 500
_CHECKED_BYTES: Final = 128 * 1024 * 1024
"""Larger files are checked page by page only where somebody asks for it."""

_BESIDE: Final = ("", "-wal", "-shm")
_MENDED: Final = "If there is no backup, `taskledger mend` goes on with what there is."
_RESTORE: Final = "Put all files of one backup back together: `taskledger restore DIR`."


class NotWhole(Exception):
    """The folder must not be served as it is; the message says what to do. Nothing was changed."""


def check_only(data: Path) -> None:
    """As `check`, changing nothing: somebody may be serving the folder. Raises NotWhole."""
    check(data, put=lambda path: path)


def check(data: Path, *, thorough: bool = False, put: Callable[[Path], Path] | None = None) -> list[str]:
    """What was made anew, in lines to tell; or raises NotWhole. A folder without files is whole.

    `thorough`: every page of every file is read. `put` puts a file aside that is to be made anew.
    """
    put = put or put_aside
    there = {name for name in (LOG, KEYS, INBOX, READ) if _is_there(data / name)}
    if LOG in there and not _is_ours(data / LOG):
        return []  # it is the adapter that refuses it
    _nothing_is_missing(data, there)
    told: list[str] = []
    for name in sorted(there):
        fault = damage(data / name, thorough=thorough)
        if fault is None:
            continue
        if name != READ:
            raise NotWhole(f"{data / name} is damaged ({fault}). {_RESTORE}" + (f" {_MENDED}" if name == INBOX else ""))
        told.append(f"{data / READ} was damaged ({fault}) and is made anew from the log.")
        put(data / READ)
        there.discard(READ)
    if LOG in there:
        if INBOX in there and (ahead := ahead_of_log(data, INBOX)):
            raise NotWhole(
                f"{data / LOG} is older than {data / INBOX}, which knows of {ahead[0]} and {len(ahead) - 1} more events"
                f" that are not in it. {_RESTORE} {_MENDED}"
            )
        if READ in there and ahead_of_log(data, READ):
            told.append(f"{data / READ} was newer than the log and is made anew.")
            put(data / READ)
        if KEYS in there and (unknown := _without_account(data)):
            raise NotWhole(
                f"{data / KEYS} is older than {data / LOG}: {unknown} people who registered lately are not in it."
                f" {_RESTORE}"
            )
    return told


def _nothing_is_missing(data: Path, there: set[str]) -> None:
    needed = {name for name in there & {LOG, KEYS, INBOX} if _is_used(data / name, name)}
    for name in (LOG, KEYS):
        if needed and name not in there:
            raise NotWhole(
                f"{data / name} is missing, beside {', '.join(sorted(needed))}. {_RESTORE}"
                " For a new board take an empty folder."
            )


def _is_used(path: Path, name: str) -> bool:
    """Whether somebody has worked with it: a first start that broke off leaves files with empty tables."""
    asked = {LOG: ("heads", ""), KEYS: ("items", " WHERE partition = 'users'"), INBOX: ("checkpoints", "")}
    table, where = asked[name]
    try:
        with opened(path) as db:
            return _has(db, table) and db.execute(f"SELECT 1 FROM {table}{where} LIMIT 1").fetchone() is not None  # noqa: S608
    except sqlite3.DatabaseError:
        return True  # damaged, which is told


def _is_ours(path: Path) -> bool:
    try:
        with opened(path) as db:
            tables, mark = (db.execute(ask).fetchone()[0] for ask in (_TABLES, "PRAGMA application_id"))
            return not tables or mark == int.from_bytes(b"TKLL")
    except sqlite3.DatabaseError:
        return True  # damaged, which is told


def damage(path: Path, *, thorough: bool = False) -> str | None:
    """What is wrong with a file of SQLite, None where nothing is found."""
    try:
        with opened(path) as db:
            db.execute(_TABLES).fetchone()
            if thorough or path.stat().st_size <= _CHECKED_BYTES:
                found: str = db.execute("PRAGMA quick_check(1)").fetchone()[0]
                return None if found == "ok" else found.replace("\n", " ")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return str(error)
    return None


def ahead_of_log(data: Path, name: str) -> list[str]:
    """Which of the newest events that a file knows of are not in the log, as `<stream>:<version>`."""
    known: list[tuple[str, int]] = []
    with opened(data / name) as db:
        if name == INBOX and _has(db, "feed"):
            rows = db.execute("SELECT source FROM feed WHERE user_id IS NULL ORDER BY seq DESC LIMIT ?", (_NEWEST,))
            known = [(source.rpartition(":")[0], int(source.rpartition(":")[2])) for (source,) in rows]
        if _has(db, "checkpoints"):
            # Ids have the time in them: the last are the newest.
            for (consumer,) in db.execute("SELECT consumer FROM consumers").fetchall():
                for kind in ("task", "project"):
                    known += db.execute(
                        "SELECT stream, version FROM checkpoints WHERE consumer = ? AND stream >= ? AND stream < ?"
                        " ORDER BY stream DESC LIMIT ?",
                        (consumer, f"{kind}-", f"{kind}.", _NEWEST),
                    ).fetchall()
    with opened(data / LOG) as db:
        heads = "SELECT version FROM heads WHERE stream = ?"
        return [
            f"{stream}:{version}"
            for stream, version in dict.fromkeys(known)
            if ((db.execute(heads, (stream,)).fetchone() or (0,))[0]) < version
        ]


def _without_account(data: Path) -> int:
    with opened(data / LOG) as db:
        rows = db.execute(
            "SELECT stream FROM heads WHERE stream >= 'user-' AND stream < 'user.' ORDER BY stream DESC LIMIT ?",
            (_NEWEST,),
        ).fetchall()
    with opened(data / KEYS) as db:
        known = "SELECT 1 FROM items WHERE partition = 'users' AND key = ?"
        return sum(db.execute(known, (stream.removeprefix("user-"),)).fetchone() is None for (stream,) in rows)


def put_aside(path: Path) -> Path:
    """Rename a file, and what SQLite has beside it, so that another can be made; where it is now."""
    aside = path.with_name(f"{path.name}.aside-{time.time_ns()}")
    for suffix in _BESIDE:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for reading, also beside a process that writes."""
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
        yield db


def _has(db: sqlite3.Connection, table: str) -> bool:
    return db.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,)).fetchone() is not None


def _is_there(path: Path) -> bool:
    """Whether there is a file with something in it: one that a start on a full disk left is as good as none."""
    return path.exists() and (path.stat().st_size > 0 or path.with_name(path.name + "-wal").exists())
