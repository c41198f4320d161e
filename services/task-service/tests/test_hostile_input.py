"""Whatever is sent, the answer is a problem, nothing is written, and the process lives."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from testkit.tasks import User, World


async def refused(world: World, answer: httpx.Response, before: int, *statuses: int) -> None:
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "code", "trace_id"} <= set(problem)
    assert (problem["status"], len(problem["trace_id"])) == (answer.status_code, 32)
    assert ("errors" in problem) == (answer.status_code == 422)
    assert await world.log_length() == before


RAW: list[tuple[bytes, int]] = [
    (b"{", 422),
    (b"", 422),
    (b"null", 422),
    (b"[]", 422),
    (b'"title"', 422),
    (b"\x00\x01", 422),
    (b'{"title": "\xff"}', 422),
    (b'{"title": "\\ud800"}', 422),
    (b'{"title": NaN}', 422),
    (b"[" * 100_000, 422),
    (b'{"title":' * 10_000 + b"1" + b"}" * 10_000, 422),
    (b'{"title": "' + b"a" * (10 * 1024 * 1024) + b'"}', 413),
]


@pytest.mark.parametrize(("content", "status"), RAW, ids=range(len(RAW)))
async def test_bodies_that_are_no_task_are_refused(world: World, ann: User, content: bytes, status: int) -> None:
    project = await ann.project()
    task = await ann.task(project)
    before = await world.log_length()
    headers = {"Authorization": f"Bearer {ann.token}", "Content-Type": "application/json"}

    for method, path in (("POST", f"/api/projects/{project['id']}/tasks"), ("PATCH", f"/api/tasks/{task['id']}")):
        answer = await world.http.request(method, path, content=content, headers=headers)
        await refused(world, answer, before, status)


BAD_FIELDS: list[tuple[str, Any]] = [
    ("title", ""),
    ("title", "   "),
    ("title", "a\nb"),
    ("title", "a\x00b"),
    ("title", "\x1b[31mred"),
    ("title", "a" * 501),
    ("title", "a" * 100_000),
    ("title", None),
    ("title", 1),
    ("title", ["a"]),
    ("title", {"a": "b"}),
    ("description", "a" * 50_001),
    ("description", "\x00"),
    ("description", None),
    ("status", "Gone!"),
    ("status", "gone"),
    ("status", 1),
    ("priority", "highest"),
    ("priority", None),
    ("due", "tomorrow"),
    ("due", "2026-02-30"),
    ("due", "2026-12-31T00:00:00Z"),
    ("due", 1_800_000_000),
    ("due", True),
    ("labels", "a"),
    ("labels", ["a"] * 21),
    ("labels", [""]),
    ("labels", ["a" * 51]),
    ("labels", ["a\nb"]),
    ("labels", [1]),
    ("labels", None),
    ("assignees", "me"),
    ("assignees", ["me"]),
    ("assignees", ["00000000-0000-7000-8000-000000000000"] * 41),
    ("assignees", [None]),
    ("version", 7),
    ("id", "mine"),
    ("deleted", True),
    ("__proto__", {}),
]


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
async def test_bad_fields_are_named_and_nothing_is_written(world: World, ann: User, field: str, value: Any) -> None:
    project = await ann.project()
    task = await ann.task(project)
    before = await world.log_length()

    created = await ann.post(f"/projects/{project['id']}/tasks", {"title": "T", field: value})
    edited = await ann.patch(f"/tasks/{task['id']}", {field: value})

    if (field, value) != ("status", None):
        await refused(world, edited, before, 422)
        assert edited.json()["errors"][0]["field"].split(".")[0] == field
    await refused(world, created, before, 422)
    assert created.json()["errors"][0]["field"].split(".")[0] == field


async def test_the_longest_of_everything_is_accepted(ann: User) -> None:
    project = await ann.project("가" * 200)
    longest: dict[str, Any] = {
        "title": "가" * 500,
        "description": "가" * 50_000,
        "labels": [f"{n:02}" + "가" * 48 for n in range(20)],
    }
    task = await ann.task(project, **longest)
    again = await ann.patch(f"/tasks/{task['id']}", {"description": "나" * 50_000})

    assert again.status_code == 200, again.text
    assert task.items() >= longest.items()


async def test_what_was_taken_can_always_be_changed(world: World, ann: User) -> None:
    project = await ann.project()
    before = await world.log_length()
    for path in (f"/projects/{project['id']}/tasks",):
        answer = await ann.post(path, {"title": "T", "description": "🙂" * 50_000})
        await refused(world, answer, before, 422)
        assert answer.json()["errors"] == [
            {"field": "description", "message": "at most 150000 bytes", "code": "too_many_bytes", "limit": 150000}
        ]

    task = await ann.task(project, description="🙂" * 37_500)
    for text in ("🙃" * 37_500, "\n" * 50_000, '"' * 50_000, "나" * 50_000, ""):
        answer = await ann.patch(f"/tasks/{task['id']}", {"description": text})
        assert answer.status_code == 200, answer.text[:200]


@pytest.mark.parametrize(
    ("path", "body", "field", "message", "code", "limit"),
    [
        ("/projects/{id}/tasks", {"title": "a" * 501}, "title", "at most 500 characters", "too_long", 500),
        ("/projects/{id}/tasks", {"title": "\u3164\u200b"}, "title", "must not be empty", "empty", None),
        ("/projects/{id}/tasks", {"title": "T", "labels": ["x"] * 21}, "labels", "at most 20", "too_many", 20),
        (
            "/projects/{id}/tasks",
            {"title": "T", "labels": ["x" * 51]},
            "labels.0",
            "at most 50 characters",
            "too_long",
            50,
        ),
        ("/projects/{id}/tasks", {}, "title", "is needed", "required", None),
        ("/projects/{id}/tasks", {"title": 7}, "title", "must be text", "not_text", None),
        ("/projects/{id}/tasks", {"title": "T", "colour": "red"}, "colour", "is not known here", "unknown_field", None),
        ("/tasks/{task}/comments", {"body": "a" * 20_001}, "body", "at most 20000 characters", "too_long", 20_000),
        ("/tasks/{task}/comments", {"body": "\u2800 \n"}, "body", "must not be empty", "empty", None),
        ("/projects", {"name": "\u200b"}, "name", "must not be empty", "empty", None),
        (
            "/projects",
            {"name": "P", "statuses": [{"key": "a", "name": "x" * 51, "category": "waiting"}]},
            "statuses.0.name",
            "at most 50 characters",
            "too_long",
            50,
        ),
    ],
)
async def test_what_is_wrong_with_a_field_is_said_in_words_of_our_own(
    ann: User, path: str, body: Any, field: str, message: str, code: str, limit: int | None
) -> None:
    project = await ann.project()
    task = await ann.task(project)
    answer = await ann.post(path.format(id=project["id"], task=task["id"]), body)
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"field": field, "message": message, "code": code, **({} if limit is None else {"limit": limit})}],
    )


@pytest.mark.parametrize(
    "path",
    [
        "/tasks?asignee=me",
        "/projects?deletd=true",
        "/projects/{id}/tasks?Status=done",
        "/projects/{id}/activity?limit=1&page=2",
        "/projects/{id}?version=1",
        "/tasks/{task}?min_versoin=3",
        "/tasks/{task}/comments?sort=new",
    ],
)
async def test_a_parameter_that_nobody_knows_is_no_silent_everything(ann: User, path: str) -> None:
    project = await ann.project()
    task = await ann.task(project)
    answer = await ann.call("GET", path.format(id=project["id"], task=task["id"]))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter"), answer.text


async def test_unknown_paths_methods_and_media_types_are_problems(world: World, ann: User) -> None:
    project = await ann.project()
    before = await world.log_length()

    await refused(world, await ann.get("/nothing"), before, 404)
    await refused(world, await ann.get("/projects/"), before, 404)
    await refused(world, await ann.call("PUT", f"/projects/{project['id']}"), before, 405)
    headers = {"Authorization": f"Bearer {ann.token}", "Content-Type": "text/plain"}
    answer = await world.http.post("/api/projects", content=b'{"name":"a"}', headers=headers)
    await refused(world, answer, before, 415)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
BODIES = JSON_VALUES | st.dictionaries(
    st.sampled_from(["title", "description", "status", "priority", "due", "labels", "assignees", "x"]),
    JSON_VALUES
    | st.sampled_from(["waiting", "done", "high", "2026-12-31", "제목"])
    | st.lists(st.text(max_size=5), max_size=3),
)


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@for_all(body=BODIES)
async def test_any_json_is_either_carried_out_or_refused_whole(world: World, ann: User, body: Any) -> None:
    task = await ann.task(await ann.project())
    before = await world.log_length()
    headers = {"Authorization": f"Bearer {ann.token}", "Content-Type": "application/json"}
    content = json.dumps(body).encode()

    answer = await world.http.patch(f"/api/tasks/{task['id']}", content=content, headers=headers)

    if answer.status_code == 200:
        assert await world.log_length() - before == answer.json()["version"] - 1
        assert (await ann.get(f"/tasks/{task['id']}")).content == answer.content
    else:
        await refused(world, answer, before, 422)
