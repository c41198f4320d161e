"""Strict JSON, and what every OpenAPI document says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query, Request, Response
from pydantic import BaseModel, Field

from kernel.http.app import create_app
from kernel.http.openapi import answers
from kernel.http.requests import Body, IdempotencyKey, Limit, Line, resource
from kernel.http.routes import Route


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


class Place(Body):
    name: Line
    height: int = 0


@pytest.fixture
async def places() -> AsyncIterator[httpx.AsyncClient]:
    """The same endpoint twice: the second is always asked of FastAPI, for its path parameter is a number."""
    router = APIRouter(route_class=Route)

    @router.put("/api/plain/{place_id}")
    async def plain(
        request: Request, place_id: str, body: Place, by: IdempotencyKey = None, limit: Limit = 50
    ) -> Response:
        return resource(f"{place_id} {body} {by} {limit}".encode(), 1)

    @router.put("/api/asked/{place_id}")
    async def asked(
        request: Request, place_id: int, body: Place, by: IdempotencyKey = None, limit: Limit = 50
    ) -> Response:
        return resource(f"{place_id} {body} {by} {limit}".encode(), 1)

    app = create_app("Places", nothing_to_open)
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://places") as client:
        yield client


@pytest.mark.parametrize("query", ["", "?limit=7", "?limit=0", "?other=1"])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "a key"}, {"Idempotency-Key": "\x7f"}])
@pytest.mark.parametrize(
    "content", [b'{"name": " Seoul "}', b'{"name": 1}', b'{"name": "a", "extra": 1}', b"{", b"", b"[]", b"null"]
)
async def test_going_past_fastapi_makes_no_difference(
    places: httpx.AsyncClient, query: str, headers: dict[str, str], content: bytes
) -> None:
    sent = {**JSON, **headers}
    answers = [await places.put(f"/api/{way}/7{query}", content=content, headers=sent) for way in ("plain", "asked")]
    bodies = [answer.json() if answer.is_error else answer.text for answer in answers]
    for body in bodies:
        if isinstance(body, dict):
            del body["trace_id"]

    assert answers[0].status_code == answers[1].status_code
    assert bodies[0] == bodies[1]


class Search(BaseModel):
    limit: int = Field(default=50, ge=1, le=200)
    tag: list[str] = []
    q: str = ""


@pytest.fixture
async def searches() -> AsyncIterator[httpx.AsyncClient]:
    """As `places`, with a model for the query."""
    router = APIRouter(route_class=Route)

    @router.get("/api/plain/{place_id}")
    async def plain(request: Request, place_id: str, query: Annotated[Search, Query()]) -> Response:
        return resource(f"{place_id} {query}".encode(), 1)

    @router.get("/api/asked/{place_id}")
    async def asked(request: Request, place_id: int, query: Annotated[Search, Query()]) -> Response:
        return resource(f"{place_id} {query}".encode(), 1)

    app = create_app("Searches", nothing_to_open)
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://searches") as client:
        yield client


@pytest.mark.parametrize(
    "query",
    [
        "",
        "limit=7",
        "limit=0",
        "limit=x",
        "limit=",
        "limit=1&limit=2",
        "tag=a",
        "tag=a&tag=b&tag=",
        "q=%EA%B0%80+b",
        "q=%FF",
        "q",
        "other=1&q=1",
        "&&",
        "%",
    ],
)
async def test_a_query_model_is_read_alike_past_fastapi(searches: httpx.AsyncClient, query: str) -> None:
    answers = [await searches.get(f"/api/{way}/7?{query}") for way in ("plain", "asked")]
    bodies = [answer.json()["errors"] if answer.is_error else answer.text for answer in answers]

    assert answers[0].status_code == answers[1].status_code
    assert bodies[0] == bodies[1]
