"""What is particular to SQLite: files of other versions and purposes, a full disk, locks, memory."""

import asyncio
import os
import sqlite3
import sys
import threading
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from kernel.adapters.sqlite.engine import GroupCommitWriter, NewerFile, OtherFile, connect
from kernel.adapters.sqlite.event_store import SqliteEventStore
from kernel.adapters.sqlite.key_value_store import SqliteKeyValueStore
from kernel.ports.event_store import CommandRecord
from kernel.ports.faults import StoreUnavailable
from kernel.ports.key_value_store import Put
from testkit.log import extend


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteEventStore]:
    store = await SqliteEventStore.open(tmp_path / "log.db")
    yield store
    await store.close()


async def test_the_log_is_synchronised_on_every_commit(tmp_path: Path) -> None:
    connection = connect(tmp_path / "log.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    connection.close()


async def test_a_file_of_a_newer_version_is_not_touched(log: SqliteEventStore, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "log.db")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(NewerFile, match="schema 99"):
        await SqliteEventStore.open(tmp_path / "log.db")


async def test_a_file_of_another_port_is_not_touched(log: SqliteEventStore, tmp_path: Path) -> None:
    with pytest.raises(OtherFile):
        await SqliteKeyValueStore.open(tmp_path / "log.db")


async def test_something_else_than_a_database_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_text("this is not a database, but long enough to be taken for one" * 10)
    with pytest.raises(StoreUnavailable, match="not a database"):
        await SqliteEventStore.open(tmp_path / "log.db")


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = await SqliteEventStore.open(tmp_path / "log.db")
    await store.close()
    calls = (extend(store, "task-1", 0), store.load("task-1"), store.command("c"), store.allocate("n"))
    for call in calls:
        with pytest.raises(StoreUnavailable):
            await call
    with pytest.raises(StoreUnavailable):
        await store.ping()
    with pytest.raises(StoreUnavailable):
        _ = [head async for head in store.heads()]


async def test_an_append_waits_for_another_writers_lock(log: SqliteEventStore, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    append = asyncio.create_task(extend(log, "task-1", 0))
    await asyncio.wait([append], timeout=0.05)
    assert not append.done()
    assert await log.load("task-1") == []  # who reads does not wait
    other.execute("COMMIT")
    other.close()
    await append


@pytest.mark.slow
async def test_more_heads_than_a_page_are_all_listed(log: SqliteEventStore) -> None:
    for start in range(0, 5200, 520):
        await asyncio.gather(*(extend(log, f"task-{n}", 0) for n in range(start, start + 520)))
    assert {head.stream async for head in log.heads()} == {f"task-{n}" for n in range(5200)}


async def test_expired_items_are_purged_from_the_file(tmp_path: Path) -> None:
    values = await SqliteKeyValueStore.open(tmp_path / "values.db")
    past, future = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-1, 1))
    await values.write(*(Put(partition="p", key=f"{n}", value=b"", expires_at=past) for n in range(10)))
    await values.write(Put(partition="p", key="living", value=b"", expires_at=future))
    await values.write(Put(partition="p", key="eternal", value=b""))
    await values.purge()
    assert [item.key for item in await values.query("p")] == ["eternal", "living"]
    await values.close()
    with sqlite3.connect(tmp_path / "values.db") as file:
        assert file.execute("SELECT count(*) FROM items").fetchone() == (2,)
    file.close()


@pytest.mark.slow
async def test_the_write_ahead_log_stays_small_under_load(log: SqliteEventStore, tmp_path: Path) -> None:
    for start in range(0, 6000, 200):
        await asyncio.gather(*(extend(log, f"task-{n}", 0, 3) for n in range(start, start + 200)))
    assert (tmp_path / "log.db-wal").stat().st_size < 32 * 2**20


async def test_a_unit_that_fails_is_undone_alone(tmp_path: Path) -> None:
    writer = GroupCommitWriter(connect(tmp_path / "any.db"), "any")
    await writer.submit(lambda db: db.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)").rowcount)

    def insert_twice(db: sqlite3.Connection, n: int) -> int:
        db.execute("INSERT INTO t VALUES (?)", (n,))
        if n % 3 == 0:
            db.execute("INSERT INTO t VALUES (?)", (n,))
        return n

    results = await asyncio.gather(
        *(writer.submit(partial(insert_twice, n=n)) for n in range(9)), return_exceptions=True
    )
    assert [n for n, result in enumerate(results) if isinstance(result, sqlite3.IntegrityError)] == [0, 3, 6]
    assert [result for result in results if isinstance(result, int)] == [1, 2, 4, 5, 7, 8]
    rows = await writer.submit(lambda db: db.execute("SELECT n FROM t").fetchall())
    assert [n for (n,) in rows] == [1, 2, 4, 5, 7, 8]
    await writer.close()


