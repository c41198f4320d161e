"""The pipe's stand-in, from a real stream to a real bus."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aioboto3
import httpx
import orjson
import pytest

from kernel.envelope import Envelope
from kernel.testing import envelope
from taskledger_local.emulator import CREDENTIALS, Emulator
from taskledger_local.pipe import Entry, batches, entry_of
from taskledger_local.processes import Child, free_port
from taskledger_local.setup import create_all
from taskledger_local.stream_position import Positions
from taskledger_local.topology import LOG, PROJECTOR


def item(event: Envelope) -> dict[str, Any]:
    return {
        "pk": {"S": event.stream},
        "sk": {"S": f"E#{event.version:012}"},
        "version": {"N": str(event.version)},
        "source": {"S": "/task-service"},
        "type": {"S": event.type},
        "envelope": {"S": event.to_json().decode()},
    }


def record(image: dict[str, Any], name: str = "INSERT") -> dict[str, Any]:
    return {"eventName": name, "dynamodb": {"NewImage": image, "SequenceNumber": "1"}}


def entry(stream: str) -> Entry:
    return Entry(stream, "/task-service", "task.created", "{}")


# --- what goes on the bus ---


def test_an_event_travels_with_what_a_rule_and_a_consumer_need() -> None:
    event = envelope("task-a", 3, {"title": "회의"})
    made = entry_of(record(item(event)))
    assert made is not None
    assert (made.stream, made.source, made.type) == ("task-a", "/task-service", event.type)
    detail = orjson.loads(made.detail)
    assert (detail["stream"], detail["version"]) == ("task-a", "3")
    assert Envelope.from_json(detail["envelope"]) == event


def test_what_is_no_new_event_stays_behind() -> None:
    head = {"pk": {"S": "task-a"}, "sk": {"S": "HEAD"}, "version": {"N": "1"}}
    assert entry_of(record(head)) is None
    assert entry_of(record(item(envelope("task-a", 1)), "MODIFY")) is None


def test_a_call_holds_ten_entries_and_no_stream_twice() -> None:
    assert [len(batch) for batch in batches([entry(f"task-{n}") for n in range(23)])] == [10, 10, 3]
    assert [len(batch) for batch in batches([entry("a"), entry("b"), entry("a"), entry("a")])] == [2, 1, 1]
    assert list(batches([])) == []


def test_positions_are_kept_for_the_stream_that_is_read(tmp_path: Path) -> None:
    positions = Positions(tmp_path / "state" / "positions.json")
    positions.move("stream-1", "a", "5")
    positions.finish("stream-1", "b")
    again = Positions(tmp_path / "state" / "positions.json")
    assert (again.of("stream-1", "a"), again.of("stream-1", "b"), again.of("stream-2", "a")) == ("5", None, None)
    assert again.finished("stream-1", "b")
    again.move("stream-2", "a", "1")
    assert not again.finished("stream-1", "b")


# --- for real ---


class Hop:
    """A pipe between the log's table and the projector's queue."""

    def __init__(self, aws: Emulator, dynamodb: Any, sqs: Any, folder: Path) -> None:
        self.port = free_port()
        self._dynamodb, self._sqs = dynamodb, sqs
        command = [sys.executable, "-m", "taskledger_local.pipe", "--endpoint", aws.endpoint, "--state", str(folder)]
        self.pipe = Child("pipe", command, folder, {**CREDENTIALS, "PORT": str(self.port)})

    def start(self) -> None:
        self.pipe.start(self._ready)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz").is_success
        except httpx.HTTPError:
            return False

    async def append(self, *events: Envelope) -> None:
        for event in events:
            await self._dynamodb.put_item(TableName=LOG.name, Item=item(event))

    async def arrived(self, count: int) -> list[str]:
        """Wait for so many different events; the ids of all that came, in their order."""
        url = (await self._sqs.get_queue_url(QueueName=PROJECTOR.name))["QueueUrl"]
        ids: list[str] = []
        async with asyncio.timeout(20):
            while len(set(ids)) < count:
                answer = await self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
                for message in answer.get("Messages", []):
                    detail = orjson.loads(message["Body"])["detail"]
                    ids.append(f"{detail['stream']}:{detail['version']}")
                    await self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return ids


@pytest.fixture
async def hop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hop]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    aws = Emulator(tmp_path / "aws")
    aws.run()
    await create_all(aws.endpoint)
    session = aioboto3.Session()
    async with (
        session.client("dynamodb", endpoint_url=aws.endpoint) as dynamodb,
        session.client("sqs", endpoint_url=aws.endpoint) as sqs,
    ):
        made = Hop(aws, dynamodb, sqs, tmp_path / "pipe")
        made.start()
        yield made
        made.pipe.kill()
    aws.kill()


async def test_events_arrive_in_the_order_of_their_streams(hop: Hop) -> None:
    events = [envelope(f"task-{n % 3}", 1 + n // 3) for n in range(30)]
    await hop.append(*events)
    ids = await hop.arrived(30)
    for stream in ("task-0", "task-1", "task-2"):
        assert [id_ for id_ in ids if id_.startswith(stream)] == [f"{stream}:{version}" for version in range(1, 11)]


@pytest.mark.crash
async def test_a_killed_pipe_goes_on_where_it_stopped(hop: Hop) -> None:
    await hop.append(*(envelope("task-a", version) for version in range(1, 6)))
    await hop.arrived(5)
    hop.pipe.kill()
    await hop.append(*(envelope("task-a", version) for version in range(6, 9)))
    hop.start()
    assert set(await hop.arrived(3)) == {"task-a:6", "task-a:7", "task-a:8"}


async def test_an_emulator_that_forgot_everything_is_read_from_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    aws = Emulator(tmp_path / "aws")
    session = aioboto3.Session()
    hops: list[Hop] = []
    for version in (1, 2):
        aws.run()
        await create_all(aws.endpoint)
        async with (
            session.client("dynamodb", endpoint_url=aws.endpoint) as dynamodb,
            session.client("sqs", endpoint_url=aws.endpoint) as sqs,
        ):
            hop = Hop(aws, dynamodb, sqs, tmp_path / "pipe")
            if not hops:
                hop.start()
                hops.append(hop)
            await hop.append(envelope("task-a", version))
            assert set(await hop.arrived(1)) == {f"task-a:{version}"}
        aws.kill()
    hops[0].pipe.kill()
