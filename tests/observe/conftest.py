"""The AWS shape with all its telemetry: services and pipe as processes, whose spans go to a collector."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from taskledger_local.stack import Stack
from testkit.board import Person, eventually
from testkit.collector import Collector, collecting

SEND_OFTEN = {"OTEL_BSP_SCHEDULE_DELAY": "100"}


@dataclass(frozen=True, slots=True)
class Observed:
    """A running board, what it has told the collector, and two people who use it."""

    stack: Stack
    collector: Collector
    ann: Person
    bob: Person
    project_id: str


@pytest.fixture(scope="session")
def observed() -> Iterator[Observed]:
    # Not one of pytest's folders, which the database's user may not enter.
    with TemporaryDirectory(prefix="taskledger-") as folder, collecting() as collector:
        stack = Stack(Path(folder), variables={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, **SEND_OFTEN})
        people: list[Person] = []
        try:
            stack.start()
            people += [Person.register(stack.url, name) for name in ("Ann", "Bob")]
            ann, bob = people
            project_id = str(ann.post("/api/projects", name="Observed")["id"])
            ann.put(f"/api/projects/{project_id}/members/{bob.id}", role="member")
            yield Observed(stack, collector, ann, bob, project_id)
        finally:
            for person in people:
                person.http.close()
            stack.stop()


@pytest.fixture(scope="session")
def used(observed: Observed) -> Observed:
    """The board after a task was made, moved and mailed about."""
    ann, bob = observed.ann, observed.bob
    path = f"/api/projects/{observed.project_id}/tasks"
    task = ann.post(path, title="Watch the kettle", assignees=[bob.id])
    ann.patch(f"/api/tasks/{task['id']}", status="done")
    eventually(lambda: [each for each in ann.all(path) if each["status"] == "done"], within=30)
    eventually(lambda: [each for each in deliveries(bob, task["id"]) if each["channel"] == "mail"], within=30)
    eventually(lambda: all(each["state"] == "sent" for each in deliveries(bob, task["id"])), within=30)
    return observed


def deliveries(person: Person, task_id: str) -> list[dict[str, str]]:
    return person.get(f"/api/notifications/deliveries?task={task_id}")["items"]
