"""What tests of auth-service share."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, TypeAlias

import httpx

PASSWORD: Final = "a password nobody guesses"

Serve: TypeAlias = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
"""Starts an instance of the service, with settings as keywords, and gives a client for it."""


async def register(client: httpx.AsyncClient, email: str = "ann@example.org", **fields: Any) -> dict[str, Any]:
    """Register someone, by default with tokens in the answer."""
    body = {"email": email, "password": PASSWORD, "name": "Ann", **fields}
    answer = await client.post("/api/auth/register", json=body)
    answer.raise_for_status()
    document: dict[str, Any] = answer.json()
    return document


def bearer(document: dict[str, Any]) -> dict[str, str]:
    """The header that makes a request someone's."""
    return {"Authorization": f"Bearer {document['access_token']}"}


def is_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of an answer that is this problem. Raises AssertionError."""
    document: dict[str, Any] = answer.json()
    found = (answer.status_code, answer.headers["content-type"], document.get("code"))
    if found != (status, "application/problem+json", code):
        raise AssertionError(f"{found}: {answer.text}")
    return document
