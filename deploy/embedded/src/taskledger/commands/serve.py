"""`taskledger up`."""

from typing import Annotated

import typer

from taskledger.commands.shared import DATA, Data
from taskledger.settings import Home


def up(
    data: Data = DATA,
    host: Annotated[str, typer.Option(envvar="TASKLEDGER_HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="TASKLEDGER_PORT", min=0, max=65535)] = 8000,
) -> None:
    """Serve the board until Ctrl-C."""
    from taskledger.server import up as serve

    serve(Home(data, host, port))
