"""Strict JSON, and what every OpenAPI document says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Response

from kernel.http import create_app
from kernel.openapi import answers
from kernel.requests import Body, Line, resource
from kernel.routes import Route


class Note(Body):
    text: Line


@asynccontextmanager
async def nothing_to_open(_: FastAPI) -> AsyncIterator[None]:
    yield


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    router = APIRouter(route_class=Route)

    @router.post("/api/notes", responses=answers(Note, status=201, headers=("ETag",), writes=True), status_code=201)
    async def write(note: Note) -> Response:
        return resource(note.model_dump_json().encode(), 1, status=201)

    app = create_app("Notes", nothing_to_open)
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://notes") as client:
        yield client


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b'{"text": NaN}',
        b'{"text": "\xff\xfe"}',
        b'{"text": "\\ud800"}',
        b"[" * 5000,
        b'{"text": "a", "text": ',
        b"\x00",
    ],
)
async def test_a_body_that_is_not_json_is_a_problem(http: httpx.AsyncClient, body: bytes) -> None:
    answer = await http.post("/api/notes", content=body, headers=JSON)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == ("malformed_json" if body else "validation_failed")
    assert answer.json()["errors"]


async def test_the_openapi_document_describes_problems_and_tokens(http: httpx.AsyncClient) -> None:
    document = (await http.get("/api/openapi.json")).json()

    operation = document["paths"]["/api/notes"]["post"]
    assert operation["responses"]["422"]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
    }
    assert "ETag" in operation["responses"]["201"]["headers"]
    assert "Problem" in document["components"]["schemas"]
    assert set(document["components"]["securitySchemes"]) == {"bearer", "cookie"}
    assert "HTTPValidationError" not in document["components"]["schemas"]
