"""`taskledger up`: serve the embedded app until SIGTERM or Ctrl-C."""

import os
import sys
from dataclasses import replace
from typing import Final

from kernel.observe import logs
from kernel.observe.span_export import sending
from kernel.process.serve import listening, run
from taskledger import site, wholeness
from taskledger.app import create_app
from taskledger.lock import held
from taskledger.settings import Home, elsewhere

GRACE_SECONDS: Final = 5


def up(home: Home) -> None:
    """Serve. Raises AlreadyRunning, CannotListen, and whatever keeps the services from starting."""
    with held(home.data), listening(home.host, home.port) as bound:
        for line in () if elsewhere() else wholeness.check(home.data):
            print(line, file=sys.stderr)
        home = replace(home, port=bound.getsockname()[1])  # which the system chose if it was 0
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

        def tell() -> None:
            print(f"Taskledger is at {home.address()}", file=sys.stderr, flush=True)

        with sending("taskledger"):
            run(app, bound, grace_seconds=GRACE_SECONDS, on_started=tell)
