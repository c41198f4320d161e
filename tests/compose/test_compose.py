"""The composition as a newcomer has it: up, used, down, up again with the same data. `make smoke` runs it.

It needs Docker with compose, and is a project of its own: another composition of this machine and its volumes are left
alone. COMPOSE_FILE may add files, such as one for a machine without a registry.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from testkit.board import PASSWORD, Person, eventually, free_port

ROOT: Final = Path(__file__).parents[2]
SERVICES: Final = ["auth-service", "task-service", "notify-service", "log-projector", "pipe", "web"]

pytestmark = pytest.mark.docker


class Composition:
    """`docker compose` on a project and a port of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        own = {"COMPOSE_PROJECT_NAME": "taskledger-smoke", "TASKLEDGER_PORT": str(self.port)}
        self._environment = {**os.environ, **own}

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["docker", "compose", *arguments],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, f"docker compose {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def up(self) -> None:
        self("up", "--build", "--detach", "--wait")

    def down(self, *options: str) -> None:
        self("down", *options)


@pytest.fixture(scope="module")
def compose() -> Iterator[Composition]:
    composition = Composition()
    composition.down("--volumes")
    try:
        composition.up()
        yield composition
    finally:
        sys.stderr.write(composition("logs", "--tail", "30"))
        composition.down("--volumes")


@pytest.fixture(scope="module")
def people(compose: Composition) -> Iterator[tuple[Person, Person]]:
    ann, bob = (Person.register(compose.url, name) for name in ("Ann", "Bob"))
    yield ann, bob
    ann.http.close()
    bob.http.close()


@pytest.fixture(scope="module")
def task(people: tuple[Person, Person]) -> dict[str, Any]:
    """A task of a project that Ann has with Bob, begun."""
    ann, bob = people
    project = ann.post("/api/projects", name="Bakery", key="BAKE")
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
    made = ann.post(f"/api/projects/{project['id']}/tasks", title="빵을 굽다", assignees=[bob.id])
    changed: dict[str, Any] = ann.patch(f"/api/tasks/{made['id']}", status="in_progress")
    return changed


def test_a_change_reaches_the_list_the_inbox_and_the_mail(
    compose: Composition, people: tuple[Person, Person], task: dict[str, Any]
) -> None:
    _, bob = people
    listed = eventually(lambda: bob.get("/api/tasks?assignee=me")["items"], within=30)
    assert [item["key"] for item in listed] == ["BAKE-1"]
    eventually(lambda: len(bob.get("/api/notifications?unread=true")["items"]) >= 2, within=30)
    with httpx.Client(base_url=compose.url) as http:
        eventually(lambda: http.get("/mail/api/v1/messages").json()["messages"], within=30)
        sent = http.get("/mail/api/v1/messages").json()["messages"]
    assert {to["Address"] for mail in sent for to in mail["To"]} == {bob.email}


def test_a_change_is_streamed_through_the_origin(people: tuple[Person, Person], task: dict[str, Any]) -> None:
    ann, bob = people
    with bob.http.stream("GET", "/api/stream", timeout=30) as stream:
        lines = stream.iter_lines()
        assert stream.headers["content-type"].startswith("text/event-stream")
        next(lines)
        ann.patch(f"/api/tasks/{task['id']}", priority="high")
        assert any("task.priority-changed" in line or '"high"' in line for line in lines if line.startswith("data:"))


def test_the_site_is_served_with_its_policy_and_ready_compressed(compose: Composition) -> None:
    with httpx.Client(base_url=compose.url) as http:
        page = http.get("/projects/some-deep-link")
        assert page.status_code == 200
        assert "default-src 'self'" in page.headers["content-security-policy"]
        [script] = re.findall(r'src="(/assets/[^"]+\.js)"', page.text)
        asset = http.get(script)
        assert (asset.headers["content-encoding"], asset.headers["cache-control"]) == (
            "gzip",
            "public, max-age=31536000, immutable",
        )
        assert http.get("/assets/nothing.js").status_code == 404
        assert http.get("/api/openapi.json").json()["openapi"]
        assert http.get("/api/config").json()["outbox"] is False


