"""What the commands share: the data folder's option, and how an error is told."""

from pathlib import Path
from typing import Annotated, Final

import typer

Data = Annotated[Path, typer.Option(envvar="TASKLEDGER_DATA", help="The folder that holds everything.")]
DATA: Final = Path("data")


def fail(message: str, code: int = 2) -> typer.Exit:
    """Print an error and make the exit to raise."""
    typer.secho(message, err=True, fg="red")
    return typer.Exit(code)
