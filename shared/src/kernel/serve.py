"""Serving apps: what a container runs, and a server that long answers know the end of."""

import os
import socket
from collections.abc import Callable
from typing import Final, cast

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from kernel import logs
from kernel.settings import Settings

STOPPING: Final = "taskledger.stopping"
"""In `scope["extensions"]`: a function that takes what is to be called when the server wants to stop."""


class Server(uvicorn.Server):
    """A uvicorn server that asks long answers, such as live streams, to end before it waits for all answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        self._listeners: set[Callable[[], None]] = set()
        config.app = _announcing(cast(ASGIApp, config.app), self._listeners.add)
        super().__init__(config)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn.Server."""
        for listener in self._listeners:
            listener()
        await super().shutdown(sockets)


def _announcing(app: ASGIApp, on_stop: Callable[[Callable[[], None]], None]) -> ASGIApp:
    async def announced(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("extensions", {})[STOPPING] = on_stop
        await app(scope, receive, send)

    return announced


def serve(app: FastAPI, settings: Settings, service: str) -> None:
    """Serve until SIGTERM, on the port that the variable `PORT` names, to the container's network."""
    logs.configure(settings.log_level, service=service)
    port = int(os.environ.get("PORT", "8000"))
    host = "0.0.0.0"  # noqa: S104
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # which proxies are believed is a setting of auth-service, who alone needs to know
    )
    Server(config).run()
