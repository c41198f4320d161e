"""Each process of ours killed, and each ended in order, while people work."""

from collections.abc import Callable

import pytest

from testkit.aws_board import Breakable
from testkit.board import Person
from testkit.working import Work, at_work

pytestmark = [pytest.mark.crash, pytest.mark.process]

OURS = ("task", "projector", "notify", "pipe", "auth")
IN_FLIGHT = 20
"""Mails that a sender hands over at once: a kill between sending and recording may send them again."""


@pytest.mark.long
def test_sigkill_of_each_under_load_loses_nothing_and_tells_everyone_once(
    breakable: Breakable, ann: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    with at_work(ann, work, "killed", 3, pace=0.4):
        for name in OURS:
            work.goes_on()
            breakable.child(name).kill()
            breakable.board.start()
        work.goes_on()
    all_is_well(sent_again=IN_FLIGHT)


@pytest.mark.long
def test_sigterm_of_each_under_load_ends_in_order_and_mails_nobody_twice(
    breakable: Breakable, ann: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    with at_work(ann, work, "ended", 3, pace=0.4):
        for name in OURS:
            work.goes_on()
            assert breakable.child(name).end() == 0, name
            breakable.board.start()
        work.goes_on()
    all_is_well()


def test_everything_of_ours_killed_at_once_comes_back(
    breakable: Breakable, ann: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    with at_work(ann, work, "all", 3, pace=0.4):
        work.goes_on(10)
        breakable.board.kill()
        breakable.board.start()
        work.goes_on(10)
    all_is_well(sent_again=IN_FLIGHT)
