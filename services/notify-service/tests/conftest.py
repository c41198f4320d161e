"""The app on a real log and each kind of database, its consumer and sender running."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from kernel.process.platform import Platform
from notify_service.main import create_app
from notify_service.settings import Settings
from testkit.auth_stand_in import AUTH_URL, Auth
from testkit.notify import History, World


@pytest.fixture
def settings(tmp_path: Path, sql_url: str) -> Settings:
    return Settings(
        event_store_url=f"sqlite:///{tmp_path}/log.db",
        key_value_url=f"sqlite:///{tmp_path}/keys.db",
        notify_db_url=sql_url,
        mailer_url=f"maildir:///{tmp_path}/mail",
        auth_url=AUTH_URL,
        public_url="https://board.example.org",
        service_secret="between services",
        poll=0.02,
        heartbeat=0.05,
    )


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    auth = Auth()
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform(apps={AUTH_URL: auth.app()}))
        app = create_app(settings, platform)
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://notify"))
        yield World(app, http, History(await platform.event_store(settings.event_store_url)), auth)