def test_what_is_not_there_or_not_for_strangers_is_a_problem(compose: Composition) -> None:
    with httpx.Client(base_url=compose.url) as http:
        for path in ("/api/nothing", "/api/tasks/x"):
            assert http.get(path).headers["content-type"].startswith("application/problem+json")
        assert http.post("/api/auth/service-token", json={}).status_code == 404
        assert http.get("/metrics").headers["content-type"].startswith("text/html")  # the site's page, no figures


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_can_do_little(compose: Composition, service: str) -> None:
    assert compose("exec", "-T", service, "id", "-u").strip() == "10001"
    look = "touch /srv/x 2>/dev/null && echo writable; command -v pip gcc cc make npm || true"
    assert compose("exec", "-T", service, "sh", "-c", look) == ""


def test_an_operator_compares_the_read_model_with_the_log(compose: Composition, task: dict[str, Any]) -> None:
    assert "0 differences" in compose("run", "--rm", "--build", "operator", "verify")


def test_a_killed_service_comes_back_and_is_found_again(
    compose: Composition, people: tuple[Person, Person], task: dict[str, Any]
) -> None:
    ann, _ = people
    compose("kill", "--signal", "KILL", "task-service")
    compose("up", "--detach", "--wait", "--force-recreate", "--no-deps", "task-service")
    assert eventually(lambda: _title(ann, task["id"]), within=30) == task["title"]


def test_the_pipe_goes_on_where_it_was_when_it_is_started_again(
    compose: Composition, people: tuple[Person, Person], task: dict[str, Any]
) -> None:
    ann, _ = people
    read = "import json; print(json.dumps(json.load(open('/data/positions.json'))))"
    before = eventually(lambda: json.loads(compose("exec", "-T", "pipe", "python", "-c", read)), within=30)
    assert before["shards"]
    compose("restart", "pipe")
    compose("up", "--detach", "--wait", "--no-deps", "pipe")
    ann.patch(f"/api/tasks/{task['id']}", description="After the restart")
    look = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000/metrics').read().decode())"

    def put() -> float:
        text = compose("exec", "-T", "pipe", "python", "-c", look)
        return sum(float(line.split()[1]) for line in text.splitlines() if line.startswith("pipe_events_total"))

    assert eventually(put, within=30) == 1  # the new one; a stream that was sent again would be many


def _title(person: Person, task_id: str) -> str | None:
    answer = person.http.get(f"/api/tasks/{task_id}")
    if answer.status_code == 503:
        assert answer.json()["code"] == "unavailable"
        return None
    title: str = answer.raise_for_status().json()["title"]
    return title


def test_services_end_when_they_are_told_to_and_the_data_are_there_after_down_and_up(
    compose: Composition, people: tuple[Person, Person], task: dict[str, Any]
) -> None:
    _, bob = people
    compose("stop")
    states = [json.loads(line) for line in compose("ps", "--all", "--format", "json").splitlines() if line.strip()]
    ended = {state["Service"]: state["ExitCode"] for state in _flat(states) if state["Service"] in SERVICES}
    assert set(ended) == set(SERVICES)
    assert all(code in (0, 143) for code in ended.values()), ended  # 137 would be a kill after the grace
    compose.down()
    compose.up()
    with httpx.Client(base_url=compose.url) as http:
        again = http.post("/api/auth/login", json={"email": bob.email, "password": PASSWORD}).raise_for_status().json()
        bearer = {"Authorization": f"Bearer {again['access_token']}"}
        assert http.get(f"/api/tasks/{task['id']}", headers=bearer).json()["title"] == task["title"]
        assert [item["id"] for item in http.get("/api/tasks?assignee=me", headers=bearer).json()["items"]] == [
            task["id"]
        ]
        created = http.post(
            f"/api/projects/{task['project_id']}/tasks", headers=bearer, json={"title": "And again"}
        ).raise_for_status()
        assert created.json()["key"] == "BAKE-2"
        lists = f"/api/projects/{task['project_id']}/tasks"
        eventually(lambda: len(http.get(lists, headers=bearer).json()["items"]) == 2, within=60)


def _flat(states: list[Any]) -> list[dict[str, Any]]:
    """Older compose prints one array, newer ones a line each."""
    return [one for state in states for one in (state if isinstance(state, list) else [state])]
