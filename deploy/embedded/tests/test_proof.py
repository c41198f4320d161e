"""Whatever is changed, removed, put in, swapped or cut in a log is found, and the first such event is named."""

import random
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from kernel.adapters.sqlite.event_store import SqliteEventStore
from kernel.log import chain
from taskledger import exporting, proving, seals
from taskledger.proving import prove, prove_export
from testkit.log import extend, to_append

STREAMS: Final = 8
CHANGES: Final = 1_500


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteEventStore]:
    store = await SqliteEventStore.open(tmp_path / "log.db")
    for number in range(STREAMS):
        await extend(store, f"task-{number}", 0, 3)
    for number in range(STREAMS):
        await extend(store, f"task-{number}", 3, 2)
    yield store
    await store.close()


@pytest.fixture
def file(log: SqliteEventStore, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "log.db", isolation_level=None)) as db:
        db.execute("PRAGMA synchronous=OFF")
        yield db


async def sealed(log: SqliteEventStore) -> seals.Seal:
    proved = await prove(log)
    assert proved.findings == []
    assert (proved.events, proved.unlinked, len(proved.links)) == (STREAMS * 5, 0, STREAMS)
    return seals.seal(proved.links)


def flipped(body: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(body))
    return body[:at] + bytes([body[at] ^ rng.randrange(1, 256)]) + body[at + 1 :]


def a_change(db: sqlite3.Connection, rng: random.Random) -> str:
    """Do something random to the events; returns the first event that is not as it was."""
    rows = db.execute("SELECT position, stream, version, envelope, link FROM events").fetchall()
    position, stream, version, body, link = rng.choice(rows)
    where = f"{stream}:{version}"
    match rng.choice(["byte", "byte", "link", "gone", "swap", "put in", "cut"]):
        case "byte":
            db.execute("UPDATE events SET envelope = ? WHERE position = ?", (flipped(body, rng), position))
        case "link":
            db.execute("UPDATE events SET link = ? WHERE position = ?", (flipped(link, rng), position))
        case "gone":
            db.execute("DELETE FROM events WHERE position = ?", (position,))
        case "swap":
            other = rng.choice([row for row in rows if row[1] == stream and row[2] != version])
            for to, of in ((position, other), (other[0], (position, stream, version, body, link))):
                db.execute("UPDATE events SET envelope = ?, link = ? WHERE position = ?", (of[3], of[4], to))
            where = f"{stream}:{min(version, other[2])}"
        case "put in":
            db.execute("UPDATE events SET version = -version WHERE stream = ? AND version > ?", (stream, version))
            db.execute("UPDATE events SET version = 1 - version WHERE stream = ? AND version < 0", (stream,))
            new = "INSERT INTO events (stream, version, envelope, link) VALUES (?, ?, ?, ?)"
            db.execute(new, (stream, version + 1, flipped(body, rng), link))
            where = f"{stream}:{version + 1}"
        case "cut":
            db.execute("DELETE FROM events WHERE stream = ? AND version >= ?", (stream, version))
    return where


async def test_every_random_change_is_found_and_the_first_event_is_named(
    log: SqliteEventStore, file: sqlite3.Connection
) -> None:
    heads = {head.stream: head.version async for head in log.heads()}
    rng = random.Random(20261201)
    for turn in range(CHANGES):
        file.execute("BEGIN")
        where = a_change(file, rng)
        found = []
        for stream, version in heads.items():
            # What `prove` does with each stream, over the connection that has not committed.
            events = proving_events(file, stream)
            fault = proving.fault_of(stream, events, None, [])
            if fault is None and len(events) < version:
                fault = f"{stream}:{len(events) + 1} is gone"
            found += [fault] if fault else []
        file.execute("ROLLBACK")
        assert [fault.split(" ")[0] for fault in found] == [where], turn
    assert (await prove(log)).findings == []


def proving_events(db: sqlite3.Connection, stream: str) -> list[proving.StoredEvent]:
    rows = db.execute("SELECT version, envelope, link FROM events WHERE stream = ? ORDER BY version", (stream,))
    return [proving.StoredEvent(*row) for row in rows]


def change_body(db: sqlite3.Connection) -> None:
    db.execute(
        "UPDATE events SET envelope = CAST(replace(envelope, 'somebody', 'somebodi') AS BLOB) WHERE stream = 'task-3'"
    )


def remove_a_stream(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM events WHERE stream = 'task-3'")
    db.execute("DELETE FROM heads WHERE stream = 'task-3'")


def forget_a_head(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM heads WHERE stream = 'task-3'")


def set_a_head_back(db: sqlite3.Connection) -> None:
    db.execute("UPDATE heads SET version = 4 WHERE stream = 'task-3'")


def swap_places(db: sqlite3.Connection) -> None:
    places = dict(db.execute("SELECT version, position FROM events WHERE stream = 'task-3' AND version < 3"))
    for version, place in ((1, -1), (2, places[1]), (1, places[2])):
        db.execute("UPDATE events SET position = ? WHERE stream = 'task-3' AND version = ?", (place, version))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (change_body, "task-3:1 is not as it was written"),
        (remove_a_stream, "the event at place 10 of the log is gone"),
        (forget_a_head, "task-3:1 is of a stream that has no head"),
        (set_a_head_back, "task-3:5 is behind its head, which says 4"),
        (swap_places, "task-3:2 stands before the event that it follows"),
    ],
)
async def test_a_change_of_the_file_is_found_without_a_seal(
    log: SqliteEventStore, file: sqlite3.Connection, change: Callable[[sqlite3.Connection], None], said: str
) -> None:
    change(file)
    assert (await prove(log)).findings[0] == said


