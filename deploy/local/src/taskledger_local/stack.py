"""The AWS shape without Docker: `python -m taskledger_local.stack`.

A private MySQL-compatible server, an emulator of AWS, the pipe, the four services and one origin before them, as
processes on loopback ports, with all they write in one folder.
"""

import argparse
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from taskledger_local.emulator import CREDENTIALS, REGION, Emulator
from taskledger_local.mysql_server import Existing, MysqlServer, create_database
from taskledger_local.processes import Child, DidNotStart, free_port, signal_all
from taskledger_local.services import HttpChild, Services
from taskledger_local.topology import ANSWERS, KEYS, LOG, PROJECTOR

SENDER: Final = "board@taskledger.example"
POLL: Final = 2
"""Seconds that a consumer waits for messages. The emulator gives them to a poll even when nobody waits any more."""

_LOOK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where the parts of AWS are, as the services and the pipe see it; tests put proxies before some."""

    tables: str
    bus: str
    queues: str
    mail: str


class Stack:
    """All of it. With `keep` it can be started again on the folder, if it was ended in order.

    `visibility`: seconds after which messages of a consumer that was killed are given out again. `database`: options of
    the databases' URLs, such as `timeout=2`. `variables` are more of them for the services, such as `LOG_LEVEL`.
    `tables`: the names of those that a restore made, by the names of those in whose place they are used.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        keep: bool = False,
        emulator: Emulator | None = None,
        endpoints: Endpoints | None = None,
        visibility: int = PROJECTOR.visibility,
        database: str = "",
        variables: Mapping[str, str] | None = None,
        tables: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        named = os.environ.get("TASKLEDGER_MYSQL_URL")
        self.variables = folder / "variables"
        self.mysql = Existing(named) if named else MysqlServer(folder)
        self.emulator = emulator or Emulator(folder, keep=folder / "aws" if keep else None)
        self._keep = keep
        aws = self.emulator.endpoint
        at = endpoints or Endpoints(tables=aws, bus=aws, queues=aws, mail=aws)
        self._databases = ["taskledger_read", "taskledger_notify"]
        if named and not keep:  # others may use that server
            self._databases = [f"{name}_{secrets.token_hex(4)}" for name in self._databases]
        log, keys = ((tables or {}).get(each.name, each.name) for each in (LOG, KEYS))
        environment = {
            "EVENT_STORE_URL": f"dynamodb://{log}?region={REGION}&endpoint={at.tables}",
            "KEY_VALUE_URL": f"dynamodb://{keys}?region={REGION}&endpoint={at.tables}",
            "SUBSCRIPTION_URL": f"sqs://taskledger?region={REGION}&endpoint={at.queues}&visibility={visibility}&poll={POLL}",
            "READ_MODEL_URL": f"{self.mysql.url(self._databases[0])}?{database}",
            "NOTIFY_DB_URL": f"{self.mysql.url(self._databases[1])}?{database}",
            "MAILER_URL": f"ses://?from={SENDER}&region={REGION}&endpoint={at.mail}",
            "SERVICE_SECRET": secrets.token_urlsafe(32),
            **CREDENTIALS,
            **(variables or {}),
        }
        answers = {"KEY_VALUE_URL": f"dynamodb://{ANSWERS.name}?region={REGION}&endpoint={at.tables}"}
        self.services = Services(folder, environment, port, own={"notify": answers})
        pipe = [
            f"--endpoint={at.bus}",
            f"--tables-endpoint={at.tables}",
            f"--state={folder / 'pipe'}",
            f"--table={log}",
        ]
        self.pipe = HttpChild("pipe", "taskledger_local.pipe", folder, environment, free_port(), *pipe)

    @property
    def url(self) -> str:
        """Where the board is."""
        return self.services.url

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables of the services; a `taskledger` command that has them works on this stack."""
        return self.services.environment

    @property
    def mails(self) -> str:
        """Where the mails that were sent can be read, as JSON."""
        return f"{self.emulator.endpoint}/_ministack/ses/messages"

    @property
    def children(self) -> list[Child]:
        """Every process, what others stand on first."""
        mysql = [self.mysql] if isinstance(self.mysql, MysqlServer) else []
        return [*mysql, self.emulator, self.pipe, *self.services.all]

    def start(self) -> None:
        """Start everything that does not run, each after what it stands on. Raises DidNotStart."""
        self.prepare()
        self.resume()

    def prepare(self) -> None:
        """Start what the services stand on, and set it up. Raises DidNotStart."""
        if self.emulator.process is None:
            self.emulator.launch()
        if isinstance(self.mysql, MysqlServer) and self.mysql.process is None:
            self.mysql.run()
        for name in self._databases:
            create_database(self.mysql, name)
        self.emulator.wait(self.emulator.answers)
        self._set_up()
        self._tell_variables()

    def resume(self) -> None:
        """Start again what was killed, and return when all is ready. Raises DidNotStart."""
        if self.pipe.process is None:
            self.pipe.launch()
        self.services.start()
        self.pipe.wait(self.pipe.ready)

    def kill(self) -> None:
        """SIGKILL to the pipe and the services. AWS, the database and the origin stay, as they would elsewhere."""
        signal_all([self.pipe, *self.services.by_name.values()], signal.SIGKILL)

    def stop(self) -> None:
        """End everything, in order: what others stand on last."""
        self.services.end()
        self.pipe.end()
        if self._keep:
            self.emulator.end()
        else:
            self.emulator.kill()  # an orderly end would wait for every long poll
        if isinstance(self.mysql, MysqlServer):
            self.mysql.end()

    def _tell_variables(self) -> None:
        """Write the services' variables for a shell, so that a command can work on the same."""
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in self.environment.items()]
        self.variables.touch(mode=0o600)
        self.variables.write_text("".join(lines))

    def _set_up(self) -> None:
        command = [sys.executable, "-m", "taskledger_local.setup"]
        command += [f"--endpoint={self.emulator.endpoint}", f"--sender={SENDER}"]
        environment = {**os.environ, **CREDENTIALS}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise DidNotStart(f"the set-up of {self.emulator.endpoint} failed:\n{done.stderr[-4000:]}")


