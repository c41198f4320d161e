"""The running service: from a log to lists that are current, whatever generations there are."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from random import Random

import httpx
from sqlalchemy import func, select

from contracts.read_model import ActiveGeneration, tables
from kernel.ports.database import Database, Statement
from kernel.process.platform import Platform
from log_projector.generations import Generations
from log_projector.main import create_app
from log_projector.settings import Settings
from testkit.histories import Board, record
from testkit.log import eventually

Serving = Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]


async def count(database: Database, number: int) -> int:
    rows = await database.fetch(Statement(select(func.count()).select_from(tables(number).tasks)))
    found: int = rows[0][0]
    return found


async def test_an_empty_log_is_readable_at_once(platform: Platform, settings: Settings, serving: Serving) -> None:
    async with serving():
        database = await platform.database(settings.read_model_url)
        assert await ActiveGeneration(database).number() == 1
        assert await count(database, 1) == 0


async def test_what_another_process_appends_is_projected(
    platform: Platform, settings: Settings, serving: Serving
) -> None:
    board = Board(Random(1))
    async with serving():
        await record(await platform.event_store(settings.event_store_url), board.grow(80))
        database = await platform.database(settings.read_model_url)

        async def projected() -> bool:
            return await count(database, 1) == len(board.tasks)

        await eventually(projected)


async def test_a_lost_read_model_is_made_anew_from_the_log(
    platform: Platform, settings: Settings, serving: Serving
) -> None:
    board = Board(Random(2))
    await record(await platform.event_store(settings.event_store_url), board.grow(300))
    async with serving():
        database = await platform.database(settings.read_model_url)
        active = ActiveGeneration(database)
        assert await count(database, await active.number()) == len(board.tasks)


async def test_health_names_what_the_service_stands_on(
    platform: Platform, settings: Settings, serving: Serving
) -> None:
    async with serving() as http:
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]) == (
            200,
            {"event_store": "ok", "read_model": "ok", "projector": "ok", "readable": "ok"},
        )
        assert "consumer_events_total" in (await http.get("/metrics")).text


async def test_it_is_not_ready_before_lists_can_be_read(platform: Platform, settings: Settings) -> None:
    generations = Generations(await platform.database(settings.read_model_url))
    await generations.prepare()
    number = await generations.begin()  # by somebody else, who is at it
    app = create_app(settings)
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://projector") as http,
        app.router.lifespan_context(app),
    ):
        filling = await http.get("/readyz")
        assert (filling.status_code, filling.json()["checks"]["readable"]) == (503, "NotReadable")
        await generations.mark(number, "live")
        await generations.activate(number)

        async def ready() -> bool:
            return (await http.get("/readyz")).status_code == 200

        await eventually(ready)
