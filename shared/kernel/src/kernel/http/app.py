"""The HTTP kit: one ASGI middleware around every service, and the app factory that all services use."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from functools import cache
from typing import Any, Final

import structlog
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.http import problems
from kernel.http.openapi import PROBLEM_SCHEMA, SECURITY, SECURITY_SCHEMES
from kernel.http.problems import Problem
from kernel.observe import tracing
from kernel.observe.telemetry import REQUEST_SECONDS, REQUESTS

log = structlog.get_logger("http")

MAX_BODY_BYTES: Final = 1024 * 1024
"""The largest request body, unless an app says otherwise; more is 413."""

Check = Callable[[], Awaitable[None]]

_TOLD: Final = frozenset({0, 400, 401, 403, 404, 429})
"""What a line in the log says more of; 0 is a request that was broken off."""

_COMPRESSED_BYTES: Final = 1000
_COMPRESSION_LEVEL: Final = 5  # within 3 % of the size at 9, for a third of the time

_DIGEST_KEY: Final = secrets.token_bytes(32)
_SLOW_SECONDS: Final = 1.0
_PROBES: Final = ["GET", "HEAD"]
_UNRECORDED: Final = frozenset({"/livez", "/readyz", "/metrics"})
"""What is asked every few seconds by machines: in the metrics, but in no trace."""

_DRAINED_BYTES: Final = 64 * 1024 * 1024
_DRAIN_SECONDS: Final = 10.0
_ONE_CLICK: Final = "/unsubscribe/"
"""In paths that mail programs post a form to, which says nothing but that they do (RFC 8058)."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS: Final = _SAFE | {"POST", "PUT", "PATCH", "DELETE"}
"""Those that the metrics tell apart; whoever asks could think of any number more."""

_HEADERS: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"same-origin"),
]


