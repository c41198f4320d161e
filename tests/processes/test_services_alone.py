"""Each service alone in a process: what a container promises, and how the services do without each other."""

import json
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from taskledger_local.services import MODULES, Services
from testkit.board import PASSWORD, Person, eventually

pytestmark = pytest.mark.process

CHECKS = {
    "auth": {"event_store", "key_value_store", "mailer"},
    "task": {"event_store", "read_model"},
    "projector": {"event_store", "read_model", "projector", "readable"},
    "notify": {"event_store", "key_value_store", "notify_db", "mailer", "notifier"},
}


@pytest.fixture
def ann(services: Services) -> Iterator[Person]:
    person = Person.register(services.url, "Ann", email=f"{uuid.uuid4()}@example.org")
    yield person
    person.http.close()


@pytest.mark.parametrize("name", MODULES)
def test_a_container_tells_of_itself(services: Services, name: str) -> None:
    url = services.by_name[name].url
    assert httpx.get(f"{url}/livez").json() == {"status": "ok"}
    ready = httpx.get(f"{url}/readyz")
    assert (ready.status_code, ready.json()["checks"]) == (200, dict.fromkeys(CHECKS[name], "ok"))
    assert "http_requests_total" in httpx.get(f"{url}/metrics").text
    document = httpx.get(f"{url}/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")


def test_what_the_services_tell_of_is_what_the_origin_does(services: Services) -> None:
    paths = httpx.get(f"{services.url}/api/openapi.json").json()["paths"]
    of_services = [httpx.get(f"{child.url}/api/openapi.json").json()["paths"] for child in services.by_name.values()]
    assert paths == {path: item for part in of_services for path, item in part.items()}


def test_services_ask_each_other_but_nobody_outside_can(services: Services) -> None:
    for path in ("/api/auth/service-token", "/api/auth/introspect"):
        answer = httpx.post(services.url + path, json={})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert httpx.post(services.by_name["auth"].url + path, json={}).status_code == 422


@pytest.mark.parametrize(
    ("module", "variable", "value", "status", "said"),
    [
        ("auth_service", "LOG_LEVEL", "loud", 2, "LOG_LEVEL"),
        ("task_service", "PORT", "many", 2, "PORT"),
        ("log_projector", "READ_MODEL_URL", "tape:///x", 1, "no adapter for 'tape:///x'"),
        ("notify_service", "EVENT_STORE_URL", "dynamodb://log?regio=x", 1, "EVENT_STORE_URL: the URL knows"),
    ],
)
def test_what_keeps_a_service_from_starting_is_told_in_a_line(
    tmp_path: Path, module: str, variable: str, value: str, status: int, said: str
) -> None:
    environment = {"PATH": "", "HOST": "127.0.0.1", "PORT": "0", variable: value}
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["service"] for line in lines} == {module.replace("_", "-")}
    critical = [line.get("fault") or line["variable"] for line in lines if line["level"] == "critical"]
    assert len(critical) == 1
    assert said in critical[0]
    assert "Traceback" not in done.stdout + done.stderr


