"""What one connection, and many, may take of a server: over real sockets."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
import uvicorn
from fastapi import FastAPI, Request, Response

from kernel.http.app import create_app
from kernel.process.connections import MAX_HEAD_BYTES, GuardedProtocol
from kernel.process.serve import Server, listening
from testkit.log import eventually


class Quick(GuardedProtocol):
    most = 5
    head_seconds = 0.3
    body_seconds = 0.3


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield


def make_app() -> FastAPI:
    app = create_app("echo", lifespan)

    @app.post("/echo")
    async def echo(request: Request) -> Response:
        return Response(str(len(await request.body())))

    @app.get("/slow")
    async def slow() -> Response:
        await asyncio.sleep(0.8)
        return Response("slow")

    return app


@pytest.fixture
async def port() -> AsyncIterator[int]:
    bound = listening("127.0.0.1", 0)
    config = uvicorn.Config(make_app(), http=Quick, log_config=None)
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    await eventually(lambda: server.started)
    yield bound.getsockname()[1]
    server.should_exit = True
    await serving


async def ask(port: int, *parts: bytes) -> bytes:
    """Send, and read until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def refusal(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return int(head.split()[1]), json.loads(body)["code"]


POST = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n"


async def test_headers_that_never_end_are_refused_before_they_fill_memory(port: int) -> None:
    answer = await ask(port, POST, b"x-long: " + b"x" * (MAX_HEAD_BYTES + 1))
    assert refusal(answer) == (431, "headers_too_large")


async def test_headers_that_are_whole_and_too_large_are_refused(port: int) -> None:
    many = b"".join(b"x-%d: %b\r\n" % (n, b"x" * 1000) for n in range(70))
    answer = await ask(port, POST + many + b"content-length: 0\r\n\r\n")
    assert refusal(answer) == (431, "headers_too_large")


async def test_headers_up_to_the_limit_and_a_body_in_the_same_packet_are_taken(port: int) -> None:
    many = b"".join(b"x-%d: %b\r\n" % (n, b"x" * 1000) for n in range(50))
    answer = await ask(port, POST + many + b"content-length: 200000\r\n\r\n" + b"b" * 200_000)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"200000")


@pytest.mark.parametrize("size", [65_000, 100_000, 250_000, 900_000])
async def test_a_body_is_not_taken_for_headers_however_its_packets_come(port: int, size: int) -> None:
    sent = POST + b"content-length: %d\r\n\r\n" % size + b"b" * size
    for cut in (0, 100, len(POST) + 30, size - 70_000):
        assert (await ask(port, sent[: max(cut, 0)], sent[max(cut, 0) :])).endswith(b"%d" % size)


async def test_half_sent_headers_and_bodies_do_not_stay_open(port: int) -> None:
    for begun in (b"POST /echo HT", POST + b"content-length: 10\r\n\r\nhalf"):
        assert refusal(await ask(port, begun)) == (408, "timeout")
    assert await ask(port) == b""  # nothing was asked, so nothing is answered


async def test_a_body_that_keeps_coming_may_take_longer(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(POST + b"content-length: 12\r\n\r\n")
    began = time.monotonic()
    for _ in range(12):
        writer.write(b"x")
        await asyncio.sleep(0.1)
    assert (await asyncio.wait_for(reader.read(), 20)).endswith(b"12")
    assert time.monotonic() - began > Quick.body_seconds
    writer.close()


async def test_a_slow_answer_is_no_slow_request(port: int) -> None:
    answer = await ask(port, b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert answer.endswith(b"slow")


async def test_there_are_no_more_connections_than_the_process_can_have(port: int) -> None:
    request = b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    answers = await asyncio.gather(*(ask(port, request) for _ in range(8)))
    assert [answer.endswith(b"slow") for answer in answers].count(True) == 5
    assert {refusal(answer) for answer in answers if not answer.endswith(b"slow")} == {(503, "unavailable")}
    assert (await ask(port, request)).endswith(b"slow")


async def test_a_request_that_the_client_breaks_off_is_no_defect(port: int) -> None:
    with structlog.testing.capture_logs() as lines:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POST + b"content-length: 10\r\n\r\nhalf")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await eventually(lambda: bool(lines))
    seen: list[Any] = [(line["event"], line.get("reason")) for line in lines]
    assert ("http.defect", None) not in seen
    assert ("http.request", "broken_off") in seen
