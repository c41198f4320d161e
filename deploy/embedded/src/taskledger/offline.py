"""The services' apps without a server: for commands that work on the data folder, with or without a server beside."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI

from auth_service.main import create_app as create_auth
from auth_service.settings import Settings as AuthSettings
from kernel.observe import logs
from kernel.process.platform import Platform
from taskledger import wholeness
from taskledger.settings import AUTH_URL, Home, S, elsewhere, settings_of


@dataclass(frozen=True, slots=True)
class Offline:
    """An opened data folder: its adapters, its variables, and HTTP to auth-service within the process."""

    platform: Platform
    environment: Mapping[str, str]
    auth: FastAPI
    http: httpx.AsyncClient

    def settings(self, kind: type[S]) -> S:
        """A service's settings for this folder."""
        return settings_of(kind, self.environment)


class NoData(Exception):
    """The folder holds no data: most likely another one was meant."""


@asynccontextmanager
async def opened(home: Home, *, create: bool = False) -> AsyncIterator[Offline]:
    """Open a data folder. Raises NoData (unless it may be created), StoreUnavailable, DatabaseUnavailable."""
    if not create and home.missing:
        raise NoData(f"There is no data at {home.data}. Say where with --data, or begin with `taskledger up`.")
    if not elsewhere():
        wholeness.check_only(home.data)
    logs.configure("ERROR")  # what a command prints is its answer alone
    environment = home.environment()
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform())
        # Whoever has the command line adds people where nobody may register.
        auth = create_auth(
            settings_of(AuthSettings, {**environment, "REGISTRATION": "open", "VERIFIED_EMAIL": "off"}), platform
        )
        platform.mount(AUTH_URL, auth)
        await stack.enter_async_context(auth.router.lifespan_context(auth))
        yield Offline(platform, environment, auth, await platform.http(AUTH_URL))
