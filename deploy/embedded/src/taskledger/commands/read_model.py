"""`taskledger rebuild`, `verify`, `blocked` and `unblock`: the read model and its consumers."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from taskledger.commands.proof import verify_log
from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home, elsewhere

_SHOWN = 50


def rebuild(
    data: Data = DATA,
    back: Annotated[bool, typer.Option(help="Switch back to the one before.")] = False,
    if_missing: Annotated[bool, typer.Option(help="Only where this version has none: before a release.")] = False,
) -> None:
    """Fill the read model anew from the log beside the old one, compare, switch. The board goes on meanwhile."""
    from log_projector import rebuild as rebuilding
    from log_projector.settings import Settings
    from taskledger import wholeness
    from taskledger.lock import held
    from taskledger.offline import opened

    async def run() -> int:
        async with opened(Home(data)) as here:
            settings = here.settings(Settings)
            if back:
                print(f"Readers have generation {await rebuilding.switch_back(here.platform, settings)} now.")
                return 0
            make = rebuilding.fill_missing if if_missing else rebuilding.rebuild
            done = await make(here.platform, settings, _show)
            if done is None:
                print("There is a read model of this version.")
                return 0
            rate = done.events / done.filled_seconds if done.filled_seconds else 0.0
            print(f"Generation {done.generation}: {done.streams} streams, {done.events} events, {rate:,.0f} events/s")
            print(f"The generation before had {len(done.differences)} differences.")
            for difference in done.differences[:_SHOWN]:
                print(f"  {difference}")
            return 0

    def _show(progress: rebuilding.Progress) -> None:
        if sys.stderr.isatty():
            of = f" of {progress.of}" if progress.of else ""
            sys.stderr.write(f"\r{progress.stage}: {progress.streams}{of} streams\x1b[K")

    if not elsewhere() and not Home(data).missing and (fault := wholeness.damage(data / wholeness.READ, thorough=True)):
        with held(data):  # a running board has the file open
            wholeness.check_only(data)
            aside = wholeness.put_aside(data / wholeness.READ)
        print(f"{data / wholeness.READ} was damaged ({fault}): it is at {aside.name} now.")
    try:
        raise typer.Exit(asyncio.run(run()))
    except (rebuilding.RebuildRunning, rebuilding.NothingToSwitchTo) as error:
        raise fail(str(error)) from error


def verify(
    data: Data = DATA,
    log: Annotated[bool, typer.Option("--log", help="Hold the log itself against its chains and a seal.")] = False,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --log: what `export --events` wrote, instead of the log.")
    ] = None,
    seal: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --log: a seal. Else the newest in DATA/seals.")
    ] = None,
    root: Annotated[str | None, typer.Option(help="With --log: the root that the seal must have.")] = None,
) -> None:
    """Compare the read model with the log, or the log with what was written. Exit status 0: no difference."""
    if log:
        verify_log(data, export, seal, root)
    if export or seal or root:
        raise fail("--export, --seal and --root go with --log.")
    from log_projector.settings import Settings
    from log_projector.verify import verify as verified
    from taskledger.offline import opened

    async def run() -> int:
        async with opened(Home(data)) as here:
            found = await verified(here.platform, here.settings(Settings))
            count = len(found.differences)
            print(f"Generation {found.generation}: {found.streams} streams, {found.events} events, {count} differences")
            if found.behind:
                print(f"  {len(found.behind)} streams wait for the projector; they are equal up to where it is")
            for difference in found.differences[:_SHOWN]:
                print(f"  {difference}")
            if count > _SHOWN:
                print(f"  and {count - _SHOWN} more")
            return 1 if count else 0

    raise typer.Exit(asyncio.run(run()))


def blocked(data: Data = DATA) -> None:
    """List the streams that a consumer stopped at, and why."""
    from taskledger.offline import opened
    from taskledger.repair import blocked_streams

    async def run() -> int:
        async with opened(Home(data)) as here:
            found = await blocked_streams(here)
            for entry in found:
                print(f"{entry.consumer}  {entry.stream}:{entry.version}  {entry.reason}")
            if not found:
                print("No stream is blocked.")
            return 1 if found else 0

    raise typer.Exit(asyncio.run(run()))


def unblock(
    stream: Annotated[str, typer.Argument(help="As `taskledger blocked` shows it, without the version.")],
    data: Data = DATA,
) -> None:
    """Let a blocked stream go on, after the cause was mended. A running board takes it up within half a minute."""
    from taskledger.offline import opened
    from taskledger.repair import unblock_stream

    async def run() -> None:
        async with opened(Home(data)) as here:
            consumers = await unblock_stream(here, stream.partition(":")[0])
            if not consumers:
                raise fail(f"No consumer is blocked at {stream}.")
            print(f"{stream} goes on in: {', '.join(consumers)}")

    asyncio.run(run())
