"""The OpenAPI document is complete, and what is answered is what it says."""

from typing import Any

import pytest
from pydantic import BaseModel

from task_service.schemas import CommentView, EventView, Page, ProjectView, TaskView
from testkit.tasks import User, World


async def test_every_operation_is_described(world: World) -> None:
    document = (await world.http.get("/api/openapi.json")).json()

    operations = [
        (method, path, operation) for path, item in document["paths"].items() for method, operation in item.items()
    ]
    assert len({operation["operationId"] for _, _, operation in operations}) == len(operations)
    for method, path, operation in operations:
        assert operation["tags"], path
        assert operation["description"], path
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert len(good) == 1, path
        if good[0] != "204":
            assert "$ref" in operation["responses"][good[0]]["content"]["application/json"]["schema"], path
        assert {"401", "404", "422", "503"} <= set(operation["responses"]), path
        headers = (
            {p["name"] for p in operation["parameters"] if p["in"] == "header"} if "parameters" in operation else set()
        )
        assert ("Idempotency-Key" in headers) == (method != "get"), path
        named = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def check(model: type[BaseModel], content: bytes) -> Any:
    """The bytes fit the declared schema, with no field more or less."""
    document = model.model_validate_json(content, strict=True)
    assert set(model.model_fields) == document.model_fields_set
    return document


@pytest.mark.parametrize("full", [False, True])
async def test_answers_fit_their_schema(ann: User, bob: User, full: bool) -> None:
    project = await ann.project()
    await ann.let_in(project, bob)
    fields: dict[str, Any] = {"due": "2026-12-31", "labels": ["a"], "assignees": [bob.id]} if full else {}
    task = await ann.task(project, **fields)
    path = f"/tasks/{task['id']}"
    comment = await ann.post(f"{path}/comments", {"body": "@Bob", "mentions": [bob.id]})
    if full:
        await ann.patch(path, {"title": "New", "status": "done", "due": None, "labels": [], "assignees": []})
        await ann.patch(f"{path}/comments/{comment.json()['id']}", {"body": "Edited"})

    check(ProjectView, (await ann.get(f"/projects/{project['id']}")).content)
    check(TaskView, (await ann.get(path)).content)
    check(CommentView, comment.content)
    check(Page[CommentView], (await ann.get(f"{path}/comments")).content)
    for event in check(Page[EventView], (await ann.get(f"{path}/history")).content).items:
        assert event.type.startswith("task.")
