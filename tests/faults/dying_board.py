"""`taskledger` that kills itself at a moment of auth-service: `dying_board.py FILE MOMENT ARGUMENT...`.

`MOMENT` is `before:Class.method` or `after:Class.method`; it dies there once `FILE` is there, which it takes away.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from auth_service.personal import PersonalTokens
from auth_service.sessions import Sessions
from taskledger.cli import main


def arm(file: Path, moment: str) -> None:
    when, _, place = moment.partition(":")
    kind, _, name = place.partition(".")
    owner = {one.__name__: one for one in (PersonalTokens, Sessions)}[kind]
    method = getattr(owner, name)

    def die() -> None:
        if file.exists():
            file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    async def dying(*arguments: Any, **more: Any) -> Any:
        if when == "before":
            die()
        result = await method(*arguments, **more)
        die()
        return result

    setattr(owner, name, dying)


if __name__ == "__main__":
    arm(Path(sys.argv[1]), sys.argv[2])
    sys.argv = ["taskledger", *sys.argv[3:]]
    main()
