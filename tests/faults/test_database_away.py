"""The SQL database gone for a while: the log takes every change, and what is computed from it catches up."""

import os
import signal
import time
from collections.abc import Callable

import httpx
import pytest

from taskledger_local.mysql_server import MysqlServer
from testkit.aws_board import Breakable
from testkit.board import Person, eventually
from testkit.working import Work, at_work

pytestmark = [pytest.mark.crash, pytest.mark.process]

AWAY_SECONDS = float(os.environ.get("TASKLEDGER_AWAY_SECONDS", "8"))
"""Longer than a statement's time-out, so that nothing that waits gets through in the end. `make thorough` takes 30."""


@pytest.fixture
def mysql(breakable: Breakable) -> MysqlServer:
    server = breakable.board.stack.mysql
    assert isinstance(server, MysqlServer), "this needs a server of its own: unset TASKLEDGER_MYSQL_URL"
    return server


def is_away(answer: httpx.Response) -> bool:
    """Whether an answer says to come back later."""
    if answer.status_code == 200:
        return False
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    return True


@pytest.mark.long
def test_a_database_that_hangs_stops_lists_and_no_change(
    breakable: Breakable, mysql: MysqlServer, ann: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    assert mysql.process is not None
    with at_work(ann, work, "hanging", 3, pace=0.5):
        work.goes_on()
        mysql.process.send_signal(signal.SIGSTOP)
        back = time.monotonic() + AWAY_SECONDS
        try:
            assert eventually(lambda: is_away(ann.http.get(f"/api/projects/{work.project}/tasks")), within=30)
            assert eventually(lambda: is_away(ann.http.get("/api/notifications")), within=30)
            work.goes_on()
            newest = list(work.created.values())[-1]
            assert ann.get(f"/api/tasks/{newest['id']}")["title"] == newest["title"]
            assert httpx.get(f"{breakable.services.by_name['task'].url}/readyz", timeout=30).status_code == 503
            assert httpx.get(f"{breakable.services.by_name['task'].url}/livez").status_code == 200
            time.sleep(max(0.0, back - time.monotonic()))
        finally:
            mysql.process.send_signal(signal.SIGCONT)
    all_is_well()


def test_a_database_that_is_killed_comes_back_with_all_that_was_committed(
    breakable: Breakable, mysql: MysqlServer, ann: Person, work: Work, all_is_well: Callable[..., None]
) -> None:
    with at_work(ann, work, "killed", 3, pace=0.4):
        work.goes_on()
        mysql.kill()
        assert eventually(lambda: is_away(ann.http.get(f"/api/projects/{work.project}/tasks")), within=30)
        work.goes_on()
        mysql.run()
    all_is_well(sent_again=20)  # those whose sending could not be recorded
