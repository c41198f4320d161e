"""The real process killed at random moments while people work: what was acknowledged is there, once, and whole."""

import random
import time
from pathlib import Path

import httpx
import pytest

from testkit.board import eventually, running
from testkit.working import Work, all_is_there, at_work, told_once, verified

ROUNDS = 4
WORKERS = 6

pytestmark = [pytest.mark.crash, pytest.mark.process]


def test_sigkill_under_load_loses_nothing_and_tells_everyone_once(tmp_path: Path) -> None:
    moments = random.Random(20261122)
    with running(
        tmp_path / "data", MAIL_LEASE="10", MAIL_TIMEOUT="5", MAILS_PER_READER="100000", MAILS_PER_SENDER="100000"
    ) as process:
        ann, bob = process.register("Ann"), process.register("Bob")
        project = ann.post("/api/projects", name="Load")["id"]
        ann.put(f"/api/projects/{project}/members/{bob.id}", role="member")
        work = Work(project, assignees=[bob.id])
        for turn in range(ROUNDS):
            with at_work(ann, work, f"r{turn}", WORKERS, pace=0.05):
                time.sleep(moments.uniform(0.3, 1.2))
                process.kill()
            process.start()
            all_is_there(process, ann, work)
        assert len(work.created) > 50
        verified(process)
        told_once(process, ann, bob, work)


def test_sigterm_under_load_answers_what_it_took_and_ends_cleanly(tmp_path: Path) -> None:
    with running(tmp_path / "data") as process:
        ann = process.register("Ann")
        work = Work(ann.post("/api/projects", name="Load")["id"])
        with at_work(ann, work, "t", WORKERS):
            time.sleep(0.7)
            assert process.end() == 0
        process.start()
        all_is_there(process, ann, work)
        verified(process)


def test_a_kill_between_any_two_moments_of_the_start_is_survived(tmp_path: Path) -> None:
    with running(tmp_path / "data") as process:
        ann = process.register("Ann")
        project = ann.post("/api/projects", name="Start")["id"]
        for number in range(20):
            ann.post(f"/api/projects/{project}/tasks", title=f"Task {number}")
        for wait in (0.2, 0.5, 0.8, 1.1):
            process.kill()
            process.launch()
            time.sleep(wait)
        process.kill()
        process.start()
        eventually(lambda: len(ann.all(f"/api/projects/{project}/tasks")) == 20)
        verified(process)


def test_a_full_disk_is_a_503_and_when_there_is_room_again_work_goes_on(tmp_path: Path) -> None:
    with running(tmp_path / "data") as process:
        ann = process.register("Ann")
        project = ann.post("/api/projects", name="Full")["id"]
        assert process.process is not None
        limit_files_of(process.process.pid, (tmp_path / "data" / "log.db-wal").stat().st_size + 60_000)
        answers = [
            ann.http.post(f"/api/projects/{project}/tasks", json={"title": "x", "description": "d" * 20_000})
            for _ in range(12)
        ]
        acknowledged = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        refused = [answer for answer in answers if answer.status_code != 201]
        assert refused
        for answer in refused:
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
        assert httpx.get(f"{process.url}/livez").status_code == 200
        limit_files_of(process.process.pid, None)
        eventually(lambda: ann.http.post(f"/api/projects/{project}/tasks", json={"title": "y"}).status_code == 201)
        for task_id in acknowledged:
            assert ann.get(f"/api/tasks/{task_id}")["title"] == "x"
        eventually(lambda: len(ann.all(f"/api/projects/{project}/tasks")) >= len(acknowledged) + 1)
        verified(process)


def limit_files_of(pid: int, size: int | None) -> None:
    """Let a process write files up to a size only, as a full disk would; None lifts it."""
    import resource

    hard = resource.RLIM_INFINITY
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size if size is not None else hard, hard))
