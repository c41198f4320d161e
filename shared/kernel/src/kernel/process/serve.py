"""Serving apps: what a container runs, and a server that long answers know the end of."""

import gc
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Final, TypeVar, cast

import structlog
import uvicorn
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.observe import logs, metric_lines
from kernel.observe.span_export import sending
from kernel.ports.database import DatabaseUnavailable
from kernel.ports.faults import NewerData, StoreUnavailable
from kernel.ports.mailer import MailUnavailable
from kernel.process.connections import bounded
from kernel.process.platform import BadUrl
from kernel.process.settings import Settings

log = structlog.get_logger("serve")

S = TypeVar("S", bound=Settings)

STOPPING: Final = "taskledger.stopping"
"""In `scope["extensions"]`: a function that takes what is to be called when the server wants to stop."""

GRACE_SECONDS: Final = 15
"""How long a container's answers may take to end after SIGTERM; its consumers drain after that."""

KEEP_ALIVE_SECONDS: Final = 90
"""How long an idle connection stays open: longer than a balancer keeps one, which would else use it as it closes."""

_GC_THRESHOLDS: Final = (50_000, 20, 100)
"""Of Python's cyclic garbage collector: the memories of folded states are many objects, none of them in a cycle."""


class CannotListen(Exception):
    """The address is in use, or cannot be had."""


_FAULTS: Final = (CannotListen, BadUrl, NewerData, StoreUnavailable, DatabaseUnavailable, MailUnavailable, OSError)
"""What keeps a service from starting that is no defect of it: what it stands on is away, or a URL is wrong."""


class Listen(BaseSettings):
    """Where a service that runs alone listens: the variables `HOST` and `PORT`. By default that is all of a
    container's network."""

    host: str = "0.0.0.0"  # noqa: S104
    port: int = Field(default=8000, ge=0, le=65535)


class Server(uvicorn.Server):
    """A uvicorn server that asks long answers, such as live streams, to end before it waits for all answers.

    `failure` is why the app did not start; uvicorn itself only ends.
    """

    failure: Exception | None = None

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None] = lambda: None) -> None:
        self._listeners: set[Callable[[], None]] = set()
        self._on_started = on_started
        config.app = self._announcing(cast(ASGIApp, config.app))
        super().__init__(config)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn.Server."""
        await super().startup(sockets)
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn.Server."""
        for listener in self._listeners:
            listener()
        await super().shutdown(sockets)

    def _announcing(self, app: ASGIApp) -> ASGIApp:
        async def announced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                scope.setdefault("extensions", {})[STOPPING] = self._listeners.add
                await app(scope, receive, send)
            elif scope["type"] == "lifespan":
                await self._live(app, scope, receive, send)

        return announced

    async def _live(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """A start that fails is told by whoever asked for it, not by uvicorn with a traceback."""
        failed = False

        async def told(message: Message) -> None:
            nonlocal failed
            failed = failed or message["type"] == "lifespan.startup.failed"
            await send({**message, "message": ""} if failed else message)

        try:
            await app(scope, receive, told)
        except Exception as failure:
            if not failed:
                raise
            self.failure = failure


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to an address; port 0 has the system choose. Raises CannotListen."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise CannotListen(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    return bound


def run(
    app: ASGIApp, bound: socket.socket, *, grace_seconds: int, on_started: Callable[[], None] = lambda: None
) -> None:
    """Serve until SIGTERM or Ctrl-C, then exit with status 0. Raises whatever kept the app from starting."""

    def started() -> None:
        # What was imported and opened stays; looking through all of it again and again stops every request.
        gc.freeze()
        gc.set_threshold(*_GC_THRESHOLDS)
        on_started()

    config = uvicorn.Config(
        app,
        http=bounded(),
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # which proxies are believed is a setting of auth-service, who alone needs to know
        lifespan="on",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=grace_seconds,
    )
    # uvicorn raises the signal that ended it once more when it has finished: by then all is well.
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGINT, _exit)
    server = Server(config, started)
    try:
        server.run(sockets=[bound])
    except SystemExit:  # which is all that uvicorn says of a start that failed
        if server.failure is None:
            raise
        raise server.failure from None


def _exit(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def serve(service: str, settings: Callable[[], S], create_app: Callable[[S], ASGIApp]) -> None:
    """Run a service alone, as a container does.

    Exit status 0 after SIGTERM, 2 for a variable that makes no sense, 1 for what else keeps it from starting; a log
    line says what that is.
    """
    logs.configure(service=service)
    try:
        given, address = settings(), Listen()
    except ValidationError as error:
        for problem in error.errors():
            variable = ".".join(map(str, problem["loc"])).upper()
            log.critical("service.bad_variable", variable=variable, problem=problem["msg"])
        sys.exit(2)
    logs.configure(given.log_level, service=service)
    if given.metrics_log_seconds:
        metric_lines.write_every(given.metrics_log_seconds, service)
    try:
        with sending(service):
            run(create_app(given), listening(address.host, address.port), grace_seconds=GRACE_SECONDS)
    except _FAULTS as fault:
        log.critical("service.not_started", fault=f"{type(fault).__name__}: {fault}")
        sys.exit(1)
