"""A real auth-service on files of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from auth_service.main import create_app
from auth_service.settings import Settings
from contracts.codecs import USER_CODEC
from contracts.user import User, UserEvent, evolve
from kernel.log.decider import Decider
from kernel.log.streams import Streams
from kernel.ports.key_value_store import KeyValueStore
from kernel.process.platform import Platform
from testkit.auth import TASK_URL, Projects, Serve


@pytest.fixture
def serve(tmp_path: Path, projects: Projects) -> Serve:
    """Starts an instance of the service; all of them share one folder."""

    @asynccontextmanager
    async def start(base_url: str = "http://board.test", **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        values = {
            "event_store_url": f"sqlite:///{tmp_path}/log.db",
            "key_value_url": f"sqlite:///{tmp_path}/keys.db",
            "mailer_url": f"maildir:///{tmp_path}/mail",
            "task_url": TASK_URL,
            "service_secret": "between services",
            **settings,
        }
        async with (
            Platform(apps={TASK_URL: projects.app()}) as platform,
            _serving(values, platform, base_url) as client,
        ):
            yield client

    return start


@asynccontextmanager
async def _serving(values: dict[str, Any], platform: Platform, base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(**values), platform)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url) as client,
    ):
        yield client


@pytest.fixture
def projects() -> Projects:
    """task-service, as far as auth-service asks it."""
    return Projects()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[KeyValueStore]:
    """The store of the service, as another process sees it."""
    async with Platform() as platform:
        yield await platform.key_value_store(f"sqlite:///{tmp_path}/keys.db")


@pytest.fixture
async def users(tmp_path: Path) -> AsyncIterator[Decider[User, UserEvent]]:
    """The streams of users in the log, as another process sees them."""
    async with Platform() as platform:
        log = await platform.event_store(f"sqlite:///{tmp_path}/log.db")
        yield Decider(Streams(log, USER_CODEC, evolve))


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    async with serve() as client:
        yield client
