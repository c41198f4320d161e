"""The log in one SQLite file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from kernel.adapters import appends as checks
from kernel.adapters.sqlite import chained
from kernel.adapters.sqlite.engine import GroupCommitWriter, Readers, connect, is_passing, migrate
from kernel.adapters.sqlite.ownership import LOOK_EVERY, Ownership
from kernel.log import chain
from kernel.log.envelope import Envelope
from kernel.log.lru import Lru
from kernel.log.times import microseconds, time_of
from kernel.ports.event_store import (
    CommandAlreadyDone,
    CommandRecord,
    Head,
    StoredEvent,
    StreamAppend,
    VersionConflict,
)
from kernel.ports.faults import StoreUnavailable

_APPLICATION: Final = int.from_bytes(b"TKLL")
_SCHEMAS: Final = (
    # Rows of `events` are never deleted, so `position` grows without AUTOINCREMENT; it follows the order of commits.
    # `changed_at` is in microseconds since 1970.
    """
    CREATE TABLE heads (stream TEXT PRIMARY KEY, version INTEGER NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX heads_by_change ON heads (changed_at, stream);
    CREATE TABLE events (
        position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL, envelope BLOB NOT NULL,
        UNIQUE (stream, version)
    );
    CREATE TABLE commands (id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, outcome BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE sequences (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID
    """,
    "ALTER TABLE events ADD COLUMN link BLOB",
    chained.fill,
)

_COMMAND: Final = "SELECT fingerprint, outcome FROM commands WHERE id = ?"
_COMMANDS: Final = "SELECT id, fingerprint, outcome FROM commands WHERE id > ? ORDER BY id LIMIT ?"
_VERSION: Final = "SELECT version FROM heads WHERE stream = ?"
_ADD_EVENT: Final = "INSERT INTO events (stream, version, envelope, link) VALUES (?, ?, ?, ?)"
_SET_HEAD: Final = (
    "INSERT INTO heads (stream, version, changed_at) VALUES (?, ?, ?)"
    " ON CONFLICT (stream) DO UPDATE SET version = excluded.version, changed_at = excluded.changed_at"
)
_ADD_COMMAND: Final = "INSERT INTO commands (id, fingerprint, outcome) VALUES (?, ?, ?)"
_LOAD: Final = "SELECT version, envelope FROM events WHERE stream = ? AND version > ? AND version <= ? ORDER BY version"
_TAIL: Final = "SELECT position, stream, version, envelope FROM events WHERE position > ? ORDER BY position LIMIT ?"
_HEADS: Final = (
    "SELECT stream, version, changed_at FROM heads WHERE (changed_at, stream) > (?, ?)"
    " ORDER BY changed_at, stream LIMIT 5000"
)
_ALLOCATE: Final = (
    "INSERT INTO sequences (name, value) VALUES (?1, ?2)"
    " ON CONFLICT (name) DO UPDATE SET value = value + ?2 RETURNING value"
)

_REMEMBERED_HEADS: Final = 100_000
_LONG_TAIL: Final = 100


class SqliteEventStore:
    """An `EventStore` in a SQLite file that several processes may share; `tail` and `listen` follow it."""

    def __init__(
        self, path: Path, writing: sqlite3.Connection, reading: sqlite3.Connection, ownership: Ownership
    ) -> None:
        self._reading = reading
        self._ownership = ownership
        # Heads that this process wrote or read while it was alone with the file: spares reading that there is no more.
        self._heads: Lru[str, int] = Lru(_REMEMBERED_HEADS)
        ownership.look()
        self._readers = Readers(path, "log")
        self._writer = GroupCommitWriter(writing, "log", self._tell)
        self._listeners: set[Callable[[], None]] = set()
        self._looking = asyncio.create_task(self._look_for_other_processes())

    @classmethod
    async def open(cls, path: Path) -> "SqliteEventStore":
        """Open or create the file. Raises StoreUnavailable, NewerFile, OtherFile."""

        def prepare() -> tuple[sqlite3.Connection, sqlite3.Connection, Ownership]:
            writing = connect(path)
            migrate(writing, path, _APPLICATION, _SCHEMAS)
            return writing, connect(path), Ownership(path)

        try:
            return cls(path, *await asyncio.to_thread(prepare))
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{path}: {error}") from error

    async def append(self, appends: Sequence[StreamAppend], command: CommandRecord | None = None) -> None:
        encoded = checks.encoded(appends, command)
        now = microseconds(datetime.now(UTC))

        def work(db: sqlite3.Connection) -> None:
            if command is not None:
                done = db.execute(_COMMAND, (command.id,)).fetchone()
                if done is not None:
                    raise CommandAlreadyDone(CommandRecord(id=command.id, fingerprint=done[0], outcome=done[1]))
            for append in appends:
                head = db.execute(_VERSION, (append.stream,)).fetchone()
                if (head[0] if head else 0) != append.expected:
                    raise VersionConflict(append.stream, append.expected)
            for append, bodies in zip(appends, encoded, strict=True):
                made = chain.links(chained.link_at(db, append.stream, append.expected), bodies)
                numbered = enumerate(zip(bodies, made, strict=True), append.expected + 1)
                db.executemany(_ADD_EVENT, [(append.stream, version, *event) for version, event in numbered])
                db.execute(_SET_HEAD, (append.stream, append.expected + len(append.events), now))
            if command is not None:
                db.execute(_ADD_COMMAND, (command.id, command.fingerprint, command.outcome))

        await self._ownership.welcome()
        try:
            await self._writer.submit(work)
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        except VersionConflict as conflict:
            self._heads.forget(conflict.stream)
            raise
        for append in appends:
            self._heads[append.stream] = append.expected + len(append.events)

    async def load(self, stream: str, after: int = 0, upto: int | None = None) -> Sequence[Envelope]:
        alone = upto is None and self._ownership.alone()
        if alone and self._heads.get(stream) == after:
            return ()
        # On the event loop: an indexed read of some microseconds, many times cheaper than a thread's turn.
        try:
            rows = self._reading.execute(_LOAD, (stream, after, 2**62 if upto is None else upto)).fetchall()
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        events = [Envelope.stored(stream, version, raw) for version, raw in rows]
        if alone and (events or after):
            self._heads[stream] = events[-1].version if events else after
        return events

    async def command(self, command_id: str) -> CommandRecord | None:
        try:
            row = self._reading.execute(_COMMAND, (command_id,)).fetchone()
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        return None if row is None else CommandRecord(id=command_id, fingerprint=row[0], outcome=row[1])

    async def allocate(self, sequence: str, count: int = 1) -> int:
        if count < 1:
            raise ValueError("count must be at least 1")

        def work(db: sqlite3.Connection) -> int:
            newest: int = db.execute(_ALLOCATE, (sequence, count)).fetchone()[0]
            return newest - count + 1

        await self._ownership.welcome()
        try:
            return await self._writer.submit(work)
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    async def heads(self, changed_since: datetime | None = None) -> AsyncIterator[Head]:
        # A head that changes meanwhile moves to the end and is seen again, never missed.
        after: tuple[int, str] = (microseconds(changed_since) if changed_since else 0, "")
        while True:
            try:
                rows = await self._readers.run(partial(_heads, after=after))
            except sqlite3.Error as error:
                raise _unavailable(error) from error
            for stream, version, changed_at in rows:
                yield Head(stream=stream, version=version, changed_at=time_of(changed_at))
            if not rows:
                return
            after = (rows[-1][2], rows[-1][0])

    async def ping(self) -> None:
        try:
            self._reading.execute("SELECT 1 FROM sequences LIMIT 1").fetchone()
            await self._writer.probe()
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    async def close(self) -> None:
        self._looking.cancel()
        await asyncio.wait([self._looking])
        await self._writer.close()
        self._ownership.close()
        await self._readers.close()
        self._reading.close()

    # --- for who examines it ---

    async def stored(self, stream: str) -> Sequence[StoredEvent]:
        try:
            return chained.stored(self._reading, stream)
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    async def newest_link(self, stream: str) -> tuple[int, bytes] | None:
        try:
            return chained.newest(self._reading, stream)
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    async def unsound(self) -> Sequence[str]:
        try:
            return await self._readers.run(chained.unsound)
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    # --- the whole of it, for who takes it elsewhere ---

    async def commands(self, after: str, limit: int) -> Sequence[CommandRecord]:
        """Up to `limit` records of commands whose id is greater, by id ascending. Raises StoreUnavailable."""
        try:
            rows = self._reading.execute(_COMMANDS, (after, limit)).fetchall()
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        return [CommandRecord(id=row[0], fingerprint=row[1], outcome=row[2]) for row in rows]

    async def sequences(self) -> Mapping[str, int]:
        """Every sequence with the newest number that was given out. Raises StoreUnavailable."""
        try:
            return dict(self._reading.execute("SELECT name, value FROM sequences").fetchall())
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    # --- following the log ---

    async def position(self) -> int:
        """The position of the newest event, 0 for an empty log. Raises StoreUnavailable."""
        try:
            newest: int = self._reading.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0]
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        return newest

    async def tail(self, after: int, limit: int) -> Sequence[tuple[int, Envelope]]:
        """Up to `limit` events of all streams behind a position, with theirs, oldest first. Raises StoreUnavailable."""
        try:
            rows = self._reading.execute(_TAIL, (after, limit)).fetchall()
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        if len(rows) > _LONG_TAIL:
            return await asyncio.to_thread(_decode, rows)
        return _decode(rows)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` on the loop soon after every commit, of this process or another; returns how to stop."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    async def _look_for_other_processes(self) -> None:
        seen = None
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if not self._ownership.look():
                self._heads.clear()
            try:
                version = self._reading.execute("PRAGMA data_version").fetchone()[0]
            except sqlite3.Error:
                version = None  # the listeners' own reads will meet the fault and tell of it
            if version != seen:
                seen = version
                self._tell()


def _heads(db: sqlite3.Connection, after: tuple[int, str]) -> list[tuple[str, int, int]]:
    return db.execute(_HEADS, after).fetchall()


def _decode(rows: Sequence[tuple[int, str, int, bytes]]) -> list[tuple[int, Envelope]]:
    return [(position, Envelope.stored(stream, version, raw)) for position, stream, version, raw in rows]


def _unavailable(error: sqlite3.Error) -> StoreUnavailable:
    kind = "" if is_passing(error) else f"{type(error).__name__}: "
    return StoreUnavailable(f"the log does not answer: {kind}{error}")
