"""The way of a hint on AWS, on an emulator: append -> pipe -> bus -> queue -> received, and the subscription alone.

The emulator's own time is most of it, so read the ratios. `python bench/bench_bus.py [messages]`.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from aiobotocore.session import get_session
from bench_log import an_event

from kernel.log.ids import new_id
from kernel.ports.event_store import StreamAppend
from kernel.ports.subscription import Subscription
from kernel.process.platform import Platform
from taskledger_local.emulator import CREDENTIALS, emulator
from testkit.hops import Hops, hops

LAGS: Final = 100
CONSUMER: Final = "projector"


def a_body() -> str:
    """A message as a rule of the bus puts it into a queue."""
    event = an_event(f"task-{new_id()}")
    detail = {"stream": event.stream, "version": "1", "envelope": event.to_json().decode()}
    return orjson.dumps({"source": "/task-service", "detail-type": event.type, "detail": detail}).decode()


async def bench_lag(way: Hops) -> list[float]:
    """Seconds from the moment an append returns until its hint is received, one after the other."""
    lags: list[float] = []
    async with Platform() as platform:
        store = await platform.event_store(way.event_store_url)
        subscription = await platform.subscription(way.subscription_url, CONSUMER, store)
        for _ in range(LAGS):
            stream = f"task-{new_id()}"
            await store.append([StreamAppend(stream=stream, expected=0, events=[an_event(stream)])])
            start = time.perf_counter()
            messages = await subscription.receive(10)
            lags.append(time.perf_counter() - start)
            await subscription.acknowledge(messages)
            if [message.stream for message in messages] != [stream]:
                raise AssertionError("another message than that of the append")
    return sorted(lags)


async def fill(client: Any, url: str, count: int) -> None:
    """Put `count` messages into a queue."""
    for begun in range(0, count, 10):
        entries = [{"Id": str(n), "MessageBody": a_body()} for n in range(min(10, count - begun))]
        await client.send_message_batch(QueueUrl=url, Entries=entries)


async def drain(subscription: Subscription, count: int) -> tuple[float, float]:
    """Seconds and processor seconds of this process to receive and acknowledge `count` messages."""
    start, used = time.perf_counter(), time.process_time()
    while count > 0:
        messages = await subscription.receive(500)
        await subscription.acknowledge(messages)
        count -= len(messages)
    return time.perf_counter() - start, time.process_time() - used


async def drain_barely(client: Any, url: str, count: int) -> tuple[float, float]:
    """The same by bare calls, ten messages in each, one call after the other."""
    start, used = time.perf_counter(), time.process_time()
    while count > 0:
        received = (await client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)).get("Messages", [])
        entries = [{"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(received)]
        if entries:
            await client.delete_message_batch(QueueUrl=url, Entries=entries)
        count -= len(received)
    return time.perf_counter() - start, time.process_time() - used


async def run(count: int = 2_000) -> dict[str, Any]:
    """Every figure of this file, for `make bench` and for people."""
    os.environ.update(CREDENTIALS)
    with tempfile.TemporaryDirectory(prefix="bench-bus-") as name, emulator(Path(name) / "aws") as aws:
        async with (
            hops(aws.endpoint, Path(name), consumers=[CONSUMER, "other"]) as way,
            get_session().create_client("sqs", endpoint_url=aws.endpoint) as client,
            Platform() as platform,
        ):
            lags = await bench_lag(way)
            store = await platform.event_store(way.event_store_url)
            subscription = await platform.subscription(way.subscription_url, "other", store)
            url = (await client.get_queue_url(QueueName=way.queues[1].name))["QueueUrl"]
            await drain(subscription, LAGS)
            await fill(client, url, count)
            bare = await drain_barely(client, url, count)
            await fill(client, url, count)
            ours = await drain(subscription, count)
    return {"lags": lags, "bare": bare, "ours": ours, "count": count}


def show(figures: dict[str, Any]) -> None:
    """Print the figures as ratios."""
    lags: Sequence[float] = figures["lags"]
    p50, p99 = (1000 * lags[int(len(lags) * share)] for share in (0.5, 0.99))
    print(f"append -> received through pipe, bus and queue: p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    print(f"{'':34}{'messages/s':>12}{'µs of CPU each':>16}{'x bare':>8}")
    bare, ours, count = figures["bare"], figures["ours"], figures["count"]
    for name, (seconds, used) in (("bare receive and delete", bare), ("the subscription", ours)):
        print(f"{name:34}{count / seconds:12.0f}{1e6 * used / count:16.0f}{bare[0] / seconds:8.2f}")


if __name__ == "__main__":
    show(asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)))
