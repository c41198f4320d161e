"""What a connection may take: bytes of headers, time for them and for a body's next bytes; and how many there are."""

import asyncio
import resource
from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES: Final = 64 * 1024
HEAD_SECONDS: Final = 15.0
BODY_SECONDS: Final = 15.0
MAX_CONNECTIONS: Final = 4_000
_KEPT_FILES: Final = 128
"""Of what the process may open: for its files and for those whom it asks."""

_REFUSALS: Final = {
    408: ("Request Timeout", "timeout", "The rest of the request did not come in time."),
    431: (
        "Request Header Fields Too Large",
        "headers_too_large",
        f"The headers are larger than {MAX_HEAD_BYTES} bytes.",
    ),
    503: ("Service Unavailable", "unavailable", "There are too many connections. Try again in a moment."),
}


def most_connections() -> int:
    """As many as there are to be, or fewer where the process may not open so many files."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MAX_CONNECTIONS if files == resource.RLIM_INFINITY else max(16, min(MAX_CONNECTIONS, files - _KEPT_FILES))


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, which waits for ever and reads headers of any size, within bounds."""

    most: int = MAX_CONNECTIONS
    head_seconds: float = HEAD_SECONDS
    body_seconds: float = BODY_SECONDS

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._refused = False
        self._head_bytes = 0
        self._in_head = True
        self._ended = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio.Protocol."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(503)
        else:
            self._within(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._no_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._refused:
            return
        if self._in_head and self._timer is None:
            self._within(self.head_seconds)  # the next request of a connection that was idle
        elif not self._in_head and self._timer is not None:
            self._within(self.body_seconds)
        self._ended = False
        super().data_received(data)
        if self._in_head and not self._ended and not self._refused:
            self._head_bytes += len(data)  # all of it was of headers that go on
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(431)

    def on_headers_complete(self) -> None:
        """See httptools."""
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MAX_HEAD_BYTES:
            self._refuse(431)
        if self._refused:
            return
        self._in_head, self._head_bytes = False, 0
        self._within(self.body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """See httptools."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """See httptools."""
        if self._refused:
            return
        self._in_head = self._ended = True
        self._no_timer()
        super().on_message_complete()

    def _within(self, seconds: float) -> None:
        self._no_timer()
        self._timer = self.loop.call_later(seconds, self._is_late)

    def _no_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _is_late(self) -> None:
        self._timer = None
        cycle: Any = self.cycle
        if not self._in_head and self.flow.read_paused:
            self._within(self.body_seconds)  # it is we who do not read on
        elif (self._in_head and not self._head_bytes) or (cycle and cycle.response_started):
            self._refused = True  # nothing was asked, or it is being answered already
            self.transport.close()
        else:
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        self._refused = True
        self._no_timer()
        title, code, detail = _REFUSALS[status]
        body = orjson.dumps(
            {
                "type": f"/problems/{code}",
                "title": title,
                "status": status,
                "detail": detail,
                "code": code,
                "trace_id": "",
            }
        )
        head = f"HTTP/1.1 {status} {title}\r\ncontent-type: application/problem+json\r\ncontent-length: {len(body)}\r\n"
        after = "retry-after: 2\r\n" if status == 503 else ""
        self.transport.write(f"{head}{after}connection: close\r\n\r\n".encode() + body)
        self.transport.close()


def bounded() -> type[GuardedProtocol]:
    """The protocol, with as many connections as this process can have."""
    return type("Bounded", (GuardedProtocol,), {"most": most_connections()})
