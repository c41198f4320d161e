"""`taskledger move`."""

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from taskledger.commands.shared import DATA, Data, fail

if TYPE_CHECKING:
    from taskledger.moving import Report

TARGETS: Final = ("EVENT_STORE_URL", "KEY_VALUE_URL", "NOTIFY_DB_URL")
"""The variables that name where a board moves to."""

_SHOWN: Final = 50


def move(data: Data = DATA) -> None:
    """Copy a data folder to where the variables say, compare it there. Broken off, it goes on when begun again."""
    from taskledger.lock import held
    from taskledger.moving import CannotMove

    missing = [name for name in TARGETS if name not in os.environ]
    if missing:
        raise fail(f"Where to? {', '.join(missing)} must name it.")
    if not (data / "log.db").is_file():
        raise fail(f"There is no board at {data}. Say where with --data.")
    try:
        with held(data):
            report = asyncio.run(_moved(data))
    except CannotMove as error:
        raise fail(str(error)) from error
    print(f"{report.streams} streams, {report.events} events, {report.commands} outcomes of commands")
    print(f"{report.items} keys and values of people and sessions, {report.rows} rows of inbox and ledger")
    print(f"{len(report.differences)} differences")
    for difference in report.differences[:_SHOWN]:
        print(f"  {difference}")
    if report.differences:
        raise fail("Not all is at the target as it is here. The folder is as it was.", 1)
    print("All of it is at the target. Start the services there; log-projector makes the lists from the log.")


async def _moved(data: "Data") -> "Report":
    from kernel.adapters.sqlite.database import SqliteDatabase
    from kernel.adapters.sqlite.event_store import SqliteEventStore
    from kernel.adapters.sqlite.key_value_store import SqliteKeyValueStore
    from kernel.observe import logs
    from kernel.process.platform import Platform
    from taskledger.moving import Kept, move

    logs.configure("ERROR")
    async with AsyncExitStack() as stack:
        log = await SqliteEventStore.open(data / "log.db")
        stack.push_async_callback(log.close)
        keys = await SqliteKeyValueStore.open(data / "keys.db")
        stack.push_async_callback(keys.close)
        inbox = await SqliteDatabase.open(data / "notify.db")
        stack.push_async_callback(inbox.close)
        platform = await stack.enter_async_context(Platform())
        target = Kept(
            log=await platform.event_store(os.environ["EVENT_STORE_URL"]),
            keys=await platform.key_value_store(os.environ["KEY_VALUE_URL"]),
            inbox=await platform.database(os.environ["NOTIFY_DB_URL"]),
        )
        return await move(Kept(log=log, keys=keys, inbox=inbox), target, _show)


def _show(stage: str, count: int) -> None:
    if sys.stderr.isatty():
        print(f"{stage}: {count}" if count else stage, file=sys.stderr)
