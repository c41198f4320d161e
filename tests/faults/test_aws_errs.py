"""AWS throttles, fails and loses answers, everywhere at once, while people work."""

from collections.abc import Callable

import pytest

from testkit.aws_board import Breakable
from testkit.board import Person
from testkit.faults import Answer, Broken, Lost, aws_error
from testkit.working import Work, at_work

pytestmark = pytest.mark.process


def test_throttling_errors_and_lost_answers_lose_nothing(
    breakable: Breakable, ann: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    throttled = aws_error("ThrottlingException")
    with at_work(ann, work, "erring", 3, pace=0.05):
        work.goes_on()
        for fault, share in (
            (aws_error("ProvisionedThroughputExceededException"), 0.1),
            (aws_error("InternalServerError", 500), 0.05),
            (Broken(), 0.03),
            (Lost(), 0.03),
        ):
            breakable.tables.always(fault, operation="DynamoDB_20120810.", share=share)
        for faults in (breakable.bus, breakable.queues):
            faults.always(throttled, share=0.1)
            faults.always(Answer(503), share=0.05)
            faults.always(Lost(), share=0.05)
        work.goes_on(60)
        for faults in (breakable.tables, breakable.bus, breakable.queues):
            faults.clear()
        work.goes_on()
    all_is_well()


@pytest.mark.long
def test_a_log_that_is_away_is_told_and_nothing_is_half_done(
    breakable: Breakable, ann: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    with at_work(ann, work, "away", 2, pace=0.05):
        work.goes_on(10)
        breakable.tables.always(Answer(503), operation="DynamoDB_20120810.")
        refused = ann.http.post(f"/api/projects/{work.project}/tasks", json={"title": "Not now"})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        breakable.tables.clear()
        work.goes_on(10)
    all_is_well()
