"""Keys and values in one SQLite file."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from kernel.adapters.sqlite.engine import GroupCommitWriter, connect, migrate
from kernel.log.times import microseconds, time_of
from kernel.ports.faults import StoreUnavailable
from kernel.ports.key_value_store import ConditionFailed, Delete, Item, Put

_APPLICATION: Final = int.from_bytes(b"TKLK")
_SCHEMAS: Final = (
    # `expires_at` is in microseconds since 1970.
    """
    CREATE TABLE items (
        partition TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, version INTEGER NOT NULL, expires_at INTEGER,
        PRIMARY KEY (partition, key)
    ) WITHOUT ROWID;
    CREATE INDEX items_by_expiry ON items (expires_at) WHERE expires_at IS NOT NULL
    """,
)

_LIVING: Final = "(expires_at IS NULL OR expires_at > ?)"
_GET: Final = f"SELECT key, value, version, expires_at FROM items WHERE partition = ? AND key = ? AND {_LIVING}"  # noqa: S608
_QUERY: Final = (
    "SELECT key, value, version, expires_at FROM items WHERE partition = ? AND key > ? AND key >= ? AND key < ?"  # noqa: S608
    f" AND {_LIVING} ORDER BY key LIMIT ?"
)
_ALL: Final = (
    "SELECT key, value, version, expires_at, partition FROM items WHERE (partition, key) > (?, ?)"  # noqa: S608
    f" AND {_LIVING} ORDER BY partition, key LIMIT ?"
)
_PUT: Final = "INSERT OR REPLACE INTO items (partition, key, value, version, expires_at) VALUES (?, ?, ?, ?, ?)"
_DELETE: Final = "DELETE FROM items WHERE partition = ? AND key = ?"
_PURGE: Final = (
    "DELETE FROM items WHERE (partition, key) IN"
    " (SELECT partition, key FROM items WHERE expires_at <= ? ORDER BY expires_at LIMIT 1000)"
)

_MAX_OPERATIONS: Final = 100
_PURGE_SECONDS: Final = 60.0
_LAST: Final = "\U0010ffff"


class SqliteKeyValueStore:
    """A `KeyValueStore` in a SQLite file that several processes may share; a task removes what has expired."""

    def __init__(self, writing: sqlite3.Connection, reading: sqlite3.Connection) -> None:
        self._reading = reading
        self._writer = GroupCommitWriter(writing, "key-value")
        self._purging = asyncio.create_task(self._purge_for_ever())

    @classmethod
    async def open(cls, path: Path) -> "SqliteKeyValueStore":
        """Open or create the file. Raises StoreUnavailable, NewerFile, OtherFile."""

        def prepare() -> tuple[sqlite3.Connection, sqlite3.Connection]:
            writing = connect(path)
            migrate(writing, path, _APPLICATION, _SCHEMAS)
            return writing, connect(path)

        try:
            return cls(*await asyncio.to_thread(prepare))
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{path}: {error}") from error

    async def get(self, partition: str, key: str) -> Item | None:
        try:
            return _get(self._reading, partition, key)
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    async def write(self, *operations: Put | Delete) -> None:
        if len(operations) > _MAX_OPERATIONS:
            raise ValueError(f"{len(operations)} operations in one transaction, the most is {_MAX_OPERATIONS}")
        if len({(operation.partition, operation.key) for operation in operations}) < len(operations):
            raise ValueError("a key appears twice in one transaction")

        def work(db: sqlite3.Connection) -> None:
            for index, operation in enumerate(operations):
                found = _get(db, operation.partition, operation.key)
                version = found.version if found else 0
                if operation.expect is not None and operation.expect != version:
                    raise ConditionFailed(index)
                if isinstance(operation, Put):
                    _put(db, operation.partition, operation.key, operation.value, version + 1, operation.expires_at)
                else:
                    db.execute(_DELETE, (operation.partition, operation.key))

        try:
            await self._writer.submit(work)
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    async def increment(self, partition: str, key: str, by: int = 1, expires_at: datetime | None = None) -> int:
        def work(db: sqlite3.Connection) -> int:
            found = _get(db, partition, key)
            value = (int(found.value) if found else 0) + by
            version, expiry = (found.version + 1, found.expires_at) if found else (1, expires_at)
            _put(db, partition, key, str(value).encode(), version, expiry)
            return value

        try:
            return await self._writer.submit(work)
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    async def query(self, partition: str, after: str = "", limit: int = 200, prefix: str = "") -> Sequence[Item]:
        try:
            rows = self._reading.execute(
                _QUERY, (partition, after, prefix, prefix + _LAST, time.time_ns() // 1000, limit)
            ).fetchall()
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        return [_item(row) for row in rows]

    async def everything(self, after: tuple[str, str], limit: int) -> Sequence[tuple[str, Item]]:
        """Up to `limit` items of all partitions with theirs, by partition and key, behind those of `after`.

        For who takes all of it elsewhere. Raises StoreUnavailable.
        """
        try:
            rows = self._reading.execute(_ALL, (*after, time.time_ns() // 1000, limit)).fetchall()
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        return [(row[4], _item(row[:4])) for row in rows]

    async def ping(self) -> None:
        try:
            self._reading.execute("SELECT 1 FROM items LIMIT 1").fetchone()
            await self._writer.probe()
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    async def close(self) -> None:
        self._purging.cancel()
        await asyncio.wait([self._purging])
        await self._writer.close()
        self._reading.close()

    async def purge(self) -> int:
        """Remove up to 1,000 expired items; how many they were. Runs by itself once a minute."""
        try:
            return await self._writer.submit(lambda db: db.execute(_PURGE, (time.time_ns() // 1000,)).rowcount)
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    async def _purge_for_ever(self) -> None:
        while True:
            try:
                more = await self.purge() == 1000
            except StoreUnavailable:
                more = False  # the next turn tries again; whoever needs the store meets the fault
            if not more:
                await asyncio.sleep(_PURGE_SECONDS)


def _get(db: sqlite3.Connection, partition: str, key: str) -> Item | None:
    row = db.execute(_GET, (partition, key, time.time_ns() // 1000)).fetchone()
    return None if row is None else _item(row)


def _put(
    db: sqlite3.Connection, partition: str, key: str, value: bytes, version: int, expires_at: datetime | None
) -> None:
    expiry = None if expires_at is None else microseconds(expires_at)
    db.execute(_PUT, (partition, key, value, version, expiry))


def _item(row: tuple[str, bytes, int, int | None]) -> Item:
    key, value, version, expiry = row
    return Item(key=key, value=value, version=version, expires_at=None if expiry is None else time_of(expiry))


def _unavailable(error: sqlite3.Error) -> StoreUnavailable:
    return StoreUnavailable(f"the key-value store does not answer: {error}")