def test_an_address_in_use_is_told_in_a_line(services: Services, tmp_path: Path) -> None:
    environment = {**services.environment, "HOST": "127.0.0.1", "PORT": str(services.origin.port)}
    command = [sys.executable, "-m", "auth_service"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "Cannot listen" in json.loads(done.stdout.splitlines()[-1])["fault"]


def test_services_begin_without_auth_service_and_know_its_keys_when_it_comes(services: Services, ann: Person) -> None:
    auth, task = services.by_name["auth"], services.by_name["task"]
    auth.end()
    task.end()
    task.run()
    refused = ann.http.get("/api/projects")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert int(refused.headers["retry-after"]) > 0
    auth.run()
    assert ann.get("/api/projects")["items"] == []
    auth.end()
    # The keys are known now: who has a token goes on without auth-service.
    assert ann.post("/api/projects", name="Without auth-service")["name"] == "Without auth-service"
    auth.run()


def test_a_service_that_is_away_is_a_503_of_its_own_paths_alone(services: Services, ann: Person) -> None:
    services.by_name["notify"].kill()
    away = ann.http.get("/api/notifications")
    assert (away.status_code, away.json()["code"]) == (503, "unavailable")
    assert away.headers["content-type"] == "application/problem+json"
    assert ann.get("/api/projects")["items"] == []
    assert httpx.get(f"{services.url}/readyz").json()["checks"]["notify"] != "ok"
    services.start()
    assert ann.get("/api/notifications")["items"] == []


def test_a_wrong_secret_is_refused_within_the_same_trace(services: Services, ann: Person, tmp_path: Path) -> None:
    token = ann.post("/api/auth/tokens", name="script")["token"]
    stranger = Services(tmp_path, {**services.environment, "SERVICE_SECRET": "a guess"}).by_name["task"]
    stranger.environment["AUTH_URL"] = services.environment["AUTH_URL"]
    stranger.run()
    try:
        answer = httpx.get(f"{stranger.url}/api/projects", headers={"Authorization": f"Bearer {token}"})
    finally:
        stranger.end()
    assert answer.status_code == 503
    lines = [json.loads(line) for line in services.by_name["auth"].printed().splitlines()]
    refused = [line for line in lines if line["event"] == "auth.service-token-refused"]
    assert answer.headers["x-trace-id"] in {line["trace_id"] for line in refused}


def test_sigterm_answers_what_was_asked_and_ends_live_streams(services: Services, ann: Person) -> None:
    project = ann.post("/api/projects", name="Draining")
    task = ann.post(f"/api/projects/{project['id']}/tasks", title="Slow")
    answers: list[httpx.Response] = []
    streamed: list[bytes] = []
    connected = threading.Event()

    def wait_for_a_version() -> None:
        answers.append(ann.http.get(f"/api/tasks/{task['id']}?min_version=2"))  # waits for a second

    def listen() -> None:
        headers = {"Authorization": ann.http.headers["Authorization"]}
        with httpx.stream("GET", f"{services.by_name['notify'].url}/api/stream", headers=headers) as stream:
            for chunk in stream.iter_bytes():
                streamed.append(chunk)
                connected.set()

    threads = [threading.Thread(target=wait_for_a_version), threading.Thread(target=listen)]
    for thread in threads:
        thread.start()
    assert connected.wait(10)
    eventually(lambda: in_flight(services.by_name["task"].url))
    ended = [services.by_name[name].signal(signal.SIGTERM) for name in ("notify", "task")]
    for thread in threads:
        thread.join()
    assert ended == [0, 0]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(503, "unavailable")]
    services.start()
    assert ann.get(f"/api/tasks/{task['id']}")["version"] == 1


def in_flight(url: str) -> bool:
    """Whether a service has a connection besides the one that asks."""
    port = int(url.rpartition(":")[2])
    listing = Path("/proc/net/tcp").read_text().splitlines()[1:]
    established = [line.split()[1] for line in listing if line.split()[3] == "01"]
    return sum(int(local.rpartition(":")[2], 16) == port for local in established) > 0


def test_log_lines_are_json_and_name_nobody(services: Services) -> None:
    email = f"{uuid.uuid4()}@example.org"
    person = Person.register(services.url, "Bartholomew", email=email)
    body = {"email": email, "password": "mistaken password"}
    # 429 where other tests have guessed wrong before.
    assert httpx.post(f"{services.url}/api/auth/login", json=body).status_code in (401, 429)
    person.http.close()
    for child in services.all:
        lines = [json.loads(line) for line in child.printed().splitlines()]
        assert all(line["trace_id"] and line["service"] for line in lines)
        for secret in (email, "Bartholomew", PASSWORD, "mistaken password", services.environment["SERVICE_SECRET"]):
            assert secret not in child.printed()


def test_behind_the_origin_nobody_can_make_up_where_they_come_from(services: Services) -> None:
    def wrong_login(number: int) -> int:
        body = {"email": f"{uuid.uuid4()}@example.org", "password": "wrong password"}
        headers = {"X-Forwarded-For": f"10.0.0.{number}"}
        return httpx.post(f"{services.url}/api/auth/login", json=body, headers=headers).status_code

    assert eventually(lambda: 429 in [wrong_login(number) for number in range(4)])
    # Whoever is behind another address may still try.
    body = {"email": f"{uuid.uuid4()}@example.org", "password": "wrong password"}
    direct = f"{services.by_name['auth'].url}/api/auth/login"
    assert httpx.post(direct, json=body, headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 401
