"""What a hostile or broken client sends to the real process: a problem each time, nothing written, still alive."""

import base64
import json

import httpx
import pytest

from testkit.board import Board, Person

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def ann(stack: Board) -> Person:
    return stack.register("Ann")


def is_problem(answer: httpx.Response, *statuses: int) -> None:
    assert answer.status_code in statuses, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert {"type", "title", "status", "detail", "code", "trace_id"} <= document.keys()
    assert "Traceback" not in answer.text


def test_bad_bodies_write_nothing(stack: Board, ann: Person) -> None:
    project = ann.post("/api/projects", name="Mine")
    task = ann.post(f"/api/projects/{project['id']}/tasks", title="Here")
    before = stack.events()
    bodies: list[bytes] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"7",
        b'"text"',
        b"\x00",
        b"\xff\xfe\x00",
        b'{"title": "\\u0000"}',
        b'{"title": "a\x00b"}',
        b'{"title": "\\ud800"}',
        b'{"title": 7}',
        b'{"title": null}',
        b'{"title": {"a": 1}}',
        b'{"title": ""}',
        b'{"title": "x", "unknown": 1}',
        b'{"title": "x", "status": "nowhere"}',
        b'{"title": "x", "priority": "very"}',
        b'{"title": "x", "due": "tomorrow"}',
        b'{"title": "x", "due": "2026-02-30"}',
        b'{"title": "x", "labels": "a"}',
        b'{"title": "x", "assignees": ["nobody"]}',
        b'{"title": "x", "assignees": ["01890000-0000-7000-8000-000000000000"]}',
        json.dumps({"title": "a" * 100_000}).encode(),
        json.dumps({"title": "x", "labels": ["l"] * 5000}).encode(),
        b'{"title": "x", "description": "' + b"d" * 200_000 + b'"}',
        b"[" * 100_000,
        b'{"title": ' * 1000,
    ]
    for method, path in (("POST", f"/api/projects/{project['id']}/tasks"), ("PATCH", f"/api/tasks/{task['id']}")):
        for body in bodies:
            if method == "PATCH" and body == b"":
                continue
            is_problem(ann.http.request(method, path, content=body, headers=JSON), 413, 422)
    assert stack.events() == before
    assert ann.get(f"/api/tasks/{task['id']}")["version"] == 1


def test_a_huge_body_is_a_413_and_another_type_a_415(stack: Board, ann: Person) -> None:
    project = ann.post("/api/projects", name="Mine")
    path = f"/api/projects/{project['id']}/tasks"
    before = stack.events()
    is_problem(ann.http.post(path, content=b'{"title": "' + b"a" * 10_000_000 + b'"}', headers=JSON), 413)
    is_problem(ann.http.post(path, content=b"title=a", headers={"Content-Type": "text/html"}), 415)
    is_problem(ann.http.post(path, content=b'{"title": "a"}', headers={"Content-Type": ""}), 415)
    assert stack.events() == before
    ann.post(path, title="Still here")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_will_close_reads_why_its_body_was_refused(stack: Board, ann: Person, chunked: bool) -> None:
    path = f"/api/projects/{ann.post('/api/projects', name='Mine')['id']}/tasks"
    body = b'{"title": "' + b"a" * 10_000_000 + b'"}'
    for _ in range(3):
        pieces = iter([body[n : n + 65_536] for n in range(0, len(body), 65_536)])
        content = pieces if chunked else body
        answer = ann.http.post(path, content=content, headers={**JSON, "Connection": "close"})
        is_problem(answer, 413)


def test_foreign_and_malformed_ids_are_not_found(stack: Board, ann: Person) -> None:
    eve = stack.register("Eve")
    project = ann.post("/api/projects", name="Mine")
    task = ann.post(f"/api/projects/{project['id']}/tasks", title="Secret")
    before = stack.events()
    unknown = "01890000-0000-7000-8000-000000000000"
    for task_id in (task["id"], unknown, "x", "%00", "..%2f..", "💥", task["id"].upper(), "1" * 3000):
        path = f"/api/tasks/{task_id}"
        for method, suffix, body in (
            ("GET", "", None),
            ("GET", "/history", None),
            ("GET", "/comments", None),
            ("PATCH", "", {"title": "Mine now"}),
            ("DELETE", "", None),
            ("POST", "/restore", None),
            ("POST", "/comments", {"body": "Hi"}),
        ):
            is_problem(eve.http.request(method, path + suffix, json=body), 404)
    for project_id in (project["id"], unknown, "x"):
        for suffix in ("", "/tasks", "/activity"):
            is_problem(eve.http.get(f"/api/projects/{project_id}{suffix}"), 404)
    assert eve.all("/api/projects") == []
    assert eve.all("/api/tasks?assignee=me") == []
    assert stack.events() == before


def test_forged_tokens_are_a_401(stack: Board, ann: Person) -> None:
    token = ann.http.headers["Authorization"].removeprefix("Bearer ")
    header, claims, signature = token.split(".")
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=="))
    other = base64.urlsafe_b64encode(json.dumps({**decoded, "sub": "someone"}).encode()).decode().rstrip("=")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    for forged in (
        f"{header}.{other}.{signature}",
        f"{none}.{claims}.",
        f"{header}.{claims}.",
        "x",
        "a.b.c",
        token[:-4],
    ):
        for path in ("/api/auth/me", "/api/projects", "/api/notifications", "/api/stream", "/api/users"):
            answer = httpx.get(stack.url + path, headers={"Authorization": f"Bearer {forged}"})
            is_problem(answer, 401)


def test_odd_queries_are_problems(ann: Person) -> None:
    project = ann.post("/api/projects", name="Mine")
    tasks = f"/api/projects/{project['id']}/tasks"
    for query in ("limit=0", "limit=201", "limit=x", "cursor=x", "sort=colour", "sort=", "cursor=" + "A" * 2000):
        is_problem(ann.http.get(f"{tasks}?{query}"), 422)
    for query in ("q=%00", "q=%25", "q='", "status=nowhere", "label=%F0%9F%92%A5", "assignee=x"):
        assert ann.http.get(f"{tasks}?{query}").status_code in (200, 422)


def test_what_is_not_http_does_not_end_the_process(stack: Board, ann: Person) -> None:
    import socket

    for raw in (b"\x00" * 100, b"GET / HTTP/9.9\r\n\r\n", b"POST /api/projects HTTP/1.1\r\nContent-Length: -5\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", stack.port), timeout=5) as raw_connection:
            raw_connection.sendall(raw)
            raw_connection.settimeout(5)
            raw_connection.recv(4096)
    assert ann.get("/api/auth/me")["name"] == "Ann"


def test_unknown_addresses_are_problems_below_api_and_the_site_elsewhere(stack: Board) -> None:
    is_problem(httpx.get(f"{stack.url}/api/nothing"), 404)
    is_problem(httpx.put(f"{stack.url}/api/auth/login", json={}), 405)
    page = httpx.get(f"{stack.url}/projects/some/where")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "unsafe-inline" not in page.headers["content-security-policy"]
