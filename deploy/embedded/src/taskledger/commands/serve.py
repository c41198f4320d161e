"""`taskledger up`."""

from typing import Annotated

import typer

from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home


def up(
    data: Data = DATA,
    host: Annotated[str, typer.Option(envvar="TASKLEDGER_HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="TASKLEDGER_PORT", min=0, max=65535)] = 8000,
) -> None:
    """Serve the board until Ctrl-C."""
    from pydantic import ValidationError

    from taskledger.lock import AlreadyRunning
    from taskledger.server import PortTaken
    from taskledger.server import up as serve

    try:
        serve(Home(data, host, port))
    except (AlreadyRunning, PortTaken) as error:
        raise fail(str(error)) from error
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}" for item in error.errors())
        raise fail("\n".join(wrong)) from error
