"""One board in the AWS shape, with proxies before the parts of AWS, that the tests break in every way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from testkit.aws_board import Breakable, breakable_board
from testkit.board import Person
from testkit.working import Work, all_is_there, told_once, verified


@pytest.fixture(scope="session")
def shared() -> Iterator[Breakable]:
    # Not one of pytest's folders, which the database's user may not enter.
    with TemporaryDirectory(prefix="taskledger-") as name, breakable_board(Path(name)) as board:
        yield board


@pytest.fixture
def breakable(shared: Breakable) -> Iterator[Breakable]:
    """The board, whole again after the test."""
    yield shared
    shared.mend()


@pytest.fixture
def ann(shared: Breakable) -> Person:
    return shared.board.register("Ann")


@pytest.fixture
def bob(shared: Breakable) -> Person:
    return shared.board.register("Bob")


@pytest.fixture
def work(ann: Person, bob: Person) -> Work:
    """What Ann does in a project of hers, for Bob."""
    project = ann.post("/api/projects", name=f"Load {uuid4().hex[:6]}")["id"]
    ann.put(f"/api/projects/{project}/members/{bob.id}", role="member")
    return Work(project, assignees=[bob.id])


@pytest.fixture
def all_is_well(breakable: Breakable, ann: Person, bob: Person, work: Work) -> Callable[..., None]:
    """Nothing was lost, the read model is right, everyone was told once but for `sent_again` mails."""

    def check(*, sent_again: int = 0) -> None:
        all_is_there(breakable.board, ann, work)
        verified(breakable.board)
        told_once(breakable.board, ann, bob, work, sent_again=sent_again)

    return check