async def hold(writer: GroupCommitWriter) -> threading.Event:
    """Keep the writer in a transaction until the event is set; what is submitted meanwhile goes into the next."""
    begun, held = threading.Event(), threading.Event()

    def work(db: sqlite3.Connection) -> None:
        begun.set()
        held.wait()

    holding = asyncio.create_task(writer.submit(work))
    await asyncio.to_thread(begun.wait)
    assert not holding.done()
    return held


async def test_when_sqlite_gives_up_the_transaction_every_unit_in_it_fails(tmp_path: Path) -> None:
    writer = GroupCommitWriter(connect(tmp_path / "any.db"), "any")
    await writer.submit(lambda db: db.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)").rowcount)
    held = await hold(writer)

    def insert(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO t VALUES (1)")

    def refuse(db: sqlite3.Connection) -> None:
        if db.execute("SELECT n FROM t").fetchall():
            raise ValueError("refused for what will not be there")

    def give_up(db: sqlite3.Connection) -> None:
        db.execute("ROLLBACK")  # as SQLite does by itself on some faults
        raise sqlite3.OperationalError("disk I/O error")

    rest = [asyncio.create_task(writer.submit(work)) for work in (insert, refuse, give_up)]
    await asyncio.sleep(0)
    held.set()
    results = await asyncio.gather(*rest, return_exceptions=True)
    assert [str(result) for result in results] == ["disk I/O error"] * 3
    assert await writer.submit(lambda db: db.execute("SELECT n FROM t").fetchall()) == []
    await writer.close()


async def test_a_units_failure_in_the_middle_of_its_writes_leaves_neighbours_whole(tmp_path: Path) -> None:
    writer = GroupCommitWriter(connect(tmp_path / "any.db"), "any")
    await writer.submit(lambda db: db.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)").rowcount)
    held = await hold(writer)

    def insert(db: sqlite3.Connection, numbers: list[int]) -> None:
        for n in numbers:
            db.execute("INSERT INTO t VALUES (?)", (n,))

    rest = [asyncio.create_task(writer.submit(partial(insert, numbers=ns))) for ns in ([1, 2], [3, 1], [4])]
    await asyncio.sleep(0)
    held.set()
    results = await asyncio.gather(*rest, return_exceptions=True)
    assert [type(result).__name__ for result in results] == ["NoneType", "IntegrityError", "NoneType"]
    assert await writer.submit(lambda db: db.execute("SELECT n FROM t").fetchall()) == [(1,), (2,), (4,)]
    await writer.close()


async def test_files_are_private_to_whoever_runs_the_process(log: SqliteEventStore, tmp_path: Path) -> None:
    await extend(log, "task-1", 0)
    files = {entry.name: entry.stat().st_mode & 0o777 for entry in os.scandir(tmp_path)}
    assert files.keys() == {f"log.db{suffix}" for suffix in ("", "-wal", "-shm", "-owner", "-guests")}
    assert set(files.values()) == {0o600}


FULL_DISK = """
import asyncio, resource, signal, sys
from kernel.process.platform import Platform
from kernel.ports.faults import StoreUnavailable
from testkit.log import extend

def limit_files_to(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

async def main(url):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    async with Platform() as platform:
        store = await platform.event_store(url)
        limit_files_to(400_000)
        done = 0
        try:
            while True:
                await extend(store, "task-1", done, 50)
                done += 50
        except StoreUnavailable as fault:
            print(fault)
        assert len(await store.load("task-1")) == done > 0
        limit_files_to(resource.RLIM_INFINITY)
        await extend(store, "task-1", done, 50)
        assert len(await store.load("task-1")) == done + 50

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.slow
async def test_a_full_disk_is_told_loses_nothing_and_is_survived(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FULL_DISK, f"sqlite:///{tmp_path}/log.db", stdout=PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert b"the log does not answer" in out


# --- the whole of a file ---


async def test_everything_is_read_page_by_page_without_what_has_expired(tmp_path: Path) -> None:
    keys = await SqliteKeyValueStore.open(tmp_path / "keys.db")
    past = datetime.now(UTC) - timedelta(seconds=1)
    await keys.write(Put("a", "1", b"x"), Put("a", "2", b"y"), Put("b", "0", b"z"), Put("b", "1", b"", past))
    first = await keys.everything(("", ""), 2)
    assert [(partition, item.key, item.value) for partition, item in first] == [("a", "1", b"x"), ("a", "2", b"y")]
    rest = await keys.everything(("a", "2"), 2)
    assert [(partition, item.key) for partition, item in rest] == [("b", "0")]
    await keys.close()


async def test_commands_and_sequences_are_read_whole(log: SqliteEventStore) -> None:
    records = [CommandRecord(id=f"c{number}", fingerprint="f", outcome=b"{}") for number in range(3)]
    for record in records:
        await log.append([], record)
    assert await log.commands("", 2) == records[:2]
    assert await log.commands("c1", 2) == records[2:]
    await log.allocate("project-1", 7)
    assert await log.sequences() == {"project-1": 7}
