"""The real process killed at random moments while people work: what was acknowledged is there, once, and whole."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from taskledger.testing import Person, Running, eventually, running

ROUNDS = 4
WORKERS = 6

pytestmark = pytest.mark.crash


@dataclass
class Work:
    """What the workers asked for, and what was acknowledged."""

    project: str
    created: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Idempotency key -> the acknowledged task."""
    unknown: set[str] = field(default_factory=set)
    """Keys of creations that were asked for but never answered."""
    versions: dict[str, int] = field(default_factory=dict)
    """Task -> the newest acknowledged version."""
    lock: threading.Lock = field(default_factory=threading.Lock)


def create(person: Person, work: Work, key: str) -> httpx.Response:
    """Ask for a task whose title is its key."""
    body = {"title": key, "assignees": list(ASSIGNED)}
    return person.http.post(f"/api/projects/{work.project}/tasks", json=body, headers={"Idempotency-Key": key})


ASSIGNED: list[str] = []


def worker(person: Person, work: Work, name: str, over: Callable[[], bool]) -> None:
    """Create tasks and move them on until the process is gone."""
    turn = 0
    while not over():
        turn += 1
        key = f"{name}-{turn}"
        with work.lock:
            work.unknown.add(key)
        try:
            answer = create(person, work, key)
            assert answer.status_code == 201, answer.text
            task = answer.json()
            with work.lock:
                work.unknown.discard(key)
                work.created[key] = task
                work.versions[task["id"]] = task["version"]
            moved = person.http.patch(f"/api/tasks/{task['id']}", json={"status": "in_progress", "priority": "high"})
            assert moved.status_code == 200, moved.text
            with work.lock:
                work.versions[task["id"]] = moved.json()["version"]
        except httpx.TransportError:
            return


def under_load(
    process: Running, person: Person, work: Work, name: str, end: Callable[[], None], seconds: float
) -> None:
    """Let people work for some time, then end the process under them."""
    stopped = threading.Event()
    workers = [
        threading.Thread(target=worker, args=(person, work, f"{name}-{n}", stopped.is_set)) for n in range(WORKERS)
    ]
    for thread in workers:
        thread.start()
    time.sleep(seconds)
    end()
    stopped.set()
    for thread in workers:
        thread.join()


def check(process: Running, person: Person, work: Work) -> None:
    """What the promises say of a process that came back."""
    for key, task in work.created.items():
        current = person.get(f"/api/tasks/{task['id']}")
        assert current["title"] == key
        assert current["version"] >= work.versions[task["id"]]
    for key in list(work.created)[-20:]:
        again = create(person, work, key)
        assert (again.status_code, again.json()) == (201, work.created[key])
        assert again.headers["idempotency-replayed"] == "true"
    for key in sorted(work.unknown):
        # Whether it was done or not, asking again with the same key leaves exactly one.
        task = create(person, work, key).json()
        work.created[key] = task
        work.versions[task["id"]] = task["version"]
    work.unknown.clear()
    listed = eventually(lambda: (all_ := listing(person, work)) and len(all_) >= len(work.created) and all_, within=20)
    titles = Counter(task["title"] for task in listed)
    assert set(titles) == set(work.created)
    assert max(titles.values()) == 1
    assert len({task["key"] for task in listed}) == len(listed)
    events = [json.loads(line) for line in process.command("export", "--events").stdout.splitlines()]
    by_stream: dict[str, list[int]] = {}
    for event in events:
        by_stream.setdefault(event["subject"], []).append(event["streamversion"])
    for stream, versions in by_stream.items():
        assert versions == list(range(1, len(versions) + 1)), stream


def listing(person: Person, work: Work) -> list[dict[str, Any]]:
    return person.all(f"/api/projects/{work.project}/tasks?sort=key")


def verified(process: Running) -> None:
    done = process.command("verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 differences" in done.stdout


def test_sigkill_under_load_loses_nothing_and_tells_everyone_once(tmp_path: Path) -> None:
    moments = random.Random(20261122)
    with running(tmp_path / "data") as process:
        ann, bob = process.register("Ann"), process.register("Bob")
        project = ann.post("/api/projects", name="Load")["id"]
        ann.put(f"/api/projects/{project}/members/{bob.id}", role="member")
        ASSIGNED[:] = [bob.id]
        work = Work(project)
        for turn in range(ROUNDS):
            under_load(process, ann, work, f"r{turn}", process.kill, moments.uniform(0.3, 1.2))
            process.start()
            check(process, ann, work)
        assert len(work.created) > 50
        verified(process)
        told_once(process, bob, work)


def told_once(process: Running, bob: Person, work: Work) -> None:
    """The ledger has each change once, and each mail was sent once but for those in flight at a kill."""
    changes = 2 * len(work.created)
    eventually(lambda: bob.get("/api/notifications?limit=1")["unread"] >= len(work.created), within=60)
    told = Counter((item["task_id"], item["type"]) for item in bob.all("/api/notifications"))
    assert max(told.values()) == 1
    assert {task_id for task_id, kind in told if kind == "created"} == {task["id"] for task in work.created.values()}
    eventually(lambda: len(bob.all("/api/outbox")) >= len(told), within=120)
    mails = Counter(mail["id"] for mail in bob.all("/api/outbox"))
    assert max(mails.values()) == 1
    assert len(mails) == len(told) <= changes


def test_sigterm_under_load_answers_what_it_took_and_ends_cleanly(tmp_path: Path) -> None:
    with running(tmp_path / "data") as process:
        ann = process.register("Ann")
        ASSIGNED[:] = []
        work = Work(ann.post("/api/projects", name="Load")["id"])
        statuses: list[int] = []
        under_load(process, ann, work, "t", lambda: statuses.append(process.end()), 0.7)
        assert statuses == [0]
        process.start()
        check(process, ann, work)
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
