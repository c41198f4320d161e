"""One origin before the services, as nginx or a load balancer is elsewhere: the site's files, and /api by path.

`python -m taskledger_local.origin --auth URL --task URL --notify URL`, on the port that `PORT` names.
"""

import argparse
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx
import structlog
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from kernel.http import problems
from kernel.http.app import Check
from kernel.ports.faults import StoreUnavailable
from kernel.process.serve import serve
from kernel.process.settings import Settings
from taskledger.root import Root, create_front
from taskledger.site import folder

log = structlog.get_logger("origin")

_TIMEOUT: Final = httpx.Timeout(75.0, connect=2.0)
# RFC 9110, section 7.6.1: these are between two hops.
_HOP: Final = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)


class Forward:
    """An ASGI app that passes a request on to a service, both ways as it comes."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        request = Request(scope, receive)
        try:
            answer = await self._client.send(self._passed_on(request), stream=True)
        except httpx.HTTPError as fault:
            log.warning("origin.away", service=str(self._client.base_url), fault=type(fault).__name__)
            away = problems.unavailable("A part of the board does not answer right now.")
            await problems.problem_response(away)(scope, receive, send)
            return
        try:
            passed = StreamingResponse(_body(answer), answer.status_code)
            passed.raw_headers = [
                (name.lower(), value) for name, value in answer.headers.raw if name.lower() not in _HOP
            ]
            await passed(scope, receive, send)
        finally:
            await answer.aclose()

    def _passed_on(self, request: Request) -> httpx.Request:
        headers = [(name, value) for name, value in request.scope["headers"] if name not in _HOP]
        headers = [(name, value) for name, value in headers if name != b"x-forwarded-for"]
        headers.append((b"x-forwarded-for", (request.client.host if request.client else "").encode()))
        with_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        url = httpx.URL(
            scheme="http",
            host=self._client.base_url.host,
            port=self._client.base_url.port,
            raw_path=request.scope["raw_path"] + (b"?" + query if (query := request.scope["query_string"]) else b""),
        )
        return httpx.Request(
            request.method,
            url,
            headers=headers,
            content=request.stream() if with_body else None,
            extensions={"timeout": _TIMEOUT.as_dict()},
        )


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    except httpx.HTTPError as fault:
        # The client must not take what came so far for all of it: without an end its connection breaks off.
        log.warning("origin.broken_off", fault=type(fault).__name__)
        raise


def create_origin(services: Mapping[str, str], site: Path | None, openapi: Path) -> Root:
    """The ASGI app. `services`: where `auth`, `task` and `notify` are; `openapi`: the file with their document."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    clients = {
        name: httpx.AsyncClient(base_url=url, transport=httpx.AsyncHTTPTransport(limits=limits), timeout=_TIMEOUT)
        for name, url in services.items()
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        for client in clients.values():
            await client.aclose()

    known = openapi.read_bytes()

    async def document() -> bytes:
        return known

    front = create_front(
        lifespan,
        checks=lambda: {name: _ready(client) for name, client in clients.items()},
        openapi=document,
        site=site,
    )
    return Root({name: Forward(client) for name, client in clients.items()}, front)


def _ready(client: httpx.AsyncClient) -> Check:
    async def check() -> None:
        answer = await client.get("/readyz")
        if answer.is_error:
            raise StoreUnavailable(answer.text)

    return check


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m taskledger_local.origin", description=__doc__)
    for name in ("auth", "task", "notify"):
        parser.add_argument(f"--{name}", required=True, metavar="URL")
    parser.add_argument("--openapi", required=True, type=Path, help="the file with the services' document")
    given = parser.parse_args()
    services = {name: getattr(given, name) for name in ("auth", "task", "notify")}
    serve("origin", Settings, lambda _: create_origin(services, folder(), given.openapi))


if __name__ == "__main__":
    main()
