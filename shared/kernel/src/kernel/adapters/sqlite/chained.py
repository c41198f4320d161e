"""The hash chain of the log in a SQLite file: links are kept beside the events, in the same row."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from kernel.log import chain
from kernel.ports.event_store import StoredEvent

_EVENTS: Final = "SELECT version, envelope, link FROM events WHERE stream = ? ORDER BY version, position"
_LINK: Final = "SELECT link FROM events WHERE stream = ? AND version = ?"
_NEWEST: Final = "SELECT version, link FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1"
_ALL: Final = "SELECT position, stream, envelope FROM events ORDER BY stream, version"
_SET: Final = "UPDATE events SET link = ? WHERE position = ?"
_AT_ONCE: Final = 5000

_GAP: Final = (
    "SELECT position + 1 FROM (SELECT 0 AS position UNION ALL SELECT position FROM events) AS before"
    " WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.position = before.position + 1)"
    " AND before.position < (SELECT max(position) FROM events) ORDER BY 1 LIMIT 1"
)
_HEADLESS: Final = (
    "SELECT DISTINCT stream FROM events WHERE NOT EXISTS (SELECT 1 FROM heads WHERE heads.stream = events.stream)"
)
_REORDERED: Final = (
    "SELECT later.stream, later.version FROM events AS later JOIN events AS earlier"
    " ON earlier.stream = later.stream AND earlier.version = later.version - 1"
    " WHERE later.position < earlier.position ORDER BY later.position LIMIT 1"
)


def link_at(db: sqlite3.Connection, stream: str, version: int) -> bytes:
    """The link that the next event follows."""
    if version == 0:
        return chain.first(stream)
    found: bytes | None = db.execute(_LINK, (stream, version)).fetchone()[0]
    # A process of an earlier version that still had the file open writes events without.
    return found if found is not None else _filled(db, stream)


def fill(db: sqlite3.Connection) -> None:
    """Give each event of a log that has no chain its link."""
    stream, before = None, b""
    page: list[tuple[bytes, int]] = []
    for position, of, body in db.execute(_ALL):
        if of != stream:
            stream, before = of, chain.first(of)
        before = chain.link(before, _bytes(body))
        page.append((before, position))
        if len(page) == _AT_ONCE:
            db.executemany(_SET, page)
            page = []
    db.executemany(_SET, page)


def stored(db: sqlite3.Connection, stream: str) -> Sequence[StoredEvent]:
    """All that is kept of a stream. What is not bytes, as it always is written, is told as having no bytes."""
    return [
        StoredEvent(
            version if isinstance(version, int) else 0,
            body if isinstance(body, bytes) else b"",
            link if link is None or isinstance(link, bytes) else b"",
        )
        for version, body, link in db.execute(_EVENTS, (stream,))
    ]


def newest(db: sqlite3.Connection, stream: str) -> tuple[int, bytes] | None:
    """The version and link of a stream's newest event."""
    found = db.execute(_NEWEST, (stream,)).fetchone()
    if found is None or found[1] is not None:
        return found  # type: ignore[no-any-return]
    *_, last = chain.links(chain.first(stream), (event.body for event in stored(db, stream)))
    return found[0], last


def unsound(db: sqlite3.Connection) -> Sequence[str]:
    """What the file itself says: damage, places that are empty, events of no stream or out of their order."""
    found = [f"log.db: {line}" for (line,) in db.execute("PRAGMA integrity_check(5)") if line != "ok"]
    if gap := db.execute(_GAP).fetchone():
        found.append(f"the event at place {gap[0]} of the log is gone")
    found += [f"{stream}:1 is of a stream that has no head" for (stream,) in db.execute(_HEADLESS)]
    if moved := db.execute(_REORDERED).fetchone():
        found.append(f"{moved[0]}:{moved[1]} stands before the event that it follows")
    return found


def _filled(db: sqlite3.Connection, stream: str) -> bytes:
    before = chain.first(stream)
    for version, body, link in db.execute(_EVENTS, (stream,)).fetchall():
        before = link or chain.link(before, body)
        if link is None:
            db.execute("UPDATE events SET link = ? WHERE stream = ? AND version = ?", (before, stream, version))
    return before


def _bytes(body: object) -> bytes:
    return body if isinstance(body, bytes) else str(body).encode()
