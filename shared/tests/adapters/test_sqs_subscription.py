"""What a queue adds to the port: work that outlasts a time-out, what is handed back, what nobody can read."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aioboto3
import orjson
import pytest

from kernel.adapters.sqs_subscription import SqsSubscription
from kernel.envelope import Envelope
from kernel.ports import StoreUnavailable
from kernel.testing import envelope
from taskledger_local.emulator import Emulator
from taskledger_local.processes import free_port
from taskledger_local.setup import create_queues
from taskledger_local.topology import Queue


class Hop:
    """A queue of its own, and how messages come into it as a rule of the bus would put them."""

    def __init__(self, client: Any, queue: Queue, endpoint: str) -> None:
        self.client = client
        self.queue = queue
        self.endpoint = endpoint

    async def subscribe(self) -> SqsSubscription:
        prefix, _, consumer = self.queue.name.rpartition("-")
        url = f"sqs://{prefix}?endpoint={self.endpoint}&visibility={self.queue.visibility}"
        return await SqsSubscription.open(url, consumer)

    async def send(self, *events: Envelope) -> None:
        for event in events:
            hint = {"stream": event.stream, "version": str(event.version), "envelope": event.to_json().decode()}
            await self.send_raw(orjson.dumps({"source": "/task-service", "detail": hint}).decode())

    async def send_raw(self, body: str) -> None:
        await self.client.send_message(QueueUrl=await self.url(self.queue.name), MessageBody=body)

    async def url(self, name: str) -> str:
        url: str = (await self.client.get_queue_url(QueueName=name))["QueueUrl"]
        return url

    async def count(self, name: str) -> int:
        """Messages in a queue, also those that somebody has received."""
        attributes = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = await self.client.get_queue_attributes(QueueUrl=await self.url(name), AttributeNames=attributes)
        return sum(int(value) for value in answer["Attributes"].values())


@pytest.fixture
async def hop(aws: Emulator, request: pytest.FixtureRequest) -> AsyncIterator[Hop]:
    queue = Queue(name=f"q{time.time_ns()}-projector", visibility=1, max_receives=2)
    async with aioboto3.Session().client("sqs", endpoint_url=aws.endpoint) as client:
        await create_queues(client, [queue])
        yield Hop(client, queue, aws.endpoint)


async def test_work_that_outlasts_the_time_out_is_not_given_to_anybody_else(hop: Hop) -> None:
    first, second = await hop.subscribe(), await hop.subscribe()
    await hop.send(envelope("task-a", 1))
    [message] = await first.receive(10)
    other = asyncio.create_task(second.receive(10))
    await asyncio.wait([other], timeout=2.5)  # two and a half time-outs
    assert not other.done()
    await first.acknowledge([message])
    await first.close()
    await second.close()
    assert await hop.count(hop.queue.name) == 0


async def test_closing_hands_back_what_was_not_done(hop: Hop) -> None:
    first, second = await hop.subscribe(), await hop.subscribe()
    await hop.send(envelope("task-a", 1))
    assert len(await first.receive(10)) == 1
    started = time.monotonic()
    await first.close()
    assert [message.stream for message in await second.receive(10)] == ["task-a"]
    assert time.monotonic() - started < hop.queue.visibility
    await second.close()


async def test_a_burst_is_received_in_one_go_up_to_the_limit(hop: Hop) -> None:
    subscription = await hop.subscribe()
    await hop.send(*(envelope("task-a", version) for version in range(1, 61)))
    messages = await subscription.receive(45)
    assert len(messages) == 45
    await subscription.acknowledge(messages)
    assert len(await subscription.receive(100)) == 15
    await subscription.close()


@pytest.mark.parametrize(
    "body",
    [
        "not json",
        "{}",
        '{"detail": {"stream": "task-a"}}',
        '{"detail": {"stream": "task-a", "version": "one"}}',
        '{"detail": {"stream": "task-a", "version": "1", "envelope": "{}"}}',
        orjson.dumps(
            {"detail": {"stream": "task-b", "version": "1", "envelope": envelope("task-a", 1).to_json().decode()}}
        ).decode(),
    ],
)
async def test_what_cannot_be_read_goes_to_the_dead_letter_queue(hop: Hop, body: str) -> None:
    subscription = await hop.subscribe()
    await hop.send_raw(body)
    receiving = asyncio.create_task(_receive_for_ever(subscription))
    await _until(lambda: hop.count(hop.queue.dead), 1)
    receiving.cancel()
    await subscription.close()
    assert await hop.count(hop.queue.name) == 0


async def test_a_hint_without_its_event_is_a_message(hop: Hop) -> None:
    subscription = await hop.subscribe()
    await hop.send_raw('{"detail": {"stream": "task-a", "version": "3", "envelope": ""}}')
    [message] = await subscription.receive(10)
    assert (message.stream, message.version, message.envelope) == ("task-a", 3, None)
    await subscription.acknowledge([message])
    await subscription.close()


async def test_a_queue_that_is_away_or_missing_is_unavailable(aws: Emulator) -> None:
    for endpoint in (f"http://127.0.0.1:{free_port()}", aws.endpoint):
        subscription = await SqsSubscription.open(f"sqs://nowhere?endpoint={endpoint}", "projector")
        with pytest.raises(StoreUnavailable, match="nowhere-projector"):
            await subscription.receive(10)
        with pytest.raises(StoreUnavailable):
            await subscription.ping()
        await subscription.close()


async def test_an_option_that_there_is_not_is_an_error() -> None:
    with pytest.raises(ValueError, match="visible"):
        await SqsSubscription.open("sqs://taskledger?visible=3", "projector")


async def _receive_for_ever(subscription: SqsSubscription) -> None:
    while True:
        assert await subscription.receive(10) == []


async def _until(look: Callable[[], Any], wanted: int) -> None:
    async with asyncio.timeout(20):
        while await look() != wanted:  # noqa: ASYNC110 - the queue tells nobody
            await asyncio.sleep(0.1)
