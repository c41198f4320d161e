"""What a queue adds to the port: what is handed back, what nobody can read, and faults on the way to it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from aiobotocore.session import get_session
from prometheus_client import REGISTRY

from kernel.adapters.sqs.subscription import SqsSubscription
from kernel.log.envelope import Envelope
from kernel.ports.faults import StoreUnavailable
from kernel.ports.subscription import Message
from taskledger_local.emulator import Emulator
from taskledger_local.processes import free_port
from taskledger_local.setup import create_queues
from taskledger_local.topology import Queue
from testkit.faults import Answer, Broken, Faults, Late, aws_error
from testkit.log import envelope, eventually


class Hop:
    """A queue of its own, and how messages come into it as a rule of the bus would put them."""

    def __init__(self, client: Any, queue: Queue, endpoint: str) -> None:
        self.client = client
        self.queue = queue
        self.endpoint = endpoint

    async def subscribe(self, endpoint: str | None = None, *, visibility: int = 600) -> SqsSubscription:
        prefix, _, consumer = self.queue.name.rpartition("-")
        url = f"sqs://{prefix}?endpoint={endpoint or self.endpoint}&visibility={visibility}&read_timeout=2"
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

    async def holds(self, name: str, count: int) -> bool:
        return await self.count(name) == count

    async def nothing_to_receive(self) -> bool:
        attributes = ["ApproximateNumberOfMessages"]
        url = await self.url(self.queue.name)
        answer = await self.client.get_queue_attributes(QueueUrl=url, AttributeNames=attributes)
        return bool(answer["Attributes"]["ApproximateNumberOfMessages"] == "0")


@pytest.fixture
def faults(aws_faults: Faults) -> Faults:
    return aws_faults


@pytest.fixture
async def hop(aws: Emulator) -> AsyncIterator[Hop]:
    queue = Queue(name=f"{uuid4().hex}-projector", max_receives=2)
    async with get_session().create_client("sqs", endpoint_url=aws.endpoint) as client:
        await create_queues(client, [queue])
        yield Hop(client, queue, aws.endpoint)


async def test_closing_hands_back_what_was_not_done(hop: Hop) -> None:
    first, second = await hop.subscribe(), await hop.subscribe()
    await hop.send(envelope("task-a", 1))
    assert len(await first.receive(10)) == 1
    await first.close()
    assert [message.stream for message in await received(second, 1)] == ["task-a"]
    await second.close()


async def test_closing_hands_back_what_nobody_has_seen_yet(hop: Hop) -> None:
    first, second = await hop.subscribe(), await hop.subscribe()
    receiving = asyncio.create_task(first.receive(10))
    await asyncio.sleep(0)
    receiving.cancel()
    await hop.send(envelope("task-a", 1))
    await eventually(hop.nothing_to_receive)
    await first.ping()  # what the poll brought has come by now
    await first.close()
    assert [message.stream for message in await received(second, 1)] == ["task-a"]
    await second.close()


async def test_a_burst_is_received_in_one_go_up_to_the_limit(hop: Hop) -> None:
    subscription = await hop.subscribe()
    await hop.send(*(envelope("task-a", version) for version in range(1, 61)))
    messages = await subscription.receive(45)
    assert len(messages) == 45
    await subscription.acknowledge(messages)
    assert len(await subscription.receive(100)) == 15
    await subscription.close()


OTHERS_EVENT = {"stream": "task-b", "version": "1", "envelope": envelope("task-a", 1).to_json().decode()}


async def test_what_cannot_be_read_goes_to_the_dead_letter_queue(hop: Hop) -> None:
    unreadable = [
        "not json",
        "[]",
        "{}",
        '{"detail": "text"}',
        '{"detail": {"stream": "task-a"}}',
        '{"detail": {"stream": "task-a", "version": "one"}}',
        '{"detail": {"stream": "task-a", "version": "0"}}',
        '{"detail": {"stream": 7, "version": "1"}}',
        '{"detail": {"stream": "task-a", "version": "1", "envelope": "{}"}}',
        '{"detail": {"stream": "task-a", "version": "1", "envelope": "[]"}}',
        '{"detail": {"stream": "task-a", "version": "1", "envelope": {"subject": "task-a"}}}',
        orjson.dumps({"detail": OTHERS_EVENT}).decode(),
    ]
    before = REGISTRY.get_sample_value("consumer_unreadable_messages_total", {"consumer": "projector"}) or 0
    subscription = await hop.subscribe(visibility=1)
    for body in unreadable:
        await hop.send_raw(body)
    await hop.send(envelope("task-a", 1))
    [message] = await received(subscription, 1)
    receiving = asyncio.create_task(_receive_for_ever(subscription))
    await eventually(lambda: hop.holds(hop.queue.dead, len(unreadable)))
    receiving.cancel()
    assert (await subscription.depth()).dead == len(unreadable)
    await subscription.close()
    assert message.stream == "task-a"
    assert await hop.count(hop.queue.name) == 0
    counted = REGISTRY.get_sample_value("consumer_unreadable_messages_total", {"consumer": "projector"}) or 0
    assert counted - before == len(unreadable) * hop.queue.max_receives


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


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "url",
    [
        "sqs://",
        "sqs://a b",
        "sqs://a/b",
        "sqs://a?visible=3",
        "sqs://a?visibility=0",
        "sqs://a?visibility=43201",
        "sqs://a?poll=30",
        "sqs://a?poll=x",
        "sqs://a?endpoint=nowhere",
    ],
)
async def test_a_url_that_makes_no_sense_is_an_error(url: str) -> None:
    with pytest.raises(ValueError, match=r"sqs|URL|at most|endpoint"):
        await SqsSubscription.open(url, "projector")


async def test_no_region_or_no_credentials_are_told_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(StoreUnavailable, match="credentials"):
        await SqsSubscription.open("sqs://taskledger?region=eu-central-1", "projector")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    with pytest.raises(ValueError, match="AWS_REGION"):
        await SqsSubscription.open("sqs://taskledger", "projector")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    await (await SqsSubscription.open("sqs://taskledger", "projector")).close()


# --- faults between us and the queue ---


async def test_receiving_goes_on_after_an_outage(hop: Hop, faults: Faults) -> None:
    subscription = await hop.subscribe(faults.endpoint)
    faults.always(Broken())
    with pytest.raises(StoreUnavailable):
        await subscription.receive(10)
    faults.clear()
    await hop.send(envelope("task-a", 1))
    assert [message.stream for message in await received(subscription, 1)] == ["task-a"]
    await subscription.close()
    assert await hop.count(hop.queue.name) == 0


async def test_throttling_that_passes_is_not_noticed(hop: Hop, faults: Faults) -> None:
    subscription = await hop.subscribe(faults.endpoint)
    await hop.send(envelope("task-a", 1))
    faults.next(aws_error("RequestThrottled"), Answer(503), operation="ReceiveMessage")
    faults.next(aws_error("RequestThrottled"), operation="DeleteMessageBatch")
    [message] = await received(subscription, 1)
    assert message.stream == "task-a"
    await subscription.close()
    assert await hop.count(hop.queue.name) == 0


async def test_what_failed_of_an_acknowledgement_is_tried_again(hop: Hop, faults: Faults) -> None:
    subscription = await hop.subscribe(faults.endpoint)
    await hop.send(*(envelope("task-a", version) for version in range(1, 5)))
    messages = await held(subscription, 4)
    failed = [
        {"Id": "2", "SenderFault": False, "Code": "InternalError"},
        {"Id": "0", "SenderFault": False, "Code": "X"},
    ]
    done = [{"Id": "1"}, {"Id": "3"}]
    faults.next(Answer(200, orjson.dumps({"Successful": done, "Failed": failed})), operation="DeleteMessageBatch")
    await subscription.acknowledge(messages)
    again = orjson.loads(faults.requests[-1].body)["Entries"]
    assert [entry["ReceiptHandle"] for entry in again] == [messages[2].receipt, messages[0].receipt]
    assert faults.count("DeleteMessageBatch") == 2
    await subscription.close()


async def test_what_could_not_be_acknowledged_comes_again(hop: Hop, faults: Faults) -> None:
    subscription = await hop.subscribe(faults.endpoint, visibility=1)
    await hop.send(envelope("task-a", 1))
    faults.next(*[Broken()] * 3, operation="DeleteMessageBatch")
    await received(subscription, 1)
    assert [message.stream for message in await received(subscription, 1)] == ["task-a"]
    await subscription.close()
    assert await hop.count(hop.queue.name) == 0


async def test_closing_does_not_wait_for_a_queue_that_is_away(hop: Hop, faults: Faults) -> None:
    subscription = await hop.subscribe(faults.endpoint)
    await hop.send(envelope("task-a", 1))
    await subscription.receive(10)
    faults.always(Late(3600))
    async with asyncio.timeout(10):
        await subscription.close()


async def received(subscription: SqsSubscription, count: int) -> list[Message]:
    """Receive and acknowledge until so many have come."""
    messages: list[Message] = []
    async with asyncio.timeout(60):
        while len(messages) < count:
            batch = await subscription.receive(10)
            messages += batch
            await subscription.acknowledge(batch)
    return messages


async def held(subscription: SqsSubscription, count: int) -> Sequence[Message]:
    """Receive until so many have come, and acknowledge none."""
    async with asyncio.timeout(60):
        while len(messages := await subscription.receive(10)) < count:
            pass
    return messages


async def _receive_for_ever(subscription: SqsSubscription) -> None:
    while True:
        assert await subscription.receive(10) == []
