"""Serving a service's app as a process of its own: what a container runs."""

import os

import uvicorn
from fastapi import FastAPI

from kernel import logs
from kernel.settings import Settings


def serve(app: FastAPI, settings: Settings, service: str) -> None:
    """Serve until SIGTERM, on the port that the variable `PORT` names, to the container's network."""
    logs.configure(settings.log_level, service=service)
    port = int(os.environ.get("PORT", "8000"))
    uvicorn.run(app, host="0.0.0.0", port=port, access_log=False, log_config=None, server_header=False)  # noqa: S104
