"""`taskledger export`."""

import asyncio
import sys
from typing import Annotated

import typer

from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home


def export(
    project: Annotated[str | None, typer.Option(help="Only the projects with this key.")] = None,
    form: Annotated[str, typer.Option("--format", help="json or csv", metavar="FORMAT")] = "json",
    events: Annotated[bool, typer.Option(help="Every event of the log instead, as CloudEvents JSON lines.")] = False,
    data: Data = DATA,
) -> None:
    """Write the boards, or the whole log, to standard output."""
    from taskledger import exporting
    from taskledger.offline import opened

    if form not in ("json", "csv"):
        raise fail(f"{form} is not a format: json, csv")

    left_out: list[str] = []

    async def run() -> None:
        async with opened(Home(data)) as here:
            store = await here.platform.event_store(here.environment["EVENT_STORE_URL"])
            if events:
                async for line in exporting.events(store, left_out.append):
                    sys.stdout.buffer.write(line)
                return
            found = await exporting.projects(store, project, left_out.append)
            if project and not found:
                raise fail(f"No project has the key {project}.")
            people = await here.auth.state.deps.auth.accounts.directory()
            names = {account.id: account.name for account in people if not account.erased}
            written = exporting.as_json if form == "json" else exporting.as_csv
            async for piece in written(store, found, names, left_out.append):
                sys.stdout.buffer.write(piece)

    asyncio.run(run())
    if left_out:
        sys.stdout.flush()
        raise fail("\n".join(f"left out: {line}" for line in left_out), 1)
