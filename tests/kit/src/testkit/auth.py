"""What tests of auth-service share."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, TypeAlias

import httpx
from fastapi import FastAPI, Response

TASK_URL: Final = "http://tasks"
PASSWORD: Final = "a password nobody guesses"

Serve: TypeAlias = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
"""Starts an instance of the service, with settings as keywords, and gives a client for it."""


class Projects:
    """task-service as auth-service sees it: teams of people, and invitations, each with how often it may be used."""

    def __init__(self) -> None:
        self.teams: list[set[str]] = []
        self.invitations: dict[str, int] = {}
        self.accepted: list[str] = []

    def app(self) -> FastAPI:
        """What answers."""
        app = FastAPI()

        @app.post("/api/internal/companions")
        async def companions(body: dict[str, Any]) -> Any:
            found = set().union(*(team for team in self.teams if body["user_id"] in team))
            return {"ids": sorted(found if body["among"] is None else found & set(body["among"]))}

        @app.post("/api/internal/invitations")
        async def claim(body: dict[str, Any]) -> Response:
            left = self.invitations.get(body["token"], 0)
            if left and "user_id" in body:
                self.invitations[body["token"]] -= 1
                self.accepted.append(body["user_id"])
            return Response(status_code=204 if left else 404)

        return app


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
