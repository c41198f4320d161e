"""The OpenAPI document says what is so: the site's client is typed from it."""

from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from testkit.auth import PASSWORD, bearer, register

LOGIN = {"email": "ann@example.org", "password": PASSWORD}
SERVICE = {"service": "notify-service", "secret": "between services", "audience": "auth-service"}


@pytest.fixture
async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/openapi.json")
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/api/auth/login", LOGIN),
        ("post", "/api/auth/login", {**LOGIN, "session": "cookie"}),
        ("get", "/api/auth/me", None),
        ("patch", "/api/auth/me", {"name": "Anna"}),
        ("get", "/api/auth/sessions", None),
        ("post", "/api/auth/tokens", {"name": "ci"}),
        ("get", "/api/auth/tokens", None),
        ("get", "/api/users", None),
        ("post", "/api/auth/service-token", SERVICE),
    ],
)
async def test_answers_are_what_the_document_says(
    client: httpx.AsyncClient, document: dict[str, Any], method: str, path: str, body: dict[str, Any] | None
) -> None:
    ann = await register(client)
    await register(client, "bob@example.org")
    answer = await client.request(method.upper(), path, json=body, headers=bearer(ann))
    said = document["paths"][path][method]["responses"][str(answer.status_code)]
    schema = {**said["content"]["application/json"]["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate(answer.json())


async def test_every_call_that_changes_something_takes_a_key_and_says_which_problems_it_has(
    document: dict[str, Any],
) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "get":
                continue
            names = [parameter["name"] for parameter in operation.get("parameters", [])]
            assert "Idempotency-Key" in names, (method, path)
            assert {"401", "403", "409", "413", "415", "422"} <= operation["responses"].keys(), (method, path)


async def test_only_what_needs_no_login_is_documented_as_open(document: dict[str, Any]) -> None:
    open_calls = {
        path.removeprefix("/api/auth/")
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if operation.get("security") == []
    }
    assert open_calls == {"register", "login", "refresh", "logout", "service-token", ".well-known/jwks.json"} | {
        "password/forgot",
        "password/reset",
        "email/verify",
        "passkeys/login",
        "passkeys/login/options",
    }
