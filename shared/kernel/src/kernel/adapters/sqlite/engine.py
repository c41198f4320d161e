"""What the SQLite adapters share: connections, one writer thread with group commit, reader threads, faults.

Every file is in WAL mode: readers and the one writer do not wait for each other. With `synchronous=FULL` a commit is
on disk before it returns. Several processes may open one file; whoever finds it locked waits `BUSY_SECONDS`.
"""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, Literal, TypeAlias, TypeVar

from kernel.ports.faults import NewerData

T = TypeVar("T")

Synchronous: TypeAlias = Literal["FULL", "NORMAL"]
Work: TypeAlias = Callable[[sqlite3.Connection], Any]

BUSY_SECONDS: Final = 5.0
_MAX_BATCH: Final = 256

# The write-ahead log is moved into the file in an idle moment after so many units; under load by one commit in so many
# pages (16 MB), which then takes some 10 ms. A thread of its own for it made every commit slower (bench/bench_log.py).
_CHECKPOINT_PAGES: Final = 4000
_CHECKPOINT_UNITS: Final = 100
_IDLE_SECONDS: Final = 0.05

_PASSING: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PROTOCOL,
        # Damage is no fault of a statement: nothing more is written, and nobody's stream is blocked for it.
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    }
)


class Closed(sqlite3.OperationalError):
    """The adapter was closed."""


class NewerFile(NewerData):
    """The file was written by a newer version of Taskledger."""


class OtherFile(RuntimeError):
    """The file belongs to another port or program."""


def is_passing(error: BaseException) -> bool:
    """Whether the fault lies with the machine (locked, disk full, no memory), so that a retry may succeed."""
    if isinstance(error, Closed):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _PASSING


