"""Real processes, really killed: what the log has, the read model has after the next start, and never by halves."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from kernel.process.platform import Platform
from log_projector.rebuild import rebuild
from log_projector.settings import Settings
from log_projector.verify import verify
from testkit.histories import Board, record
from testkit.log import eventually

pytestmark = [pytest.mark.crash, pytest.mark.process]

DYING = Path(__file__).parent / "dying_projector.py"


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_around_the_commit_leaves_whole_streams(
    platform: Platform, settings: Settings, moment: str
) -> None:
    store = await platform.event_store(settings.event_store_url)
    board = Board(Random(8))
    await record(store, board.grow(100))
    await rebuild(platform, settings, follow=0)
    await record(store, board.grow(200))
    for nth in (1, 2, 5):
        urls = settings.event_store_url, settings.read_model_url
        died = await asyncio.create_subprocess_exec(sys.executable, DYING, *urls, moment, str(nth))
        assert await died.wait() == -signal.SIGKILL
        found = await verify(platform, settings, patience=0)
        assert found.differences == []
        assert found.behind


@contextmanager
def process(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The service as its container runs it. It is killed at the end, as often as not in the middle of something."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PORT": str(port)}
    environment |= {name.upper(): str(value) for name, value in settings.model_dump().items()}
    started = subprocess.Popen([sys.executable, "-m", "log_projector"], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


async def test_a_service_is_killed_and_rebuilt_beside_under_writes(platform: Platform, settings: Settings) -> None:
    store = await platform.event_store(settings.event_store_url)
    board = Board(Random(9))
    enough = False

    async def write() -> None:
        while not enough:
            await record(store, board.grow(10))
            await asyncio.sleep(0.01)

    async def projected() -> bool:
        found = await verify(platform, settings, patience=0)
        assert found.differences == []
        return not found.behind

    await record(store, board.grow(50))
    await rebuild(platform, settings, follow=0)
    await record(store, board.grow(50))
    with process(settings):
        await eventually(projected, 30)
        writing = asyncio.create_task(write())
        assert (await rebuild(platform, settings)).differences == []
    enough = True  # not cancelled: what the board has is in the log
    await writing
    assert (await verify(platform, settings, patience=0)).differences == []
    with process(settings):
        await eventually(projected, 30)
    found = await verify(platform, settings)
    assert (found.generation, found.events) == (2, sum(map(len, board.events.values())))
