"""A real log and a real database for what stands on them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.platform import Platform
from kernel.ports import EventStore
from kernel.sql import Database


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with Platform() as platform:
        yield platform


@pytest.fixture
async def store(platform: Platform, tmp_path: Path) -> EventStore:
    return await platform.event_store(f"sqlite:///{tmp_path}/log.db")


@pytest.fixture
async def database(platform: Platform, tmp_path: Path) -> Database:
    return await platform.database(f"sqlite:///{tmp_path}/database.db")