def chained_anew(db: sqlite3.Connection, stream: str) -> None:
    before = chain.first(stream)
    rows = db.execute("SELECT position, envelope FROM events WHERE stream = ? ORDER BY version", (stream,)).fetchall()
    for position, body in rows:
        before = chain.link(before, body)
        db.execute("UPDATE events SET link = ? WHERE position = ?", (before, position))


async def test_who_makes_the_chains_anew_is_found_by_the_seal_which_names_the_event(
    log: SqliteEventStore, file: sqlite3.Connection
) -> None:
    seal = await sealed(log)
    await log.append([to_append("task-2", 5, 2)])
    await extend(log, "task-new", 0, 1)
    assert (await prove(log, seal)).findings == []
    change = "UPDATE events SET envelope = CAST(replace(envelope, ':00', ':01') AS BLOB)"
    assert file.execute(f"{change} WHERE stream = 'task-3' AND version = 4").rowcount == 1
    chained_anew(file, "task-3")
    assert (await prove(log)).findings == []
    assert (await prove(log, seal)).findings == ["task-3:4 is not as it was sealed"]


async def test_a_log_that_was_cut_and_tidied_is_found_by_the_seal(
    log: SqliteEventStore, file: sqlite3.Connection
) -> None:
    seal = await sealed(log)
    last = file.execute("SELECT max(position) FROM events").fetchone()[0]
    file.execute("DELETE FROM events WHERE position = ?", (last,))
    file.execute("UPDATE heads SET version = 4 WHERE stream = 'task-7'")
    assert (await prove(log)).findings == []
    assert (await prove(log, seal)).findings == ["task-7:5 is gone; it was sealed up to 5"]


async def test_a_seal_is_read_as_it_was_written_and_not_otherwise(log: SqliteEventStore, tmp_path: Path) -> None:
    seal = await sealed(log)
    written = tmp_path / "seal.json"
    written.write_bytes(seal.to_json())
    assert seals.read(written, seal.root.upper()) == seal
    with pytest.raises(seals.BadSeal, match="another seal"):
        seals.read(written, "00" * 32)
    rng = random.Random(7)
    whole = seal.to_json()
    start = whole.index(b'"root"')
    for _ in range(300):
        at = rng.randrange(start, len(whole) - 1)
        written.write_bytes(whole[:at] + flipped(whole[at : at + 1], rng) + whole[at + 1 :])
        try:
            read = seals.read(written)
        except seals.BadSeal:
            continue
        # What counts and whether letters are small says nothing; what is sealed does, and the root is made of it.
        assert (read.root, read.streams.keys()) == (seal.root, seal.streams.keys())


async def exported(log: SqliteEventStore) -> list[bytes]:
    return [line async for line in exporting.events(log)]


async def test_an_export_is_held_against_its_links_and_a_seal_with_nothing_else(
    log: SqliteEventStore, tmp_path: Path
) -> None:
    seal = await sealed(log)
    file = tmp_path / "events.jsonl"
    lines = await exported(log)
    file.write_bytes(b"".join(lines))
    proved = prove_export(file, seal)
    assert (proved.findings, proved.events, len(proved.links)) == ([], STREAMS * 5, STREAMS)
    first = next(number for number, line in enumerate(lines) if b'"subject":"task-3"' in line)
    after = [line for line in lines if b'"subject":"task-3"' not in line]
    for changed, said in (
        ([*lines[:first], lines[first].replace(b"somebody", b"somebodi"), *lines[first + 1 :]], "task-3:1 is not as"),
        ([*lines[: first + 1], *lines[first + 2 :]], "task-3:2 is gone"),
        ([*lines[: first + 1], lines[first], *lines[first + 1 :]], "task-3:1 was put in"),
        ([*lines[:first], lines[first + 1], lines[first], *lines[first + 2 :]], "task-3:1 is gone"),
        ([*lines[: first + 4], *lines[first + 5 :]], "task-3:5 is gone; it was sealed up to 5"),
        ([*after, *lines[first : first + 5], b"{}\n"], "line 41 is not an event"),
        (after, "task-3:1 is gone, with its whole stream"),
    ):
        file.write_bytes(b"".join(changed))
        assert prove_export(file, seal).findings[0].startswith(said)


async def test_every_random_byte_of_an_export_is_found(log: SqliteEventStore, tmp_path: Path) -> None:
    seal = await sealed(log)
    file = tmp_path / "events.jsonl"
    whole = b"".join(await exported(log))
    rng = random.Random(3)
    for turn in range(300):
        at = rng.randrange(len(whole) - 1)
        if whole[at : at + 1] == b"\n":
            continue
        new = rng.choice([byte for byte in b"09afxyz{}, " if byte != whole[at]])
        file.write_bytes(whole[:at] + bytes([new]) + whole[at + 1 :])
        if bytes([new]).lower() != whole[at : at + 1].lower():
            assert prove_export(file, seal).findings, (turn, at, new)


async def test_a_log_from_before_there_were_chains_is_given_them_once(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    store = await SqliteEventStore.open(path)
    await extend(store, "task-1", 0, 4)
    await extend(store, "task-2", 0, 2)
    links = [event.link for event in await store.stored("task-1")]
    await store.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("ALTER TABLE events DROP COLUMN link")
        db.execute("PRAGMA user_version = 1")
    store = await SqliteEventStore.open(path)
    try:
        assert [event.link for event in await store.stored("task-1")] == links
        await extend(store, "task-1", 4, 1)
        proved = await prove(store)
        assert (proved.findings, proved.unlinked, proved.events) == ([], 0, 7)
    finally:
        await store.close()
