"""`taskledger backup`, `restore` and `mend`: copies of a board, and files that do not belong together."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import STORES, Home

if TYPE_CHECKING:
    from taskledger.backups import Report


def backup(
    target: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")], data: Data = DATA
) -> None:
    """Copy the board into a folder, checked, while people work. The read model is left out: the log gives it back."""
    from taskledger import backups
    from taskledger.offline import NoData

    _in_a_folder()
    if Home(data).missing:
        raise NoData(f"There is no data at {data}. Say where with --data.")
    _tell(f"{target} has", backups.backup(data, target))


def restore(
    source: Annotated[Path, typer.Argument(metavar="DIR", help="What `taskledger backup` wrote.", file_okay=False)],
    data: Data = DATA,
    replace: Annotated[bool, typer.Option(help="Put aside the board that is there.")] = False,
) -> None:
    """Put a backup back, checked before and after. The board must not be running."""
    from taskledger import backups

    _in_a_folder()
    report, aside = backups.restore(source, data, replace=replace)
    _tell(f"{data} has", report)
    if aside is not None:
        print(f"What was there is in {aside}.")
    print("Lists are made anew from the log at the next start.")


def mend(data: Data = DATA) -> None:
    """Go on with the log that there is, where no backup has the files that belong to it. The board must not run."""
    from taskledger.mending import mend as mended
    from taskledger.offline import NoData

    _in_a_folder()
    if Home(data).missing:
        raise NoData(f"There is no data at {data}. Say where with --data.")
    for line in mended(data) or ["There is nothing to mend."]:
        print(line)


def _in_a_folder() -> None:
    elsewhere = [name for name in STORES if name in os.environ]
    if elsewhere:
        raise fail(f"{', '.join(elsewhere)} say that this board is not kept in a folder; copy it where it is kept.")


def _tell(what: str, report: "Report") -> None:
    size = f"{report.size / 1_000_000:,.1f} MB"
    print(f"{what} {report.streams} streams with {report.events} events as of {report.made_at}, {size}.")
