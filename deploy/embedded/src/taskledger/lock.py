"""One `taskledger up` per data folder: a lock that the operating system lets go of, however the process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another process works on the data folder."""


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the folder's lock. Raises AlreadyRunning."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise AlreadyRunning(f"Taskledger runs on {data} already (process {file.read().strip()}).") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
