"""POST requests to one address, over connections that stay open."""

import asyncio
import ssl
from typing import Final, TypeAlias, cast
from urllib.parse import urlsplit

import certifi
import httptools

from kernel.adapters.turns import Turns

Answer: TypeAlias = tuple[int, bytes]
"""Status and body."""

_IDLE_SECONDS: Final = 20.0
"""After so long the other side, or a machine between, may have forgotten a connection."""


class Connections:
    """Up to `limit` connections to an `http://` or `https://` address; one request at a time on each, HTTP/1.1.

    `name` is what the metrics call them.

    It knows POST and nothing else, which is why it costs a third of a general client.
    """

    def __init__(self, name: str, address: str, *, limit: int, connect_timeout: float, read_timeout: float) -> None:
        parts = urlsplit(address)
        self.host = parts.netloc
        self._name = parts.hostname or ""
        self._tls = _tls() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._free: list[_Connection] = []
        self._closed = False
        self._slots = Turns(name, limit)
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._head = f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {self.host}\r\n"

    async def post(self, headers: str, body: bytes) -> Answer:
        """Send a request whose further header lines are `headers` (each ended by CRLF), and return what is answered.

        Raises OSError, of which TimeoutError is one; then nobody knows whether the request was carried out.
        """
        request = f"{self._head}{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body
        async with self._slots:
            connection = await self._take()
            try:
                async with asyncio.timeout(self._read_timeout):
                    answer = await connection.exchange(request)
            except BaseException:
                connection.abort()
                raise
            if self._closed:
                connection.abort()
            elif connection.is_open:
                self._free.append(connection)
            return answer

    async def _take(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        while self._free:
            connection = self._free.pop()
            if connection.is_open and loop.time() - connection.used_at < _IDLE_SECONDS:
                return connection
            connection.abort()
        async with asyncio.timeout(self._connect_timeout):
            _, connection = await loop.create_connection(_Connection, self._name, self._port, ssl=self._tls)
        return connection

    async def close(self) -> None:
        """Close every connection; those in use, when their answers have come."""
        self._closed = True
        while self._free:
            self._free.pop().abort()
        await asyncio.sleep(0)


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())  # a slim image may have no authorities of its own
    return context


class _Connection(asyncio.Protocol):
    """A connection, with the answer that it waits for."""

    def __init__(self) -> None:
        self.is_open = False
        self.used_at = 0.0
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Answer] | None = None
        self._body: list[bytes] = []

    def exchange(self, request: bytes) -> asyncio.Future[Answer]:
        """Send a request; its answer, or ConnectionError."""
        self._answer = self._loop.create_future()
        self._body = []
        self._parser = httptools.HttpResponseParser(self)
        if self.is_open:
            self._transport.write(request)
        else:
            self._fail()
        return self._answer

    def abort(self) -> None:
        """Close at once."""
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        try:
            if self._answer is None:
                raise httptools.HttpParserError("nothing was asked")
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.abort()
            self._fail()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        answer, self._answer = self._answer, None
        self.used_at = self._loop.time()
        if not self._parser.should_keep_alive():
            self.abort()
        if answer is not None and not answer.done():
            answer.set_result((self._parser.get_status_code(), b"".join(self._body)))

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._fail()

    def _fail(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(ConnectionError("the connection broke before the answer"))
