"""`taskledger up`: serve the embedded app until SIGTERM or Ctrl-C."""

import gc
import os
import signal
import socket
import sys
from dataclasses import replace
from types import FrameType

import uvicorn

from kernel import logs
from kernel.serve import Server
from taskledger import site
from taskledger.app import create_app
from taskledger.lock import held
from taskledger.settings import Home

GRACE_SECONDS = 5
GC_THRESHOLDS = (50_000, 20, 100)
"""Of Python's cyclic garbage collector: the memories of folded states are many objects, none of them in a cycle."""


class PortTaken(Exception):
    """The address is in use, or cannot be had."""


def _listen(home: Home) -> socket.socket:
    family = socket.AF_INET6 if ":" in home.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((home.host, home.port))
    except OSError as error:
        listening.close()
        raise PortTaken(f"Cannot listen on {home.host}:{home.port}: {error.strerror}. Try --port.") from error
    return listening


class _Server(Server):
    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            # What was imported and opened stays; looking through all of it again and again stops every request.
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLDS)
            print(f"Taskledger is at {self._address}", file=sys.stderr, flush=True)


def _exit(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def up(home: Home) -> None:
    """Serve. Raises AlreadyRunning, PortTaken, and whatever keeps the services from starting."""
    with held(home.data), _listen(home) as listening:
        home = replace(home, port=listening.getsockname()[1])  # which the system chose if it was 0
        environment = home.environment()
        built = site.folder()
        if built is None:
            print("The site is not built (make run builds it); the API is served alone.", file=sys.stderr)
        if home.host not in ("127.0.0.1", "::1", "localhost") and not environment["PUBLIC_URL"].startswith("https:"):
            print(
                "Others can reach this address unencrypted. Put a proxy with HTTPS before it and set PUBLIC_URL.",
                file=sys.stderr,
            )
        app = create_app(environment, built)  # which checks every variable, this one too
        logs.configure(os.environ.get("LOG_LEVEL", "INFO"))
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,  # which proxies are believed is a setting of auth-service, who alone needs to know
            lifespan="on",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        # uvicorn raises the signal that ended it once more when it has finished: by then all is well.
        signal.signal(signal.SIGTERM, _exit)
        signal.signal(signal.SIGINT, _exit)
        server = _Server(config, home.address())
        try:
            server.run(sockets=[listening])
        except SystemExit:  # which is all that uvicorn says of a start that failed
            if app.failure is None:
                raise
            raise app.failure from None
