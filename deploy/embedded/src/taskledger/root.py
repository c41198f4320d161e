"""One origin for all services: which of them owns a path, and what belongs to none of them."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Response
from fastapi.middleware.gzip import GZipMiddleware
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from kernel.http.app import Check, add_health, create_app
from kernel.http.problems import problem_response
from kernel.http.requests import JSON
from taskledger.gate import Gate
from taskledger.site import Site

ROUTES: Final[Mapping[str, str]] = {
    "auth": "auth",
    "users": "auth",
    "admin": "auth",
    "projects": "task",
    "tasks": "task",
    "search": "task",
    "invitations": "task",
    "catch-up": "task",
    "notifications": "notify",
    "stream": "notify",
    "outbox": "notify",
    "config": "notify",
    "imports": "imports",
    "exports": "exports",
}
"""Which service answers below `/api/<first part>`; the embedded process alone has `imports` and `exports`."""

PRIVATE: Final = frozenset({"/api/auth/service-token", "/api/auth/introspect", "/api/auth/ended-sessions"})
"""What services ask each other directly, and nobody asks from outside."""

_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Root:
    """Passes each request to the service that owns its path, without a router's cost on the way.

    With `gate`, only requests that it lets in.
    """

    def __init__(self, services: Mapping[str, ASGIApp], front: FastAPI, gate: Gate | None = None) -> None:
        self._by_prefix = {prefix: services[name] for prefix, name in ROUTES.items() if name in services}
        self._front = front
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if self._gate is not None and scope["type"] == "http":
            send = self._gate.answering(send)
            problem = self._gate.problem(scope)
            if problem is not None:
                await problem_response(problem)(scope, receive, send)
                return
        app: ASGIApp = self._front
        if scope["type"] == "http" and scope["path"] not in PRIVATE:
            parts = scope["path"].split("/", 3)
            if len(parts) > 2 and parts[1] == "api":
                app = self._by_prefix.get(parts[2], app)
        await app(scope, receive, send)


def create_front(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    *,
    checks: Callable[[], Mapping[str, Check]],
    openapi: Callable[[], Awaitable[bytes]],
    site: Path | None,
) -> FastAPI:
    """The app for what belongs to no service: health, the OpenAPI document of all, the site."""
    front = create_app("Taskledger", lifespan, openapi=False)
    add_health(front, checks)

    @front.get("/api/openapi.json", include_in_schema=False)
    async def document() -> Response:
        return Response(await openapi(), media_type=JSON)

    @front.api_route("/api", methods=_METHODS, include_in_schema=False)
    @front.api_route("/api/{path:path}", methods=_METHODS, include_in_schema=False)
    async def nothing() -> Any:
        raise HTTPException(404)

    if site is not None:
        front.mount("/", GZipMiddleware(Site(directory=site), minimum_size=1000))
    return front
