"""The app on real SQLite files."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from testkit.tasks import User, World, running


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running(tmp_path) as world:
        yield world


@pytest.fixture
async def ann(world: World) -> User:
    return await world.user("Ann Lee")


@pytest.fixture
async def bob(world: World) -> User:
    return await world.user("Bob")
