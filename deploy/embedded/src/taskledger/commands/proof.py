"""`taskledger seal`, and `taskledger verify --log`: proof that nothing was changed since a seal."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home

if TYPE_CHECKING:
    from taskledger.proving import Proved
    from taskledger.seals import Seal

FOLDER: Final = "seals"
"""In the data folder, where seals go that are not told where to."""

_SHOWN: Final = 50


def seal(
    target: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A new file; - is standard output. Else one in DATA/seals.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Examine the log and write one root over all of it, to be kept elsewhere: what is changed later can be told."""
    from taskledger import seals
    from taskledger.offline import opened
    from taskledger.proving import prove

    async def run() -> "Proved":
        async with opened(Home(data)) as here:
            store = await here.platform.event_store(here.environment["EVENT_STORE_URL"])
            return await prove(store, _newest(data), _show)

    proved = asyncio.run(run())
    if proved.findings:
        _tell(proved)
        raise fail("Nothing is sealed: the log is not as it was written.", 1)
    made = seals.seal(proved.links)
    if target is not None and str(target) == "-":
        sys.stdout.buffer.write(made.to_json())
        return
    where = target or data / FOLDER / f"{made.made_at[:19].replace(':', '')}Z.json"
    where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with where.open("xb") as file:
        file.write(made.to_json())
        file.flush()
        os.fsync(file.fileno())
    print(f"{where}: {len(made.streams)} streams, {made.events} events")
    print(f"root {made.root}")


def verify_log(data: Path, export: Path | None, seal_file: Path | None, root: str | None) -> NoReturn:
    """Hold a log, or an export of its events, against its chains and a seal. Exits with 1 where something is wrong."""
    from taskledger import seals
    from taskledger.offline import opened
    from taskledger.proving import prove, prove_export

    try:
        against = seals.read(seal_file, root) if seal_file else None if export else _newest(data)
        if root is not None and against is not None and against.root != root.lower():
            raise seals.BadSeal(f"The newest seal has another root, {against.root}: name the file with --seal.")
    except seals.BadSeal as error:
        raise fail(str(error), 1) from error
    if root is not None and against is None:
        raise fail("A root alone tells nothing: name the seal that it is of with --seal.")

    async def run() -> "Proved":
        async with opened(Home(data)) as here:
            store = await here.platform.event_store(here.environment["EVENT_STORE_URL"])
            return await prove(store, against, _show)

    proved = prove_export(export, against) if export else asyncio.run(run())
    _tell(proved)
    if against is None:
        print("There is no seal: who could write to the log could have made its chains anew.")
    else:
        print(f"Held against the seal of {against.made_at} over {against.events} events, root {against.root}")
    raise typer.Exit(1 if proved.findings else 0)


def _newest(data: Path) -> "Seal | None":
    from taskledger import seals

    found = sorted((data / FOLDER).glob("*.json"))
    try:
        return seals.read(found[-1]) if found else None
    except seals.BadSeal as error:
        raise fail(str(error), 1) from error


def _tell(proved: "Proved") -> None:
    count = len(proved.findings)
    print(f"Log: {len(proved.links)} streams, {proved.events} events, {count} findings")
    if proved.unlinked:
        print(f"  {proved.unlinked} events are from before there were chains; what follows them or a seal holds them")
    for finding in proved.findings[:_SHOWN]:
        print(f"  {finding}")
    if count > _SHOWN:
        print(f"  and {count - _SHOWN} more")


def _show(streams: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{streams} of {of} streams\x1b[K")
