"""The `taskledger` command. Each command imports what it needs when it runs, so that all start fast."""

from pathlib import Path
from typing import Annotated

import typer

from taskledger.settings import Home

app = typer.Typer(help="Taskledger: a task board for teams in which nothing is lost.", no_args_is_help=True)

Data = Annotated[Path, typer.Option(envvar="TASKLEDGER_DATA", help="The folder that holds everything.")]
DATA = Path("data")


def fail(message: str, code: int = 2) -> typer.Exit:
    """Print an error and make the exit to raise."""
    typer.secho(message, err=True, fg="red")
    return typer.Exit(code)


@app.command()
def up(
    data: Data = DATA,
    host: Annotated[str, typer.Option(envvar="TASKLEDGER_HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="TASKLEDGER_PORT", min=0, max=65535)] = 8000,
) -> None:
    """Serve the board until Ctrl-C."""
    from taskledger.lock import AlreadyRunning
    from taskledger.server import PortTaken
    from taskledger.server import up as serve

    try:
        serve(Home(data, host, port))
    except (AlreadyRunning, PortTaken) as error:
        raise fail(str(error)) from error


@app.command(hidden=True)
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    print(installed("taskledger"))


def main() -> None:
    """The command's entry point."""
    app()
