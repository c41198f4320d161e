"""A log with a history in a folder, and the settings that lead to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.platform import Platform
from log_projector.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, sql_url: str) -> Settings:
    return Settings(event_store_url=f"sqlite:///{tmp_path}/log.db", read_model_url=sql_url)


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with Platform() as opened:
        yield opened
