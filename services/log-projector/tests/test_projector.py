"""The running service: from a log to lists that are current, whatever generations there are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import httpx
from sqlalchemy import func, select

from kernel.histories import Board, record
from kernel.platform import Platform
from kernel.read_model import ActiveGeneration, tables
from kernel.sql import Database, Statement
from kernel.testing import eventually
from log_projector.main import create_app
from log_projector.settings import Settings


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[tuple[Platform, httpx.AsyncClient]]:
    app = create_app(settings)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://projector")
    async with Platform() as platform, app.router.lifespan_context(app), http:
        yield platform, http


async def count(database: Database, number: int) -> int:
    rows = await database.fetch(Statement(select(func.count()).select_from(tables(number).tasks)))
    found: int = rows[0][0]
    return found


async def test_an_empty_log_is_readable_at_once(settings: Settings) -> None:
    async with running(settings) as (platform, _):
        database = await platform.database(settings.read_model_url)
        assert await ActiveGeneration(database).number() == 1
        assert await count(database, 1) == 0


async def test_what_another_process_appends_is_projected(settings: Settings) -> None:
    board = Board(Random(1))
    async with running(settings) as (platform, _):
        await record(await platform.event_store(settings.event_store_url), board.grow(80))
        database = await platform.database(settings.read_model_url)

        async def projected() -> bool:
            return await count(database, 1) == len(board.tasks)

        await eventually(projected)


async def test_a_lost_read_model_is_made_anew_from_the_log(settings: Settings) -> None:
    board = Board(Random(2))
    async with Platform() as platform:
        await record(await platform.event_store(settings.event_store_url), board.grow(300))
    async with running(settings) as (platform, _):
        database = await platform.database(settings.read_model_url)
        active = ActiveGeneration(database)
        assert await count(database, await active.number()) == len(board.tasks)


async def test_health_names_what_the_service_stands_on(settings: Settings) -> None:
    async with running(settings) as (_, http):
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]) == (
            200,
            {"event_store": "ok", "read_model": "ok", "projector": "ok"},
        )
        assert "consumer_events_total" in (await http.get("/metrics")).text
