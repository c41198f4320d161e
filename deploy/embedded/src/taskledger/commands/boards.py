"""`taskledger import` and `taskledger export`."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home

if TYPE_CHECKING:
    from auth_service.accounts import Account
    from contracts.project import Project
    from kernel.ports.event_store import EventStore


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A Trello board export, or CSV.")],
    owner: Annotated[
        str | None, typer.Option(help="E-mail of who imports; needed when several are registered.")
    ] = None,
    project: Annotated[str | None, typer.Option(help="Key of a project to import into, instead of a new one.")] = None,
    data: Data = DATA,
) -> None:
    """Import a Trello board export (JSON) or a CSV file. Importing it again adds only what is new."""
    from kernel.log.decider import Rejection
    from taskledger.board import BadFile, Board
    from taskledger.csv_board import read_csv
    from taskledger.importing import Importer, Report
    from taskledger.offline import opened
    from taskledger.trello import read_trello

    async def run(board: Board) -> Report:
        async with opened(Home(data)) as here:
            people = await here.auth.state.deps.auth.accounts.directory()
            importing = _owner(people, owner)
            store = await here.platform.event_store(here.environment["EVENT_STORE_URL"])
            into = await _project(store, project) if project else None
            shown = sys.stderr.isatty()
            with typer.progressbar(
                length=len(board.cards), label="Importing", file=sys.stderr, hidden=not shown
            ) as bar:
                return await Importer(store, importing, people).run(
                    board, into, lambda done, _: bar.update(done - bar.pos)
                )

    raw = file.read_bytes()
    try:
        trello = file.suffix.lower() == ".json" or raw.lstrip()[:1] in (b"{", b"[")
        board = read_trello(raw) if trello else read_csv(raw, file.stem)
        report = asyncio.run(run(board))
    except BadFile as error:
        raise fail(f"{file}: {error}") from error
    except Rejection as error:
        raise fail(error.detail) from error
    print(f"Imported into {report.project.key} ({report.project.name}):")
    print(f"  {report.added} tasks added, {report.known} known already, {report.comments} comments added")
    for note in report.notes:
        print(f"  note: {note}")


def _owner(people: "Sequence[Account]", email: str | None) -> "Account":
    if not people:
        raise fail("Nobody is registered yet: register in the site, or with `taskledger user add`.")
    if email is None:
        if len(people) > 1:
            raise fail("Several people are registered: say who imports with --owner EMAIL.")
        return people[0]
    for account in people:
        if account.email.casefold() == email.casefold():
            return account
    raise fail(f"Nobody with the address {email} is registered.")


async def _project(store: "EventStore", key: str) -> "Project":
    from taskledger.exporting import boards

    found = await boards(store, key)
    if len(found) != 1:
        raise fail(f"{'No project has' if not found else 'Several projects have'} the key {key}.")
    return found[0][0]


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
            found = await exporting.boards(store, project, left_out.append)
            if project and not found:
                raise fail(f"No project has the key {project}.")
            if form == "json":
                sys.stdout.buffer.write(exporting.as_json(found))
            else:
                people = await here.auth.state.deps.auth.accounts.directory()
                sys.stdout.write(exporting.as_csv(found, {account.id: account.name for account in people}))

    asyncio.run(run())
    if left_out:
        sys.stdout.flush()
        raise fail("\n".join(f"left out: {line}" for line in left_out), 1)
