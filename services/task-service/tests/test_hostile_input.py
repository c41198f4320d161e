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


async def test_a_change_too_large_for_the_log_is_refused_before_it_is_written(world: World, ann: User) -> None:
    task = await ann.task(await ann.project(), description="🙂" * 50_000)
    before = await world.log_length()

    answer = await ann.patch(f"/tasks/{task['id']}", {"description": "🙃" * 50_000})

    await refused(world, answer, before, 413)
    assert answer.json()["code"] == "too_large"


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
