"""A board that was just deployed, as a person finds it: `make probe` with TASKLEDGER_URL.

Everything passes through the board's one origin. What is made is deleted at the end, the person included. Where nobody
may register, the person is the one of TASKLEDGER_PROBE_EMAIL and TASKLEDGER_PROBE_PASSWORD, and stays.
"""

import os
import re
import uuid
from collections.abc import Iterator

import httpx
import pytest

from testkit.board import PASSWORD, Person, eventually

WITHIN_SECONDS = 60.0


@pytest.fixture(scope="module")
def url() -> str:
    return os.environ["TASKLEDGER_URL"].rstrip("/")


@pytest.fixture(scope="module")
def person(url: str) -> Iterator[Person]:
    """Somebody new, who is gone afterwards."""
    if email := os.environ.get("TASKLEDGER_PROBE_EMAIL"):
        known = Person.log_in(url, email, os.environ["TASKLEDGER_PROBE_PASSWORD"])
        yield known
        known.http.close()
        return
    person = Person.register(url, "Probe", email=f"probe-{uuid.uuid4().hex}@example.org")
    try:
        yield person
    finally:
        person.call("DELETE", "/api/auth/me", {"password": PASSWORD})
        person.http.close()


@pytest.fixture(scope="module")
def project(person: Person) -> Iterator[str]:
    made = person.post("/api/projects", name="Probe")
    try:
        yield made["id"]
    finally:
        person.delete(f"/api/projects/{made['id']}")


def test_the_page_and_its_script_arrive_with_their_policy(url: str) -> None:
    page = httpx.get(f"{url}/login", follow_redirects=True)
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    [script] = re.findall(r'src="(/assets/[^"]+\.js)"', page.text)
    asset = httpx.get(url + script)
    assert (asset.status_code, asset.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")


def test_what_is_between_services_is_not_for_everyone(url: str) -> None:
    for path in ("/api/auth/service-token", "/api/auth/introspect"):
        assert httpx.post(url + path, json={}).status_code == 404


def test_a_change_passes_the_log_the_read_model_and_the_live_stream(person: Person, project: str) -> None:
    path = f"/api/projects/{project}/tasks"
    task = person.post(path, title="Is it there?")
    eventually(lambda: [one["id"] for one in person.all(path)] == [task["id"]], within=WITHIN_SECONDS)
    with person.http.stream("GET", "/api/stream", timeout=WITHIN_SECONDS) as stream:
        lines = stream.iter_lines()
        assert stream.headers["content-type"].startswith("text/event-stream")
        next(lines)
        person.patch(f"/api/tasks/{task['id']}", status="done")
        assert any(task["id"] in line for line in lines if line.startswith("data:"))
    eventually(lambda: [one["status"] for one in person.all(path)] == ["done"], within=WITHIN_SECONDS)
    history = person.get(f"/api/tasks/{task['id']}/history")["items"]
    assert len(history) == 2
