"""Processes that are started for a while and always ended."""

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

_PATIENCE_SECONDS: Final = 120.0
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """In the child: whoever started it may be killed, and then nobody is left to end it."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class DidNotStart(Exception):
    """A process ended, or did not answer in time; the message has the end of what it printed."""


class Child:
    """A process of ours with its output in a file. It can be ended, killed and started again."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.environment = dict(environment)
        self._command = list(command)
        self._folder = folder
        self._printed = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start, and do not wait."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._printed.open("ab") as printed:
            self.process = subprocess.Popen(  # noqa: S603 - the commands are ours
                self._command,
                stdout=printed,
                stderr=printed,
                env={**os.environ, **self.environment},
                preexec_fn=_end_with_parent,
                process_group=0,  # Ctrl-C is for whoever started it, who ends its children in order
            )

    def start(self, ready: Callable[[], bool]) -> None:
        """Start, and return when `ready` says so. Raises DidNotStart."""
        self.launch()
        self.wait(ready)

    def wait(self, ready: Callable[[], bool]) -> None:
        """Return when `ready` says so. Raises DidNotStart."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while not ready():
            if self.process is None or self.process.poll() is not None:
                raise DidNotStart(f"{self.name} ended:\n{self.printed()[-4000:]}")
            if time.monotonic() > until:
                raise DidNotStart(f"{self.name} does not answer:\n{self.printed()[-4000:]}")
            time.sleep(0.05)

    def printed(self) -> str:
        """What the process has printed so far."""
        return self._printed.read_text(errors="replace") if self._printed.exists() else ""

    def end(self) -> int | None:
        """SIGTERM, then SIGKILL where that is not enough; the exit status, None when it was not running."""
        return self.signal(signal.SIGTERM)

    def kill(self) -> int | None:
        """SIGKILL: no chance to finish anything."""
        return self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> int | None:
        """Send a signal and wait for the end."""
        if self.process is not None:
            self.process.send_signal(number)
        return self.join()

    def join(self) -> int | None:
        """Wait for the end, and hasten it where it takes too long."""
        process, self.process = self.process, None
        if process is None:
            return None
        try:
            return process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def signal_all(children: Iterable[Child], number: signal.Signals) -> list[int | None]:
    """Send a signal to all at once and wait for all; the exit statuses."""
    known = list(children)
    for child in known:
        if child.process is not None:
            child.process.send_signal(number)
    return [child.join() for child in known]


def free_port() -> int:
    """A free port on loopback, of those that no system gives to outgoing connections: it stays free for a while."""
    while True:
        port = random.randrange(10_000, 32_000)  # noqa: S311 - nobody's secret
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
