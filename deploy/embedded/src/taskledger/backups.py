"""Copies of a board that can be put back: all that cannot be computed again, as of one moment, while people work.

The inbox is copied before the log and the people after it. So nothing that is told is missing in the log, and nobody
who is in the log is missing among the people. The manifest comes last: a copy without one was cut short.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from taskledger import wholeness
from taskledger.lock import held
from taskledger.wholeness import INBOX, KEYS, LOG

MANIFEST: Final = "backup.json"
_SECRET: Final = "service-secret"  # noqa: S105 - the file's name
_MAIL: Final = "mail"
_ORDER: Final = (INBOX, LOG, KEYS)
_BLOCK: Final = 1024 * 1024


class BadBackup(Exception):
    """The folder holds no backup, one that was cut short, or one that was changed. Nothing was written."""


class NotEmpty(Exception):
    """What is to be written to holds something already. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a copy has."""

    streams: int
    events: int
    size: int
    made_at: str


def backup(data: Path, target: Path) -> Report:
    """Copy a board, which may be served meanwhile, into a new or empty folder. Raises NotWhole, NotEmpty, OSError."""
    wholeness.check_only(data)
    if target.exists() and any(target.iterdir()):
        raise NotEmpty(f"{target} is not empty: name a new folder for each backup.")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    for name in _ORDER:
        if (data / name).exists():
            _copy_database(data / name, target / name)
    for mail in sorted((data / _MAIL).rglob("*")) if (data / _MAIL).is_dir() else ():
        if mail.is_file():
            _copy_file(mail, target / mail.relative_to(data))
    if (data / _SECRET).exists():
        _copy_file(data / _SECRET, target / _SECRET)
    wholeness.check(target, thorough=True)
    files = {str(path.relative_to(target)): _digest(path) for path in sorted(target.rglob("*")) if path.is_file()}
    streams, events = _counts(target / LOG)
    manifest = {
        "taskledger": version("taskledger"),
        "made_at": made_at,
        "streams": streams,
        "events": events,
        "files": files,
    }
    with (target / MANIFEST).open("x") as file:
        json.dump(manifest, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(target)
    return _report(target, manifest)


def restore(source: Path, data: Path, *, replace: bool = False) -> tuple[Report, Path | None]:
    """Put a backup back; what was there is put aside with `replace`, else refused. Where that is, comes second.

    Raises BadBackup, NotEmpty, AlreadyRunning while the board is served, OSError.
    """
    manifest = verified(source)
    with held(data):
        old = [path for path in data.iterdir() if path.name != "lock"]
        aside = None
        if old and not replace:
            raise NotEmpty(f"{data} has a board already. With --replace it is put aside, not deleted.")
        fresh = data / f".restoring-{time.time_ns()}"
        fresh.mkdir(mode=0o700)
        for name in manifest["files"]:
            _copy_file(source / name, fresh / name)
        if old:
            aside = data / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
            aside.mkdir(mode=0o700)
            for path in old:
                path.rename(aside / path.name)
        for path in list(fresh.iterdir()):
            path.rename(data / path.name)
        fresh.rmdir()
        _sync_folder(data)
        wholeness.check(data, thorough=True)
    return _report(data, manifest), aside


def verified(source: Path) -> dict[str, Any]:
    """The manifest of a backup, every file of which is as it was written. Raises BadBackup."""
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text())
        files: dict[str, str] = manifest["files"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadBackup(
            f"{source} holds no backup that was finished: {MANIFEST} is missing or not readable."
        ) from error
    if tuple(map(int, manifest["taskledger"].split("."))) > tuple(map(int, version("taskledger").split("."))):
        raise BadBackup(
            f"{source} was written by Taskledger {manifest['taskledger']}. Restore it with that or a newer one."
        )
    for name, digest in files.items():
        path = source / name
        if Path(name).is_absolute() or ".." in Path(name).parts or not path.is_file() or _digest(path) != digest:
            raise BadBackup(f"{path} is not as it was written: this backup is damaged.")
    for needed in (LOG, KEYS):
        if needed not in files:
            raise BadBackup(f"{source} has no {needed}.")
    return manifest


def _copy_database(source: Path, target: Path) -> None:
    """One consistent state of a database that others may be writing to."""
    target.touch(mode=0o600)
    with wholeness.opened(source) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)
        written.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    _sync_file(target)


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        target.unlink()  # a mail that was moved or removed meanwhile
        return
    shutil.copystat(source, target)
    _sync_file(target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _counts(log: Path) -> tuple[int, int]:
    with wholeness.opened(log) as db:
        streams, events = db.execute("SELECT count(*), coalesce(sum(version), 0) FROM heads").fetchone()
    return streams, events


def _report(folder: Path, manifest: dict[str, Any]) -> Report:
    size = sum((folder / name).stat().st_size for name in manifest["files"])
    return Report(manifest["streams"], manifest["events"], size, manifest["made_at"])


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
