"""The boards that the journeys run on: the embedded process, and the AWS shape as processes of its own.

A journey knows its board's address, and what it may do to its processes. A module's journeys share an embedded board,
all journeys share one in the AWS shape, so each has people of its own.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, expect

from testkit.aws_board import AwsBoard, aws_board
from testkit.board import Board, running
from testkit.visiting import chromium

expect.set_options(timeout=20_000)  # what is waited for comes soon, but not where eight processes share two slow cores


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is of the site's own finds little on a second shape of the services."""
    for item in items:
        given = getattr(item, "callspec", None)
        if given is not None and given.params.get("stack") == "aws" and item.get_closest_marker("site"):
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the session: while it is open, no test of asyncio can run in the process.
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def aws_stack() -> Iterator[AwsBoard]:
    # Not one of pytest's folders, which the database's user may not enter.
    with TemporaryDirectory(prefix="taskledger-") as name, aws_board(Path(name)) as board:
        yield board


@pytest.fixture(scope="module", params=["embedded", "aws"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    if request.param == "aws":
        yield request.getfixturevalue("aws_stack")
    else:
        with running(tmp_path_factory.mktemp("stack") / "data") as process:
            yield process