@contextmanager
def stack(folder: Path, **options: object) -> Iterator[Stack]:
    """A started stack that is ended at the end, whole: no further signal keeps it from that."""
    running = Stack(folder, **options)  # type: ignore[arg-type]
    try:
        running.start()
        yield running
    finally:
        _heed(signal.SIG_IGN)
        running.stop()


def main() -> None:
    """Run until Ctrl-C or SIGTERM. Exit status 1: something did not start, or ended by itself."""
    parser = argparse.ArgumentParser(prog="python -m taskledger_local.stack", description=__doc__)
    parser.add_argument("--port", type=int, default=os.environ.get("TASKLEDGER_PORT", "8000"), help="8000")
    parser.add_argument("--data", type=Path, help="a folder to keep everything in; without, it is gone at the end")
    given = parser.parse_args()
    _heed(_interrupt)
    folder = given.data.resolve() if given.data else Path(tempfile.mkdtemp(prefix="taskledger-"))
    try:
        with stack(folder, port=given.port, keep=given.data is not None) as running:
            print(f"Taskledger is at {running.url}")
            print(f"Mails are at     {running.mails}")
            print(f"Log lines are in {folder}/*.log")
            print(f"Commands: `. {running.variables}`, then `taskledger verify` and others", flush=True)
            ended = _watch(running.children)
            print(f"{ended.name} ended by itself:\n{ended.printed()[-4000:]}", file=sys.stderr)
    except DidNotStart as fault:
        print(fault, file=sys.stderr)
    except KeyboardInterrupt:
        sys.exit(0)
    finally:
        if given.data is None:
            shutil.rmtree(folder)
    sys.exit(1)


def _watch(children: list[Child]) -> Child:
    """Wait until one of them ends."""
    while True:
        for child in children:
            if child.process is not None and child.process.poll() is not None:
                return child
        time.sleep(_LOOK_SECONDS)


def _heed(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    _heed(signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
