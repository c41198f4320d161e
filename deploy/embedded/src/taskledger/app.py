"""The whole topology in one process: every service's app and consumers behind one origin."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import orjson
from fastapi import FastAPI

import auth_service.main
import auth_service.settings
import log_projector.main
import log_projector.settings
import notify_service.main
import notify_service.settings
import task_service.main
import task_service.settings
from kernel.http.app import Check
from kernel.http.openapi import merged
from kernel.process.platform import Platform
from taskledger.export_api import create_exports
from taskledger.gate import Gate
from taskledger.imports.api import create_imports
from taskledger.root import Root, create_front
from taskledger.settings import AUTH_URL, TASK_URL, settings_of


def services(environment: Mapping[str, str], platform: Platform) -> dict[str, FastAPI]:
    """The services' apps on one platform, their settings read from `environment`."""
    return {
        "auth": auth_service.main.create_app(settings_of(auth_service.settings.Settings, environment), platform),
        "task": task_service.main.create_app(settings_of(task_service.settings.Settings, environment), platform),
        "projector": log_projector.main.create_app(settings_of(log_projector.settings.Settings, environment), platform),
        "notify": notify_service.main.create_app(settings_of(notify_service.settings.Settings, environment), platform),
    }


def create_app(environment: Mapping[str, str], site: Path | None) -> Root:
    """The embedded process's ASGI app. `environment` has the variables of `taskledger.settings.Home`."""
    platform = Platform()
    apps = services(environment, platform)
    platform.mount(AUTH_URL, apps["auth"])
    platform.mount(TASK_URL, apps["task"])

    imports = create_imports(environment, platform)
    exports = create_exports(environment, platform, people=lambda: apps["auth"].state.deps.auth.accounts.directory())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(platform)
            for app in (*apps.values(), imports, exports):
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    async def openapi() -> bytes:
        return orjson.dumps(merged(list(apps.values())))

    front = create_front(lifespan, checks=lambda: _checks(list(apps.values())), openapi=openapi, site=site)
    gate = Gate(environment["PUBLIC_URL"], os.environ.get("METRICS_TOKEN", ""))
    return Root({**apps, "imports": imports, "exports": exports}, front, gate)


def _checks(apps: Sequence[FastAPI]) -> dict[str, Check]:
    checks: dict[str, Check] = {}
    for app in apps:
        checks.update(app.state.checks)
    return checks
