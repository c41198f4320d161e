"""The HTTP kit around a small app of its own."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI, Request
from prometheus_client import REGISTRY
from starlette.responses import StreamingResponse

from kernel.http import app as http
from kernel.http import problems
from kernel.http.requests import Body, Line, Text
from kernel.log.decider import CommandIdReused, Contended, Rejection
from kernel.ports.database import DatabaseUnavailable
from kernel.ports.event_store import AppendRefused
from kernel.ports.faults import StoreUnavailable

PROBLEM = "application/problem+json"


class Note(Body):
    title: Line
    text: Text = ""


FAULTS: dict[str, Exception] = {
    "rejection": Rejection("too_many", "There are too many.", field="labels", status=422),
    "reused": CommandIdReused("c1"),
    "refused": AppendRefused("99 events"),
    "contended": Contended("task-1"),
    "store": StoreUnavailable("throttled"),
    "database": DatabaseUnavailable("locked"),
    "stale": problems.stale(7),
    "defect": RuntimeError("the secret is hunter2"),
}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield


def make_app() -> FastAPI:
    app = http.create_app("notes", lifespan)

    @app.post("/api/notes")
    async def create(note: Note) -> dict[str, str]:
        return {"title": note.title, "text": note.text}

    @app.get("/api/faults/{name}")
    async def fault(name: str) -> None:
        raise FAULTS[name]

    async def fine() -> None:
        return None

    async def broken() -> None:
        raise StoreUnavailable("no answer")

    http.add_health(app, lambda: {"log": fine, "read_model": broken})
    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def body_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["code"] == code
    assert document["trace_id"] == answer.headers["x-trace-id"]
    assert {"type", "title", "detail"} <= document.keys()
    return document


async def test_a_valid_body_is_normalised_and_accepted(client: httpx.AsyncClient) -> None:
    decomposed = "하"  # 하 as two code points
    answer = await client.post("/api/notes", json={"title": f"  {decomposed} ", "text": "a\nb"})
    assert answer.json() == {"title": "하", "text": "a\nb"}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "a\x00b"}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": 3}, "title"),
        ({"title": None}, "title"),
        ({"text": "no title"}, "title"),
        ({"title": "a", "text": "\x1b[0m"}, "text"),
        ({"title": "a", "colour": "red"}, "colour"),
        ([], "body"),
        ("text", "body"),
    ],
)
async def test_an_invalid_body_is_a_422_that_names_the_field(
    client: httpx.AsyncClient, body: object, field: str
) -> None:
    document = body_of(await client.post("/api/notes", json=body), 422, "validation_failed")
    assert [error["field"] for error in document["errors"]] == [field]
    assert all(error["message"] for error in document["errors"])


async def test_unpaired_surrogates_are_refused(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post("/api/notes", content=b'{"title": "\\ud800"}', headers=headers)
    assert body_of(answer, 422, "validation_failed")["errors"][0]["field"] == "title"


@pytest.mark.parametrize("content", [b"{", b'{"title": ', b"\xff\xfe", b'{"title": "a"} x'])
async def test_broken_json_is_a_422_that_says_so(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post("/api/notes", content=content, headers={"content-type": "application/json"})
    body_of(answer, 422, "malformed_json")


async def test_another_media_type_is_a_415(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/notes", content=b"title=a", headers={"content-type": "text/plain"})
    body_of(answer, 415, "unsupported_media_type")


async def test_a_declared_length_over_the_limit_is_a_413_before_the_body_is_read(client: httpx.AsyncClient) -> None:
    content = json.dumps({"title": "a" * http.MAX_BODY_BYTES}).encode()
    answer = await client.post("/api/notes", content=content, headers={"content-type": "application/json"})
    body_of(answer, 413, "too_large")


async def test_a_streamed_body_over_the_limit_is_a_413_as_well(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    answer = await client.post("/api/notes", content=chunks(), headers={"content-type": "application/json"})
    body_of(answer, 413, "too_large")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("rejection", 422, "too_many"),
        ("reused", 422, "idempotency_key_reused"),
        ("refused", 413, "too_large"),
        ("contended", 409, "conflict"),
        ("store", 503, "unavailable"),
        ("database", 503, "unavailable"),
        ("stale", 412, "stale"),
    ],
)
async def test_every_known_exception_is_a_problem(
    client: httpx.AsyncClient, fault: str, status: int, code: str
) -> None:
    answer = await client.get(f"/api/faults/{fault}")
    body_of(answer, status, code)
    assert ("retry-after" in answer.headers) == (status == 503)


@pytest.mark.slow
async def test_a_defect_is_a_500_that_tells_nothing_of_its_cause(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/faults/defect")
    body_of(answer, 500, "internal_error")
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text


async def test_an_unknown_path_and_a_wrong_method_are_problems(client: httpx.AsyncClient) -> None:
    body_of(await client.get("/api/nothing"), 404, "not_found")
    body_of(await client.delete("/api/notes"), 405, "method_not_allowed")


async def test_a_caller_s_trace_is_continued_and_a_malformed_one_is_not(client: httpx.AsyncClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await client.get("/api/nothing", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert answer.headers["x-trace-id"] == trace
    other = await client.get("/api/nothing", headers={"traceparent": "00-xyz-1-01"})
    assert len(other.headers["x-trace-id"]) == 32
    assert other.headers["x-trace-id"] != trace


async def test_livez_needs_nothing_and_readyz_names_each_dependency(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).json() == {"status": "ok"}
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"log": "ok", "read_model": "StoreUnavailable"}


async def test_requests_are_counted_by_route_template(client: httpx.AsyncClient) -> None:
    labels = {"method": "GET", "route": "/api/faults/{name}", "status": "412"}
    before = REGISTRY.get_sample_value("http_requests_total", labels) or 0
    await client.get("/api/faults/stale")
    assert REGISTRY.get_sample_value("http_requests_total", labels) == before + 1
    assert "http_requests_total" in (await client.get("/metrics")).text


async def test_405_lists_every_method_of_the_path() -> None:
    app = http.create_app("notes", lifespan)

    async def handle() -> None:
        return None

    for method in ("GET", "PATCH", "DELETE"):
        app.add_api_route("/api/notes/{note}", handle, methods=[method])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://notes") as notes:
        answer = await notes.put("/api/notes/1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, PATCH")


@pytest.mark.parametrize("accepted", ["gzip, br", "identity"])
async def test_long_answers_are_compressed_for_whoever_takes_it(accepted: str) -> None:
    app, kept = http.create_app("notes", lifespan), http.create_app("secrets", lifespan, compressed=False)
    notes = [f"The note number {number}" for number in range(200)]

    async def read() -> list[str]:
        return notes

    async def brief() -> list[str]:
        return notes[:1]

    async def follow() -> StreamingResponse:
        return StreamingResponse(iter(["data: 1\n\n" * 500]), media_type="text/event-stream")

    for one in (app, kept):
        for path, handle in (("/notes", read), ("/brief", brief), ("/stream", follow)):
            one.add_api_route(path, handle, methods=["GET"], response_model=None)

    async def get(from_app: FastAPI, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(from_app)
        async with httpx.AsyncClient(transport=transport, base_url="http://notes") as client:
            return await client.get(path, headers={"Accept-Encoding": accepted})

    def is_compressed(answer: httpx.Response) -> bool:
        return answer.headers.get("content-encoding") == "gzip"

    long = await get(app, "/notes")
    assert long.json() == notes
    assert is_compressed(long) == ("gzip" in accepted)
    if is_compressed(long):
        assert int(long.headers["content-length"]) * 5 < len(long.content)
        assert long.headers["vary"] == "Accept-Encoding"
    assert not any([is_compressed(await get(*one)) for one in ((app, "/brief"), (app, "/stream"), (kept, "/notes"))])


async def test_who_was_turned_away_from_where_and_why_is_in_the_log_and_no_address_is() -> None:
    app = http.create_app("notes", lifespan)

    @app.get("/api/refused")
    async def refuse(request: Request) -> None:
        request.scope["taskledger.actor"] = "ann"
        raise problems.forbidden("Not yours.")

    async def lines_of(**headers: str) -> dict[str, Any]:
        transport = httpx.ASGITransport(app, client=("192.0.2.7", 1234))
        with structlog.testing.capture_logs() as lines:
            async with httpx.AsyncClient(transport=transport, base_url="http://notes") as notes:
                await notes.get("/api/refused", headers=headers)
        return dict(lines[-1])

    one, same = await lines_of(), await lines_of()
    other = await lines_of(**{"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert (one["status"], one["actor"], one["reason"]) == (403, "ann", "forbidden")
    assert one["peer"] == same["peer"] != ""
    assert other["via"] not in ("", one["peer"])
    for address in ("192.0.2.7", "203.0.113.9", "198.51.100.1"):
        assert address not in str([one, other])
