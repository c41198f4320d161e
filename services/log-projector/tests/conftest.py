"""A log with a history in a folder, and the settings that lead to it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from contracts.read_model import ActiveGeneration
from kernel.ports.database import DatabaseUnavailable
from kernel.process.platform import Platform
from log_projector.main import create_app
from log_projector.settings import Settings
from testkit.log import eventually


@pytest.fixture
def settings(tmp_path: Path, sql_url: str) -> Settings:
    return Settings(event_store_url=f"sqlite:///{tmp_path}/log.db", read_model_url=sql_url)


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with Platform() as opened:
        yield opened


async def _readable(platform: Platform, settings: Settings) -> None:
    active = ActiveGeneration(await platform.database(settings.read_model_url))

    async def found() -> bool:
        try:
            return await active.number() > 0
        except DatabaseUnavailable:
            return False

    await eventually(found, 60)


@pytest.fixture
def serving(platform: Platform, settings: Settings) -> Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]:
    """Runs the service, from when its first generation can be read."""

    @asynccontextmanager
    async def run() -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(settings)
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://projector")
        async with app.router.lifespan_context(app), http:
            await _readable(platform, settings)
            yield http

    return run
