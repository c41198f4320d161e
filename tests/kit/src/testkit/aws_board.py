"""The AWS shape as the board of end-to-end journeys, and one that can be broken."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from kernel.process.platform import Platform
from taskledger_local.emulator import CREDENTIALS, Emulator
from taskledger_local.services import HttpChild, Services
from taskledger_local.stack import Endpoints, Stack
from testkit.board import TASKLEDGER, Board, Person
from testkit.faults import Faults, faults_before


class AwsBoard(Board):
    """A started stack."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack.services.origin.port)
        self.stack = stack

    def start(self) -> None:
        """See Board."""
        self.stack.resume()

    def kill(self) -> None:
        """See Board."""
        self.stack.kill()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """See Board."""
        environment = {**os.environ, **self.stack.environment}
        command = [TASKLEDGER, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)

    def events(self) -> int:
        """See Board."""

        async def count() -> int:
            async with Platform() as platform:
                store = await platform.event_store(self.stack.environment["EVENT_STORE_URL"])
                return sum([head.version async for head in store.heads()])

        return asyncio.run(count())

    def mails(self, person: Person) -> list[dict[str, Any]]:
        """See Board. The emulator's SES has one account of ours."""
        (mails,) = httpx.get(self.stack.mails).raise_for_status().json()["messages"].values() or [[]]
        return [
            {
                "id": mail["MessageId"],
                "to": mail["To"][0],
                "subject": mail["Subject"],
                "text": mail["BodyText"],
                "html": mail["BodyHtml"],
            }
            for mail in mails
            if mail["To"] == [person.email]
        ]


@contextmanager
def aws_board(folder: Path, **options: Any) -> Iterator[AwsBoard]:
    """A started stack, with what reaches its emulator in the environment; `options` are those of `Stack`.

    The emulator does not notice when a consumer that waits for messages is killed, and gives it those that come next;
    so they are soon given out again.
    """
    stack = Stack(folder, **{"visibility": 2, **options})
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        board = AwsBoard(stack)
        try:
            stack.start()
            yield board
        finally:
            board.close()
            stack.stop()


@dataclass(frozen=True, slots=True)
class Breakable:
    """A board, and the proxies between it and AWS."""

    board: AwsBoard
    tables: Faults
    bus: Faults
    queues: Faults

    @property
    def services(self) -> Services:
        """The services and the origin."""
        return self.board.stack.services

    def child(self, name: str) -> HttpChild:
        """A process of ours: the pipe, or a service by its short name."""
        return self.board.stack.pipe if name == "pipe" else self.services.by_name[name]

    def mend(self) -> None:
        """Make whole what is broken."""
        for faults in (self.tables, self.bus, self.queues):
            faults.clear()
        self.board.stack.start()


@contextmanager
def breakable_board(folder: Path) -> Iterator[Breakable]:
    """A started stack behind proxies.

    Statements time out soon, and another sender soon takes the mails of one that was killed.
    """
    emulator = Emulator(folder)
    at = emulator.endpoint
    with faults_before(at) as tables, faults_before(at) as bus, faults_before(at) as queues:
        endpoints = Endpoints(tables=tables.endpoint, bus=bus.endpoint, queues=queues.endpoint, mail=at)
        database = "connect_timeout=1&timeout=2"
        variables = {"MAIL_LEASE": "10", "MAIL_TIMEOUT": "5"}
        variables |= {"MAILS_PER_READER": "100000", "MAILS_PER_SENDER": "100000"}
        options = {"emulator": emulator, "endpoints": endpoints, "database": database, "variables": variables}
        with aws_board(folder, **options) as board:
            yield Breakable(board, tables, bus, queues)
