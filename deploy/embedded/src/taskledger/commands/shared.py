"""What the commands share: the data folder's option, and how an error is told."""

from pathlib import Path
from typing import Annotated, Final

import typer

Data = Annotated[Path, typer.Option(envvar="TASKLEDGER_DATA", help="The folder that holds everything.")]
DATA: Final = Path("data")


def told(error: Exception) -> typer.Exit | None:
    """The exit after telling of an error that is no defect: 2 for what was asked wrongly, 1 for what may pass."""
    from pydantic import ValidationError

    from kernel.adapters.sqlite.engine import OtherFile
    from kernel.log.envelope import UnreadableEvent
    from kernel.log.streams import CannotApply
    from kernel.ports.database import DatabaseUnavailable
    from kernel.ports.faults import NewerData, StoreUnavailable
    from kernel.process.platform import BadUrl
    from kernel.process.serve import CannotListen
    from taskledger.backups import BadBackup, NotEmpty
    from taskledger.lock import AlreadyRunning
    from taskledger.offline import NoData
    from taskledger.wholeness import NotWhole

    match error:
        case ValidationError():
            return fail("\n".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()))
        case AlreadyRunning() | NoData() | BadUrl() | NewerData() | OtherFile() | NotWhole() | BadBackup() | NotEmpty():
            return fail(str(error))
        case CannotApply() | UnreadableEvent():
            return fail(str(error), 1)
        case CannotListen():
            return fail(f"{error} Try --port.")
        case StoreUnavailable() | DatabaseUnavailable():
            return fail(str(error), 1)
        case OSError(strerror=str(reason)):
            return fail(f"{error.filename}: {reason}" if error.filename else reason, 1)
        case _:
            return None


def fail(message: str, code: int = 2) -> typer.Exit:
    """Print an error and make the exit to raise."""
    typer.secho(message, err=True, fg="red")
    return typer.Exit(code)