def connect(path: Path, synchronous: Synchronous = "FULL") -> sqlite3.Connection:
    """A connection in autocommit mode; usable from any thread, by one at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # SQLite gives the files beside it the same mode
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
    connection.execute("PRAGMA temp_store=MEMORY")  # savepoints need no file
    return connection


def migrate(connection: sqlite3.Connection, path: Path, application: int, schemas: Sequence[str | Work]) -> None:
    """Bring a file to the newest schema; `schemas[n]`, statements or work, lifts it from version n to n + 1.

    `application` marks what the file is for. Raises NewerFile, OtherFile.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        marked: int = connection.execute("PRAGMA application_id").fetchone()[0]
        tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if marked != application and tables:
            raise OtherFile(f"{path} holds something else")
        if version > len(schemas):
            raise NewerFile(
                f"{path} has schema {version}, this version of Taskledger knows {len(schemas)}:"
                " start the version that wrote it, or a newer one"
            )
        for schema in schemas[version:]:
            for statement in schema.split(";") if isinstance(schema, str) else ():
                connection.execute(statement)
            if not isinstance(schema, str):
                schema(connection)
        connection.execute(f"PRAGMA application_id={application}")
        connection.execute(f"PRAGMA user_version={len(schemas)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite has given it up itself where the disk is full
            connection.execute("ROLLBACK")
        raise


def _touch(db: sqlite3.Connection) -> None:
    """Write a page as it is."""
    db.execute(f"PRAGMA user_version={db.execute('PRAGMA user_version').fetchone()[0]}")


@dataclass(slots=True, eq=False)
class _Unit:
    work: Work
    done: "asyncio.Future[Any]"
    durable: bool
    result: Any = None
    error: Exception | None = None


class GroupCommitWriter:
    """The only writer of a file in this process: a thread that commits all waiting units of work together.

    A unit is all or nothing of its own; one that fails does not disturb the others. When the commit fails, all do.
    """

    def __init__(self, connection: sqlite3.Connection, name: str, committed: Callable[[], None] = lambda: None) -> None:
        """Take over a connection. `committed` is called on the event loop after each batch that wrote something."""
        self._connection = connection
        self._committed = committed
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Unit | None] = SimpleQueue()
        self._since_checkpoint = 0
        self._synchronous: bool | None = None
        self._closed = False
        self._failed = False
        self._stopped: asyncio.Future[None] = self._loop.create_future()
        threading.Thread(target=self._run, name=f"{name}-writer", daemon=True).start()

    async def submit(self, work: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> T:
        """Run `work` in the next transaction; its result once that is committed. Raises what `work` or SQLite does.

        `work` may be run twice, when a neighbour's failure has the transaction begun again. A transaction with only
        units that need not be `durable` does not wait for the disk; the next durable one takes it along.
        """
        if self._closed:
            raise Closed("closed")
        unit = _Unit(work, self._loop.create_future(), durable)
        self._queue.put(unit)
        result: T = await unit.done
        return result

    async def probe(self) -> None:
        """Where the last commit failed by the machine's fault, find out whether another would. Raises sqlite3.Error."""
        if self._failed:
            await self.submit(_touch)

    async def close(self) -> None:
        """Commit what was submitted, then end the thread and close the connection."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.shield(self._stopped)

    def _run(self) -> None:
        last = False
        while not last:
            batch, last = self._next_batch()
            if batch:
                self._commit(batch)
                self._loop.call_soon_threadsafe(self._deliver, batch)
        self._connection.close()
        self._loop.call_soon_threadsafe(self._stopped.set_result, None)

    def _next_batch(self) -> tuple[list[_Unit], bool]:
        batch: list[_Unit] = []
        unit = self._next()
        while unit is not None:
            batch.append(unit)
            if len(batch) == _MAX_BATCH:
                return batch, False
            try:
                unit = self._queue.get_nowait()
            except Empty:
                return batch, False
        return batch, True

    def _next(self) -> _Unit | None:
        """The next unit; an idle moment before it is used to move the write-ahead log, so that no commit has to."""
        if self._since_checkpoint >= _CHECKPOINT_UNITS:
            try:
                return self._queue.get(timeout=_IDLE_SECONDS)
            except Empty:
                self._since_checkpoint = 0
                with contextlib.suppress(sqlite3.Error):  # the next commit will meet the fault and tell of it
                    self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        return self._queue.get()

    def _commit(self, batch: Sequence[_Unit]) -> None:
        try:
            if not self._transaction(batch, savepoints=False):
                self._transaction(batch, savepoints=True)
            self._failed = any(unit.error is not None and is_passing(unit.error) for unit in batch)
        except Exception as error:  # noqa: BLE001 - raised again in whoever submitted the units
            self._failed = is_passing(error)
            self._roll_back()
            for unit in batch:
                # Also in one that failed by itself: it was perhaps refused for what a neighbour has not written now.
                unit.error = error
        self._since_checkpoint += len(batch)

    def _transaction(self, batch: Sequence[_Unit], *, savepoints: bool) -> bool:
        """One transaction of all units. Without savepoints, a third cheaper, it is given up (False) when there is
        something to undo in the middle; most units that fail do so before they write."""
        db = self._connection
        durable = any(unit.durable for unit in batch)
        if durable is not self._synchronous:
            db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._synchronous = durable
        db.execute("BEGIN IMMEDIATE")
        for unit in batch:
            unit.error = None
            changes = db.total_changes
            if savepoints:
                db.execute("SAVEPOINT unit")
            try:
                unit.result = unit.work(db)
            except Exception as error:
                if not db.in_transaction:
                    raise  # SQLite gave up the whole transaction: disk full, out of memory, I/O error
                unit.error = error  # raised again in whoever submitted the unit
                if savepoints:
                    db.execute("ROLLBACK TO unit")
                elif db.total_changes != changes:
                    self._roll_back()
                    return False
            if savepoints:
                db.execute("RELEASE unit")
        db.execute("COMMIT")
        return True

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _deliver(self, batch: Sequence[_Unit]) -> None:
        wrote = False
        for unit in batch:
            wrote = wrote or unit.error is None
            if unit.done.done():
                continue  # whoever waited was cancelled
            if unit.error is None:
                unit.done.set_result(unit.result)
            else:
                unit.done.set_exception(unit.error)
        if wrote:
            self._committed()


class Readers:
    """A few threads, each with its own connection, for reads too long for the event loop."""

    def __init__(self, path: Path, name: str, threads: int = 2) -> None:
        self._path = path
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"{name}-reader")
        self._closed = False
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The result of `work` in a reader thread."""
        if self._closed:
            raise Closed("closed")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._with_connection, work)

    async def close(self) -> None:
        """Finish the reads that run and close the connections."""
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)
        for connection in self._connections:
            connection.close()

    def _with_connection(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._path)
            self._connections.append(connection)
        return work(connection)
