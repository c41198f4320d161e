"""Whether a process is alone with a log file, and so may answer from memory what it has written itself.

The first process that opens the file owns it. Whoever comes later is a guest: it announces itself by a lock and writes
nothing for `GUEST_WAITS` seconds. The owner looks for guests every `LOOK_EVERY` seconds, and what it saw holds for
`TRUSTED_FOR` seconds, which is less than a guest waits. So no guest ever writes while the owner believes to be alone.
The locks are the operating system's: they go with their process, however it ends.
"""

import asyncio
import fcntl
import os
import time
from pathlib import Path
from typing import Final

LOOK_EVERY: Final = 0.1
TRUSTED_FOR: Final = 0.25
GUEST_WAITS: Final = 0.4


class Ownership:
    """One opener's part in a file: owner or guest."""

    def __init__(self, path: Path) -> None:
        self._owner = _open(path.with_name(path.name + "-owner"))
        self._guests = _open(path.with_name(path.name + "-guests"))
        self._owns = _lock(self._owner, fcntl.LOCK_EX)
        self._alone_until = 0.0
        self._welcome_at = 0.0
        if not self._owns:
            # The owner tries this lock for a moment at a time.
            fcntl.flock(self._guests, fcntl.LOCK_SH)
            self._welcome_at = time.monotonic() + GUEST_WAITS

    def alone(self) -> bool:
        """Whether nobody else can have written since the last `look` that was True."""
        return time.monotonic() < self._alone_until

    def look(self) -> bool:
        """Look for guests; True when what was remembered since the last look is still all that was written."""
        if not self._owns:
            return False
        now = time.monotonic()
        in_time = self.alone()
        if not _lock(self._guests, fcntl.LOCK_EX):
            self._alone_until = 0.0
            return False
        fcntl.flock(self._guests, fcntl.LOCK_UN)
        self._alone_until = now + TRUSTED_FOR
        return in_time

    async def welcome(self) -> None:
        """Return when the owner has had the time to notice this guest; at once for an owner."""
        wait = self._welcome_at - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)

    def close(self) -> None:
        """Leave: as an owner to whoever opens the file next."""
        self._alone_until = 0.0
        os.close(self._guests)
        os.close(self._owner)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
