"""A board's data from a data folder to where the services of a larger installation keep theirs.

All that cannot be computed again goes through the ports that the services use: the events with their versions, what
came of commands, the numbers that were given out; people, sessions, keys; the inbox, the ledger, preferences, and how
far they had come in the log. The read model is left to log-projector. It can be broken off and begun again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

import orjson

from kernel.adapters.sqlite.event_store import SqliteEventStore
from kernel.adapters.sqlite.key_value_store import SqliteKeyValueStore
from kernel.log.envelope import Envelope
from kernel.ports.database import Database
from kernel.ports.event_store import (
    MAX_APPEND_BYTES,
    MAX_EVENTS_PER_APPEND,
    CommandAlreadyDone,
    CommandRecord,
    EventStore,
    StreamAppend,
    VersionConflict,
)
from kernel.ports.key_value_store import ABSENT, Item, KeyValueStore, Put
from taskledger.moving_rows import CHECKPOINTS, TOLD, copy_rows, different_rows

T = TypeVar("T")
Log = TypeVar("Log", bound=EventStore)
Keys = TypeVar("Keys", bound=KeyValueStore)

AT_ONCE: Final = 16
"""So many calls are on their way to the target together."""

_PAGE: Final = 500
_MARK: Final = ("move", "board")


class CannotMove(Exception):
    """There is nothing to move; or the target has another board, or this one, which was used there since."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[Log, Keys]):
    """Where a board keeps what cannot be computed again."""

    log: Log
    keys: Keys
    inbox: Database


Folder = Kept[SqliteEventStore, SqliteKeyValueStore]
Target = Kept[EventStore, KeyValueStore]


@dataclass(slots=True)
class Report:
    """What the board has, all of it at the target but for `differences`, each a line of text."""

    streams: int = 0
    events: int = 0
    commands: int = 0
    items: int = 0
    rows: int = 0
    differences: list[str] = field(default_factory=list)


Progress = Callable[[str, int], None]
"""Is told what is being done, and of how many."""


async def move(folder: Folder, target: Target, progress: Progress = lambda _, __: None) -> Report:
    """Copy what is missing at the target, then compare all of it.

    The checkpoints come before the log, so that nobody is told again; mails that wait come behind it, for who sends
    them looks there. Raises CannotMove, StoreUnavailable, DatabaseUnavailable; after one of the last two, begin again.
    """
    board, there = await _begin(folder, target)
    heads = {head.stream: head.version async for head in folder.log.heads()}
    await copy_rows(folder.inbox, target.inbox, CHECKPOINTS)
    await _copy_items(folder.keys, target.keys, progress)
    await _copy_log(folder.log, target.log, heads, there, progress)
    progress("copying inbox and ledger", 0)
    await copy_rows(folder.inbox, target.inbox, TOLD)
    report = Report(streams=len(heads))
    report.rows = await different_rows(folder.inbox, target.inbox, (*CHECKPOINTS, *TOLD), report.differences)
    await _compare_items(folder.keys, target.keys, report)
    await _compare_log(folder.log, target.log, heads, report, progress)
    if not report.differences:
        await target.keys.write(_mark(board, done=True))
    return report


async def _begin(folder: Folder, target: Target) -> tuple[str, Mapping[str, int]]:
    """Which board it is, by its first event, and what of its log is at the target already."""
    first = await folder.log.tail(0, 1)
    if not first:
        raise CannotMove("There is nothing to move: nobody has registered yet.")
    board = first[0][1].id
    mark = await target.keys.get(*_MARK)
    there = {head.stream: head.version async for head in target.log.heads()}
    if mark is None:
        if there:
            raise CannotMove("The target has a board already.")
        await target.keys.write(_mark(board, done=False, expect=ABSENT))
        return board, there
    known = orjson.loads(mark.value)
    if known["board"] != board:
        raise CannotMove("Another board was moved to the target.")
    if known["done"]:
        raise CannotMove("The board was moved to the target already; it may have been used there since.")
    for stream, version in there.items():
        if len(await folder.log.load(stream, version - 1, version)) != 1:
            raise CannotMove(f"The target was used before all was there: {stream} is at version {version}.")
    return board, there


def _mark(board: str, *, done: bool, expect: int | None = None) -> Put:
    return Put(*_MARK, orjson.dumps({"board": board, "done": done}), expect=expect)


# --- the log ---


