"""People at work on a board whose processes are killed and broken meanwhile, and what must be so afterwards."""

import json
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from testkit.board import Board, Person, eventually

_PAUSE_SECONDS: Final = 0.05


@dataclass
class Work:
    """What is asked for in a project, and what was acknowledged. Created tasks are assigned to `assignees`."""

    project: str
    assignees: Sequence[str] = ()
    created: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Idempotency key -> the acknowledged task."""
    unknown: set[str] = field(default_factory=set)
    """Keys of creations that were asked for but never answered."""
    versions: dict[str, int] = field(default_factory=dict)
    """Task -> the newest acknowledged version."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, person: Person, key: str) -> httpx.Response:
        """Ask for a task whose title is its key."""
        body = {"title": key, "assignees": list(self.assignees)}
        return person.http.post(f"/api/projects/{self.project}/tasks", json=body, headers={"Idempotency-Key": key})

    def goes_on(self, changes: int = 5) -> None:
        """Return when so many more tasks were created. Raises AssertionError when that takes very long."""
        enough = len(self.created) + changes
        eventually(lambda: len(self.created) >= enough, within=60)

    def acknowledged(self, task: dict[str, Any], key: str | None = None) -> None:
        """Note an answer."""
        with self.lock:
            self.versions[task["id"]] = task["version"]
            if key is not None:
                self.unknown.discard(key)
                self.created[key] = task


def _work(person: Person, work: Work, name: str, over: threading.Event, pace: float) -> None:
    """Create tasks and move them on. What gets no answer, or one that says to come back, is left as it is."""
    turn = 0
    while not over.wait(pace):
        turn += 1
        key = f"{name}-{turn}"
        with work.lock:
            work.unknown.add(key)
        try:
            answer = work.create(person, key)
            if answer.status_code == 201:
                work.acknowledged(answer.json(), key)
                body = {"status": "in_progress", "priority": "high"}
                answer = person.http.patch(f"/api/tasks/{answer.json()['id']}", json=body)
            if answer.status_code == 200:
                work.acknowledged(answer.json())
            elif answer.status_code != 201 and answer.status_code != 503:
                raise AssertionError(f"{answer.status_code}: {answer.text}")
            else:
                over.wait(_PAUSE_SECONDS)
        except httpx.TransportError:
            over.wait(_PAUSE_SECONDS)


@contextmanager
def at_work(person: Person, work: Work, name: str, workers: int, pace: float = 0.0) -> Iterator[None]:
    """People work for as long as the block lasts, each `pace` seconds after their last change.

    Raises what one of them met that must not be.
    """
    over = threading.Event()
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            _work(person, work, f"{name}-{number}", over, pace)
        except BaseException as error:  # noqa: BLE001 - told where it is seen
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]


def all_is_there(board: Board, person: Person, work: Work, *, within: float = 30.0) -> None:
    """What was acknowledged is there, once and whole; what was not is done once when it is asked for again."""
    for key, task in work.created.items():
        current = person.get(f"/api/tasks/{task['id']}")
        assert current["title"] == key
        assert current["version"] >= work.versions[task["id"]]
    for key in list(work.created)[-20:]:
        again = work.create(person, key)
        assert (again.status_code, again.json()) == (201, work.created[key])
        assert again.headers["idempotency-replayed"] == "true"
    for key in sorted(work.unknown):
        work.acknowledged(work.create(person, key).raise_for_status().json(), key)
    path = f"/api/projects/{work.project}/tasks?sort=key"
    eventually(lambda: len(person.all(path)) >= len(work.created), within=within)
    listed = person.all(path)
    assert Counter(task["title"] for task in listed) == Counter(dict.fromkeys(work.created, 1))
    assert len({task["key"] for task in listed}) == len(listed)
    versions: dict[str, list[int]] = {}
    for line in board.command("export", "--events").stdout.splitlines():
        event = json.loads(line)
        versions.setdefault(event["subject"], []).append(event["streamversion"])
    for stream, found in versions.items():
        assert found == list(range(1, len(found) + 1)), stream


def verified(board: Board, *, within: float = 90.0) -> None:
    """The read model says what the log says, once it has caught up with it."""

    def caught_up() -> subprocess.CompletedProcess[str] | None:
        done = board.command("verify")
        return None if "wait for the projector" in done.stdout else done

    done = eventually(caught_up, within=within)
    assert done is not None
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 differences" in done.stdout


def told_once(board: Board, person: Person, reader: Person, work: Work, *, sent_again: int = 0) -> None:
    """The ledger has each change once, and so has the reader's inbox; each was mailed once, but for `sent_again`."""
    tasks = person.all(f"/api/projects/{work.project}/tasks")
    # To create a task is a change, to move it on another.
    wanted = Counter({task["id"]: 1 if task["version"] == 1 else 2 for task in tasks})
    eventually(lambda: reader.get("/api/notifications?limit=1")["unread"] >= wanted.total(), within=90)
    items = reader.all("/api/notifications")
    assert Counter(item["task_id"] for item in items) == wanted
    assert Counter(item["task_id"] for item in items if item["type"] == "created") == Counter(dict.fromkeys(wanted, 1))
    for task in wanted:
        ledger = person.all(f"/api/notifications/deliveries?task={task}")
        lines = Counter((line["user_id"], line["channel"], line["event"]["version"]) for line in ledger)
        assert set(lines.values()) == {1}
    eventually(lambda: len(board.mails(reader)) >= wanted.total(), within=120)
    mails = board.mails(reader)
    sent = Counter((mail["subject"], mail["text"]) for mail in mails)
    assert len(sent) == wanted.total()
    assert len(mails) - len(sent) <= sent_again
