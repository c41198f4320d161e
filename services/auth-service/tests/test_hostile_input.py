"""Whatever is sent, the answer is a problem, nothing is written, and the process goes on."""

from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from testkit.auth import PASSWORD, bearer, is_problem, register

BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "/api/auth/register": ("POST", {"email": "bob@example.org", "password": PASSWORD, "name": "Bob"}),
    "/api/auth/login": ("POST", {"email": "ann@example.org", "password": PASSWORD}),
    "/api/auth/refresh": ("POST", {"refresh_token": "x"}),
    "/api/auth/logout": ("POST", {"refresh_token": "x"}),
    "/api/auth/me": ("PATCH", {"name": "Other"}),
    "/api/auth/password": ("POST", {"old_password": PASSWORD, "new_password": "another good one"}),
    "/api/auth/tokens": ("POST", {"name": "ci"}),
    "/api/auth/service-token": (
        "POST",
        {"service": "task-service", "secret": "between services", "audience": "auth-service"},
    ),
    "/api/auth/introspect": ("POST", {"token": "tlp_x"}),
}


def written(folder: Path) -> bytes:
    return b"".join((folder / name).read_bytes() for name in ("log.db-wal", "keys.db-wal"))


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("key", [None, "a key"])
async def test_a_bad_body_is_refused_and_nothing_is_written(
    client: httpx.AsyncClient, tmp_path: Path, path: str, key: str | None
) -> None:
    ann = await register(client)
    method, good = BODIES[path]
    first = next(iter(good))
    headers = {**bearer(ann), "Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
    before = written(tmp_path)
    for content, code in (
        (b"{", "malformed_json"),
        (b"\xff\xfe", "malformed_json"),
        (b'{"%s": NaN}' % first.encode(), "malformed_json"),
        (b'{"%s": "\\ud800"}' % first.encode(), "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
        (b"[]", "validation_failed"),
        (b'"text"', "validation_failed"),
        (b"1e999", "malformed_json"),
        (orjson.dumps({**good, first: 7}), "validation_failed"),
        (orjson.dumps({**good, first: ["x"]}), "validation_failed"),
        (orjson.dumps({**good, first: {"$ne": None}}), "validation_failed"),
        (orjson.dumps({**good, first: "x" * 100_000}), "validation_failed"),
        (orjson.dumps({**good, "is_admin": True}), "validation_failed"),
    ):
        is_problem(await client.request(method, path, content=content, headers=headers), 422, code)
    if key is None:
        assert written(tmp_path) == before
    assert (await client.get("/api/auth/me", headers=bearer(ann))).json() == ann["user"]


@pytest.mark.parametrize("path", BODIES)
async def test_ten_megabytes_are_too_large(client: httpx.AsyncClient, tmp_path: Path, path: str) -> None:
    ann = await register(client)
    before = written(tmp_path)
    content = b'{"name": "' + b"x" * 10_000_000 + b'"}'
    headers = {**bearer(ann), "Content-Type": "application/json", "Idempotency-Key": "a key"}
    is_problem(await client.request(BODIES[path][0], path, content=content, headers=headers), 413, "too_large")
    assert written(tmp_path) == before


@pytest.mark.parametrize("path", BODIES)
async def test_only_json_is_read(client: httpx.AsyncClient, path: str) -> None:
    """A form, which another site may send without asking, is not."""
    method, good = BODIES[path]
    is_problem(await client.request(method, path, data=good), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/auth/register", "email"),
        ("/api/auth/register", "password"),
        ("/api/auth/register", "name"),
        ("/api/auth/login", "email"),
        ("/api/auth/login", "password"),
        ("/api/auth/me", "name"),
        ("/api/auth/password", "new_password"),
        ("/api/auth/tokens", "name"),
    ],
)
async def test_control_characters_are_refused(client: httpx.AsyncClient, path: str, field: str) -> None:
    ann = await register(client)
    method, good = BODIES[path]
    for character in ("\x00", "\x1b", "\x7f"):
        body = {**good, field: f"{good[field]}{character}x"}
        answer = await client.request(method, path, json=body, headers=bearer(ann))
        assert is_problem(answer, 422, "validation_failed")["errors"][0]["field"] == field


@pytest.mark.parametrize("header", ["Authorization", "Cookie", "X-Forwarded-For", "User-Agent", "Accept-Language"])
async def test_headers_may_be_anything(client: httpx.AsyncClient, header: str) -> None:
    await register(client)
    body = {"email": "ann@example.org", "password": PASSWORD}
    for value in (b"\xff\xfe", b"x" * 5_000, b"%00", b"tl_access=\xe9; tl_refresh=...;;=", b"ko-\xff"):
        answer = await client.post("/api/auth/login", json=body, headers={header: value})
        assert answer.status_code == 200, answer.text
        answer = await client.get("/api/users", headers={header: value})
        is_problem(answer, 401, "not_authenticated")


async def test_a_bad_query_is_a_422(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    queries = (
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=",
        "cursor=%00",
        "cursor=W10",
        "cursor=WzFd",
        "q=" + "x" * 201,
    )
    for path in ("/api/users", "/api/auth/sessions", "/api/auth/tokens"):
        for query in queries[: None if path == "/api/users" else -1]:
            answer = await client.get(f"{path}?{query}", headers=bearer(ann))
            is_problem(answer, 422, "validation_failed")


async def test_up_to_two_hundred_people_are_looked_up_at_once(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    ids = [f"00000000-0000-7000-8000-{number:012}" for number in range(201)]
    answer = await client.get("/api/users", params={"ids": ",".join(ids[1:])}, headers=bearer(ann))
    assert answer.json() == {"items": [], "next_cursor": None}
    answer = await client.get("/api/users", params={"ids": ",".join(ids)}, headers=bearer(ann))
    is_problem(answer, 422, "validation_failed")


@pytest.mark.parametrize("unknown", ["%00", "..%2f..", "x" * 2_000, "00000000-0000-7000-8000-000000000000", "%F0%9F"])
@pytest.mark.parametrize("kind", ["sessions", "tokens"])
async def test_unknown_ids_are_not_found(client: httpx.AsyncClient, kind: str, unknown: str) -> None:
    ann = await register(client)
    is_problem(await client.delete(f"/api/auth/{kind}/{unknown}", headers=bearer(ann)), 404, "not_found")
