"""The app on real SQLite files."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from kernel.platform import Platform
from task_service.main import create_app
from task_service.settings import Settings
from task_service.testing import AUTH_URL, Auth, User, World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    auth = Auth()
    settings = Settings(
        event_store_url=f"sqlite:///{tmp_path}/log.db",
        read_model_url=f"sqlite:///{tmp_path}/read.db",
        auth_url=AUTH_URL,
        min_version_wait=0.2,
    )
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform(apps={AUTH_URL: auth.app()}))
        app = create_app(settings, platform)
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://tasks"))
        yield World(app, http, await platform.event_store(settings.event_store_url), auth)


@pytest.fixture
async def ann(world: World) -> User:
    return await world.user("Ann Lee")


@pytest.fixture
async def bob(world: World) -> User:
    return await world.user("Bob")
