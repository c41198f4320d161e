"""The whole topology in one process: every service's app and consumers behind one origin."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

import auth_service.main
import auth_service.settings
import log_projector.main
import log_projector.settings
import notify_service.main
import notify_service.settings
import task_service.main
import task_service.settings
from kernel.http import Check, add_health
from kernel.http import create_app as create_front
from kernel.platform import Platform
from taskledger.openapi import merged
from taskledger.settings import AUTH_URL, settings_of
from taskledger.site import Site

ROUTES: Final[Mapping[str, str]] = {
    "auth": "auth",
    "users": "auth",
    "projects": "task",
    "tasks": "task",
    "notifications": "notify",
    "stream": "notify",
    "outbox": "notify",
}
"""Which service answers below `/api/<first part>`."""

METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def services(environment: Mapping[str, str], platform: Platform) -> dict[str, FastAPI]:
    """The services' apps on one platform, their settings read from `environment`."""
    return {
        "auth": auth_service.main.create_app(settings_of(auth_service.settings.Settings, environment), platform),
        "task": task_service.main.create_app(settings_of(task_service.settings.Settings, environment), platform),
        "projector": log_projector.main.create_app(settings_of(log_projector.settings.Settings, environment), platform),
        "notify": notify_service.main.create_app(settings_of(notify_service.settings.Settings, environment), platform),
    }


class Root:
    """Passes each request to the service that owns its path, without a router's cost on the way."""

    failure: Exception | None = None
    """Why the services could not start."""

    def __init__(self, apps: Mapping[str, ASGIApp], front: FastAPI) -> None:
        self._by_prefix = {prefix: apps[service] for prefix, service in ROUTES.items()}
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        app: ASGIApp = self._front
        if scope["type"] == "http":
            parts = scope["path"].split("/", 3)
            if len(parts) > 2 and parts[1] == "api":
                app = self._by_prefix.get(parts[2], app)
        await app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """The lifespan protocol; a failed start is kept for whoever asked for it, not only logged."""
        await receive()
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._front.router.lifespan_context(self._front))
            except Exception as failure:  # noqa: BLE001 - whatever it is, it is told
                self.failure = failure
                await send({"type": "lifespan.startup.failed", "message": ""})
                return
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def create_app(environment: Mapping[str, str], site: Path | None) -> Root:
    """The embedded process's ASGI app. `environment` has the variables of `taskledger.settings.Home`."""
    platform = Platform()
    apps = services(environment, platform)
    platform.mount(AUTH_URL, apps["auth"])

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(platform)
            for app in apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    front = create_front("Taskledger", lifespan, openapi=False)
    add_health(front, lambda: _checks(list(apps.values())))

    @front.get("/api/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return merged(list(apps.values()))

    @front.get("/api/config", include_in_schema=False)
    async def config() -> dict[str, Any]:
        outbox = environment["MAILER_URL"].startswith("maildir:")
        return {"mode": "embedded", "outbox": outbox, "registration": "open"}

    @front.api_route("/api", methods=METHODS, include_in_schema=False)
    @front.api_route("/api/{path:path}", methods=METHODS, include_in_schema=False)
    async def nothing() -> None:
        raise HTTPException(404)

    if site is not None:
        front.mount("/", GZipMiddleware(Site(directory=site), minimum_size=1000))
    return Root(apps, front)


def _checks(apps: Sequence[FastAPI]) -> dict[str, Check]:
    checks: dict[str, Check] = {}
    for app in apps:
        checks.update(app.state.checks)
    return checks