class RequestScope:
    """Gives each request its context, limits its body, answers defects as a 500 problem, measures and logs."""

    def __init__(self, app: ASGIApp, max_body_bytes: int = MAX_BODY_BYTES, files: bool = False) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection; only `http` ones are touched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        work = tracing.request(
            scope["method"],
            _text(headers.get(b"traceparent")),
            _text(headers.get(b"x-correlation-id")),
            recorded=scope["path"] not in _UNRECORDED,
        )
        with work:
            status = 0

            async def answer(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    given = {name for name, _ in message["headers"]}
                    extra = [pair for pair in _HEADERS if pair[0] not in given]
                    extra.append((b"x-trace-id", work.context.trace_id.encode()))
                    message["headers"] = [*message["headers"], *extra]
                await send(message)

            try:
                method = scope["method"]
                if method in _SAFE:
                    await self.app(scope, receive, answer)
                else:
                    await self._guarded(scope, headers, receive, answer)
            except ClientDisconnect:
                scope["taskledger.reason"] = "broken_off"  # by the other end: no defect of ours, nobody to answer
            except Exception as defect:
                log.error("http.defect", method=scope["method"], path=_route(scope), exc_info=defect)
                tracing.fail(type(defect).__name__)
                if status == 0:
                    problem = Problem(500, "internal_error", "Something went wrong on our side. It has been recorded.")
                    await problems.problem_response(problem)(scope, receive, answer)
            finally:
                _record(scope, status, time.perf_counter() - started)

    async def _guarded(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        length = headers.get(b"content-length")
        has_body = (length not in (None, b"0")) or b"transfer-encoding" in headers
        if has_body:
            media = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
            taken = media == b"application/json" or media.endswith(b"+json")
            one_click = media == b"application/x-www-form-urlencoded" and _ONE_CLICK in scope["path"]
            if not taken and not one_click and not (self.files and media == b"application/octet-stream"):
                await _drain(receive)
                problem = Problem(415, "unsupported_media_type", "Send the body as application/json.")
                await problems.problem_response(problem)(scope, receive, send)
                return
        too_large = f"The body is larger than {self.max_body_bytes} bytes."
        if length is not None and length.isdigit() and int(length) > self.max_body_bytes:
            await _drain(receive)
            await problems.problem_response(Problem(413, "too_large", too_large))(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > self.max_body_bytes:
                    if message.get("more_body"):
                        await _drain(receive)
                    # FastAPI hides any other exception of a body that cannot be read behind a 400.
                    raise HTTPException(413, too_large)
            return message

        await self.app(scope, counted, send)


async def _drain(receive: Receive) -> None:
    """Read on within bounds: a client that still sends when its connection is closed never sees why it was refused."""
    left = _DRAINED_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body"):
                    return
                left -= len(message.get("body", b""))


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


def _route(scope: Scope) -> str:
    """The route's template, so that ids make no new metric series and reach no log."""
    return getattr(scope.get("route"), "path", "unmatched")


@cache
def _measures(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """The series that a request belongs to: finding them takes longer than counting."""
    return REQUESTS.labels(method, route, status), REQUEST_SECONDS.labels(method, route)


def _who(scope: Scope, status: int) -> dict[str, str]:
    """Who was turned away, from where and why: an id, digests that only lines of this process share, a code.

    `via` is what the nearest proxy added; without a proxy it is what the client says of itself.
    """
    if status not in _TOLD:
        return {}
    forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    via = forwarded[-1].decode("latin-1").rpartition(",")[2].strip() if forwarded else ""
    client = scope.get("client")
    found = {
        "actor": scope.get("taskledger.actor", ""),
        "reason": scope.get("taskledger.reason", ""),
        "peer": _digest(client[0]) if client else "",
        "via": _digest(via) if via else "",
    }
    return {name: value for name, value in found.items() if value}


def _digest(address: str) -> str:
    return hashlib.blake2b(address.encode(), digest_size=6, key=_DIGEST_KEY).hexdigest()


def _record(scope: Scope, status: int, seconds: float) -> None:
    method, route = scope["method"], _route(scope)
    count, duration = _measures(method if method in _METHODS else "_OTHER", route, status)
    count.inc()
    duration.observe(seconds)
    # What succeeded is in the log of events already, under the same ids; a line for each costs a tenth of a write.
    if status == 0 or status >= 400 or seconds >= _SLOW_SECONDS:
        ms = round(seconds * 1000, 1)
        log.info("http.request", method=method, route=route, status=status, ms=ms, **_who(scope, status))
    tracing.answered(method, route, status, scope.get("path_params", {}))


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        known = self.openapi_schema is not None
        document = super().openapi()
        if not known:
            components = document.setdefault("components", {})
            components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
            components["securitySchemes"] = SECURITY_SCHEMES
            document["security"] = SECURITY
        return document


def create_app(
    title: str,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    *,
    openapi: bool = True,
    max_body_bytes: int = MAX_BODY_BYTES,
    files: bool = False,
    compressed: bool = True,
) -> FastAPI:
    """A service's FastAPI app with problems, request scope and `/api/openapi.json`; routes are the service's.

    `files`: bodies may be application/octet-stream as well as JSON. `compressed`: answers of 1,000 bytes and more are,
    where the client takes gzip; not event streams. Not for answers with credentials, whose length would tell of them.
    """
    app = _App(
        title=title,
        version="1",
        lifespan=lifespan,
        openapi_url="/api/openapi.json" if openapi else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours are in kernel.observe.telemetry
        swagger_ui_oauth2_redirect_url=None,
    )
    problems.install(app)
    if compressed:
        app.add_middleware(GZipMiddleware, minimum_size=_COMPRESSED_BYTES, compresslevel=_COMPRESSION_LEVEL)
    app.add_middleware(RequestScope, max_body_bytes=max_body_bytes, files=files)
    return app


def add_health(app: FastAPI, checks: Callable[[], Mapping[str, Check]]) -> None:
    """Add `/livez` (no dependency), `/readyz` (each dependency named) and `/metrics` to a container's app."""

    @app.api_route("/livez", methods=_PROBES, include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @app.api_route("/readyz", methods=_PROBES, include_in_schema=False)
    async def readyz(response: Response) -> dict[str, Any]:
        results: dict[str, str] = {}
        for name, check in checks().items():
            try:
                await check()
                results[name] = "ok"
            except Exception as fault:  # noqa: BLE001 - whatever is wrong with a dependency is the answer here
                results[name] = f"{type(fault).__name__}"
                log.warning("readyz.failed", dependency=name, fault=str(fault))
        ready = all(result == "ok" for result in results.values())
        response.status_code = 200 if ready else 503
        return {"status": "ok" if ready else "unavailable", "checks": results}

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
