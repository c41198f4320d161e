"""The composition root of log-projector."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final

import structlog
from fastapi import FastAPI

from kernel.http.app import add_health
from kernel.http.app import create_app as create_service
from kernel.ports.database import DatabaseUnavailable
from kernel.ports.faults import StoreUnavailable
from kernel.process.background import Background
from kernel.process.platform import Platform
from kernel.process.serve import serve
from log_projector.generations import Generations
from log_projector.projector import NAME, Projector
from log_projector.settings import Settings

log = structlog.get_logger("projector")

_FIRST_SECONDS: Final = 0.5
_AGAIN_SECONDS: Final = 1.0


def create_app(settings: Settings, platform: Platform | None = None) -> FastAPI:
    """The service; without a platform it stands alone on its own."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            own = await stack.enter_async_context(Platform()) if platform is None else platform
            store = await own.event_store(settings.event_store_url)
            database = await own.database(settings.read_model_url)
            await Generations(database).prepare()
            subscription = await own.subscription(settings.subscription_url, NAME, store)
            projector = Projector(store, database, subscription)
            background = await stack.enter_async_context(Background())
            background.start(NAME, lambda: _run_for_ever(projector), drain=projector.stop)
            app.state.checks = {
                "event_store": store.ping,
                "read_model": database.ping,
                "projector": background.check,
                "readable": projector.check_readable,
            }
            # A new log is read at once; one that has to be filled anew is, while the rest of the process works.
            with suppress(TimeoutError):
                await asyncio.wait_for(projector.readable.wait(), _FIRST_SECONDS)
            yield

    app = create_service("Taskledger: read model", lifespan)
    if platform is None:
        add_health(app, lambda: app.state.checks)
    return app


async def _run_for_ever(projector: Projector) -> None:
    while True:
        try:
            await projector.run()
        except* (DatabaseUnavailable, StoreUnavailable) as faults:
            log.warning("projector.retry", faults=[f"{type(fault).__name__}: {fault}" for fault in faults.exceptions])
            await asyncio.sleep(_AGAIN_SECONDS)


def run() -> None:
    """Serve the app, as a container does."""
    serve("log-projector", Settings, create_app)
