"""The emulator of AWS, as a process of its own: DynamoDB with streams, EventBridge, SQS and SES on one endpoint."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from taskledger_local.processes import Child, DidNotStart, free_port

REGION: Final = "us-east-1"

CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""What AWS clients need in their environment. An access key of 12 digits is an account of its own in the emulator."""


class Emulator(Child):
    """A ministack on a free loopback port. What it holds is gone when it ends, unless `keep` names a folder."""

    def __init__(self, folder: Path, port: int | None = None, *, keep: Path | None = None) -> None:
        self.port = port or free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        environment = {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            "TMPDIR": str(folder),
            "STATE_DIR": str(keep or folder / "state"),
            "PERSIST_STATE": "1" if keep else "0",
        }
        super().__init__("emulator", [str(_program())], folder, environment)

    def run(self) -> None:
        """Start, and return when it answers. Raises DidNotStart."""
        self.start(self.answers)

    def answers(self) -> bool:
        """Whether it can be used."""
        try:
            return httpx.get(f"{self.endpoint}/_ministack/health", timeout=5).is_success
        except httpx.HTTPError:
            return False


@contextmanager
def emulator(folder: Path) -> Iterator[Emulator]:
    """A started emulator, gone with all it holds at the end."""
    started = Emulator(folder)
    started.run()
    try:
        yield started
    finally:
        started.kill()  # an orderly end would wait for every long poll


def _program() -> Path:
    """The variable `TASKLEDGER_EMULATOR`, or what `make setup` installs. Raises DidNotStart."""
    named = os.environ.get("TASKLEDGER_EMULATOR")
    program = Path(named) if named else Path(sys.prefix) / "emulator" / "bin" / "ministack"
    if not program.exists():
        raise DidNotStart(f"{program} is missing: `make setup` installs it")
    return program
