"""A load generator: keep-alive HTTP/1.1 connections that each send the next request when the last is answered.

Written on the bare asyncio protocol, because any HTTP client library would cost more than the server it measures.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

Request = bytes


@dataclass(frozen=True, slots=True)
class Load:
    """What a run saw. `seconds` is wall time; latencies are in seconds, sorted."""

    answers: int
    failures: int
    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds

    def percentile(self, percent: float) -> float:
        """A latency percentile in milliseconds."""
        if not self.latencies:
            return float("nan")
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))] * 1000


def request(method: str, path: str, token: str = "", body: bytes = b"") -> Request:
    """The bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[Request], run: "_Run") -> None:
        self._requests = requests
        self._run = run
        self._buffer = b""
        self._missing = 0
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one, and does not say so
        self._next()

    def _next(self) -> None:
        if self._run.over():
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._buffer += data
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self._run.failures += head[9:10] != b"2"
            self._missing = end + 4 + length - len(self._buffer)
            self._buffer = b""
        if self._missing == 0:
            self._run.latencies.append(time.perf_counter() - self._sent_at)
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self._run.closed(error)


class _Run:
    def __init__(self, connections: int, seconds: float) -> None:
        self.latencies: list[float] = []
        self.failures = 0
        self._open = connections
        self._until = time.perf_counter() + seconds
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def over(self) -> bool:
        return time.perf_counter() >= self._until

    def closed(self, error: Exception | None) -> None:
        self._open -= 1
        if error is not None and not self.done.done():
            self.done.set_exception(error)
        if self._open == 0 and not self.done.done():
            self.done.set_result(None)


async def generate(port: int, requests: Callable[[], Iterator[Request]], *, connections: int, seconds: float) -> Load:
    """Load a server on loopback for so many seconds over so many connections. Raises OSError when one breaks."""
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    run = _Run(connections, seconds)
    source = requests()
    for _ in range(connections):
        await loop.create_connection(lambda: _Connection(source, run), "127.0.0.1", port)
    await run.done
    return Load(
        answers=len(run.latencies),
        failures=run.failures,
        seconds=time.perf_counter() - started,
        latencies=sorted(run.latencies),
    )
