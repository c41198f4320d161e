"""Connections that stay open, against servers that misbehave."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kernel.adapters.aws.http_connections import Connections
from testkit.log import eventually

Respond: TypeAlias = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Reads requests and lets `respond` write what it likes."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self.writers: list[asyncio.StreamWriter] = []
        self.requests: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                body = await reader.readexactly(length)
                self.requests.append(head + body)
                await self._respond(body, writer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def running(
    respond: Respond, *, limit: int = 4, read_timeout: float = 5.0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Server, Connections]]:
    server = Server(respond)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    address = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    connections = Connections("test", address, limit=limit, connect_timeout=2.0, read_timeout=read_timeout)
    yield server, connections
    await connections.close()
    listening.close()
    for writer in server.writers:
        writer.close()
    await asyncio.sleep(0)


def answer(body: bytes, *more: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *more, b"", body])


async def echo(body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(answer(body))


async def test_a_request_is_sent_and_answered_on_a_connection_that_stays_open() -> None:
    async with running(echo) as (server, connections):
        for body in (b"", b"one", b"two" * 1_000_000):
            assert await connections.post("X-Name: value\r\n", body) == (200, body)
        assert len(server.writers) == 1
        assert server.requests[1] == (
            f"POST / HTTP/1.1\r\nHost: {connections.host}\r\nX-Name: value\r\nContent-Length: 3\r\n\r\none".encode()
        )


async def test_an_answer_may_come_in_pieces_and_in_chunks() -> None:
    async def in_pieces(body: bytes, writer: asyncio.StreamWriter) -> None:
        for byte in b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n":
            writer.write(bytes([byte]))
            await asyncio.sleep(0)

    async with running(in_pieces) as (server, connections):
        assert await connections.post("", b"x") == (400, b"abcde")
        assert await connections.post("", b"x") == (400, b"abcde")
        assert len(server.writers) == 1


async def test_a_connection_that_the_other_side_gives_up_is_not_used_again() -> None:
    async def and_close(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(body, b"Connection: close"))

    async with running(and_close) as (server, connections):
        assert [await connections.post("", b"x") for _ in range(3)] == [(200, b"x")] * 3
        assert len(server.writers) == 3


async def test_a_connection_that_broke_while_nobody_used_it_is_replaced() -> None:
    async with running(echo) as (server, connections):
        await connections.post("", b"x")
        server.writers[0].transport.abort()

        async def works_again() -> bool:
            try:
                return await connections.post("", b"y") == (200, b"y")
            except ConnectionError:
                return False

        await eventually(works_again)
        assert len(server.writers) == 2


@pytest.mark.parametrize(
    "garbage", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"\x16\x03 what?\r\n\r\n"]
)
async def test_an_answer_that_is_none_is_a_broken_connection(garbage: bytes) -> None:
    async def garble(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(garbage)
        writer.close()

    async with running(garble) as (server, connections):
        for _ in range(2):
            with pytest.raises(ConnectionError):
                await connections.post("", b"x")
        assert len(server.writers) == 2


async def test_what_was_not_asked_for_closes_the_connection() -> None:
    async def twice(body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(body))
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(answer(b"more"))

    async with running(twice) as (server, connections):
        assert await connections.post("", b"x") == (200, b"x")
        await eventually(server.writers[0].is_closing)
        assert await connections.post("", b"y") == (200, b"y")
        assert len(server.writers) == 2


async def test_a_late_answer_is_never_taken_for_that_of_the_next_request() -> None:
    late = asyncio.Event()

    async def first_late(body: bytes, writer: asyncio.StreamWriter) -> None:
        if body == b"first":
            await late.wait()
        writer.write(answer(body))

    async with running(first_late, read_timeout=0.5) as (_, connections):
        with pytest.raises(TimeoutError):
            await connections.post("", b"first")
        late.set()
        assert await connections.post("", b"second") == (200, b"second")


async def test_a_request_that_was_cancelled_leaves_no_answer_behind() -> None:
    late = asyncio.Event()

    async def first_late(body: bytes, writer: asyncio.StreamWriter) -> None:
        if body == b"first":
            await late.wait()
        writer.write(answer(body))

    async with running(first_late) as (server, connections):
        first = asyncio.create_task(connections.post("", b"first"))
        await eventually(lambda: bool(server.requests))
        first.cancel()
        await asyncio.wait([first])
        late.set()
        assert await connections.post("", b"second") == (200, b"second")


async def test_there_are_no_more_connections_than_allowed() -> None:
    async with running(echo, limit=3) as (server, connections):
        bodies = [b"%d" % n for n in range(50)]
        answers = await asyncio.gather(*(connections.post("", body) for body in bodies))
        assert answers == [(200, body) for body in bodies]
        assert len(server.writers) == 3


async def test_a_request_under_way_while_closing_is_answered() -> None:
    go = asyncio.Event()

    async def wait(body: bytes, writer: asyncio.StreamWriter) -> None:
        await go.wait()
        writer.write(answer(body))

    async with running(wait) as (server, connections):
        asked = asyncio.create_task(connections.post("", b"x"))
        await eventually(lambda: bool(server.requests))
        await connections.close()
        go.set()
        assert await asked == (200, b"x")


async def test_nobody_listening_is_an_error_of_the_system() -> None:
    connections = Connections("test", "http://127.0.0.1:1", limit=1, connect_timeout=2.0, read_timeout=2.0)
    with pytest.raises(OSError, match="Connect call failed"):
        await connections.post("", b"")


async def test_a_certificate_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "taskledger")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = tmp_path / "certificate.pem", tmp_path / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem, secret)

    async with running(echo, tls=tls) as (_, connections):
        with pytest.raises(ssl.SSLCertVerificationError):
            await connections.post("", b"x")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    async with running(echo, tls=tls) as (_, connections):
        assert await connections.post("", b"x") == (200, b"x")