async def _copy_log(
    folder: SqliteEventStore, target: EventStore, heads: Mapping[str, int], there: Mapping[str, int], progress: Progress
) -> None:
    async def stream(name: str) -> None:
        version = there.get(name, 0)
        for events in _appends(await folder.load(name, version)):
            try:
                await target.append([StreamAppend(stream=name, expected=version, events=events)])
            except VersionConflict as conflict:
                raise CannotMove(f"{name} is written at the target: stop the services there.") from conflict
            version += len(events)

    async def command(record: CommandRecord) -> None:
        try:
            await target.append([], record)
        except CommandAlreadyDone:
            return  # whether with the same outcome, the comparison says

    progress("copying streams", len(heads))
    await _each(heads, stream)
    async for records in _commands(folder):
        progress("copying outcomes of commands", len(records))
        await _each(records, command)
    for name, newest in (await folder.sequences()).items():
        # The first number tells where the sequence stands at the target; a move that is begun again leaves one out.
        given = await target.allocate(name)
        if given < newest:
            await target.allocate(name, newest - given)


def _appends(events: Sequence[Envelope]) -> Iterator[Sequence[Envelope]]:
    """As many events at a time as an append may have."""
    some: list[Envelope] = []
    room = MAX_APPEND_BYTES
    for event in events:
        size = len(event.to_json())
        if some and (len(some) == MAX_EVENTS_PER_APPEND or size > room):
            yield some
            some, room = [], MAX_APPEND_BYTES
        some.append(event)
        room -= size
    if some:
        yield some


async def _compare_log(
    folder: SqliteEventStore, target: EventStore, heads: Mapping[str, int], report: Report, progress: Progress
) -> None:
    async def stream(name: str) -> None:
        events = await folder.load(name)
        report.events += len(events)
        if list(await target.load(name)) != list(events):
            report.differences.append(f"{name} has other events at the target")

    async def command(record: CommandRecord) -> None:
        report.commands += 1
        if await target.command(record.id) != record:
            report.differences.append(f"command {record.id} has another outcome at the target")

    progress("comparing streams", len(heads))
    await _each(heads, stream)
    async for records in _commands(folder):
        progress("comparing outcomes of commands", len(records))
        await _each(records, command)
    report.differences += [
        f"{head.stream} is at the target alone" async for head in target.heads() if head.stream not in heads
    ]


async def _commands(log: SqliteEventStore) -> AsyncIterator[Sequence[CommandRecord]]:
    page = await log.commands("", _PAGE)
    while page:
        yield page
        page = await log.commands(page[-1].id, _PAGE)


# --- keys and values ---


async def _copy_items(folder: SqliteKeyValueStore, target: KeyValueStore, progress: Progress) -> None:
    async def item(entry: tuple[str, Item]) -> None:
        partition, item = entry
        await target.write(Put(partition, item.key, item.value, item.expires_at))

    async for items in _items(folder):
        progress("copying people and sessions", len(items))
        await _each(items, item)


async def _compare_items(folder: SqliteKeyValueStore, target: KeyValueStore, report: Report) -> None:
    async def item(entry: tuple[str, Item]) -> None:
        partition, item = entry
        found = await target.get(partition, item.key)
        report.items += 1
        if found is None and item.expires_at is not None and item.expires_at <= datetime.now(UTC):
            return  # it has expired meanwhile
        if found is None or (found.value, found.expires_at) != (item.value, item.expires_at):
            report.differences.append(f"{partition} {item.key} has another value at the target")

    async for items in _items(folder):
        await _each(items, item)


async def _items(keys: SqliteKeyValueStore) -> AsyncIterator[Sequence[tuple[str, Item]]]:
    """But for the mark of a move that the folder was once the target of."""
    page = await keys.everything(("", ""), _PAGE)
    while page:
        yield [entry for entry in page if (entry[0], entry[1].key) != _MARK]
        page = await keys.everything((page[-1][0], page[-1][1].key), _PAGE)


async def _each(things: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    """Do `work` for each, `AT_ONCE` at a time. Raises what the first raised that failed."""
    waiting = iter(things)

    async def worker() -> None:
        for thing in waiting:
            await work(thing)

    workers = [asyncio.create_task(worker()) for _ in range(AT_ONCE)]
    try:
        await asyncio.gather(*workers)
    finally:
        for task in workers:
            task.cancel()
        await asyncio.wait(workers)
