"""The pipe's stand-in, from a real stream to a real bus."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import orjson
import pytest
from aiobotocore.session import get_session

from kernel.log.envelope import Envelope
from kernel.ports.faults import StoreUnavailable
from kernel.process.platform import Platform
from taskledger_local.emulator import CREDENTIALS, Emulator
from taskledger_local.pipe import Entry, Pipe, calls, entries
from taskledger_local.processes import Child, free_port
from taskledger_local.setup import create_all
from taskledger_local.stream_reader import Positions, StreamReader
from taskledger_local.topology import LOG, PROJECTOR
from testkit.faults import Answer, Broken, Faults, Lost, aws_error, faults_before
from testkit.hops import Hops, hops
from testkit.log import envelope, extend

pytestmark = pytest.mark.process


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


def entry(stream: str, detail: str = "{}") -> Entry:
    return Entry(stream, "/task-service", "task.created", detail)


# --- what goes on the bus ---


def test_an_event_travels_with_what_a_rule_and_a_consumer_need() -> None:
    event = envelope("task-a", 3, {"title": "회의"})
    [made] = entries([record(item(event))])
    assert (made.stream, made.source, made.type) == ("task-a", "/task-service", event.type)
    detail = orjson.loads(made.detail)
    assert (detail["stream"], detail["version"]) == ("task-a", "3")
    assert Envelope.from_json(detail["envelope"]) == event


def test_what_is_no_new_event_stays_behind() -> None:
    head = {"pk": {"S": "task-a"}, "sk": {"S": "HEAD"}, "version": {"N": "1"}}
    event = item(envelope("task-a", 1))
    del event["source"]
    assert list(entries([record(head), record(item(envelope("task-a", 1)), "MODIFY"), record(event)])) == []


def test_a_call_holds_ten_entries_and_no_stream_twice() -> None:
    assert [len(call) for call in calls([entry(f"task-{n}") for n in range(23)])] == [10, 10, 3]
    layers = [[made.stream for made in call] for call in calls([entry(name) for name in "abaacb"])]
    assert layers == [["a", "b", "c"], ["a", "b"], ["a"]]
    assert list(calls([])) == []


def test_a_call_is_no_larger_than_the_bus_takes() -> None:
    large = "x" * 100_000
    assert [len(call) for call in calls([entry(f"task-{n}", large) for n in range(5)])] == [2, 2, 1]


def test_positions_are_kept_for_the_stream_that_is_read(tmp_path: Path) -> None:
    positions = Positions(tmp_path / "state" / "positions.json")
    positions.move("stream-1", "a", "5")
    positions.finish("stream-1", "b")
    again = Positions(tmp_path / "state" / "positions.json")
    assert (again.of("stream-1", "a"), again.of("stream-1", "b"), again.of("stream-2", "a")) == ("5", None, None)
    assert again.finished("stream-1", "b")
    again.keep_only({"a"})
    assert not again.finished("stream-1", "b")
    again.move("stream-2", "a", "1")
    assert again.of("stream-1", "a") is None


async def test_who_cannot_keep_its_position_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    positions = Positions(tmp_path / "file" / "positions.json")  # a folder that nobody can make
    pipe = Pipe(StreamReader(cast(Any, None), cast(Any, None), positions, LOG.name), cast(Any, None), "bus")
    with pytest.raises((NotADirectoryError, FileExistsError)):
        positions.move("stream", "shard", "1")
    with pytest.raises(StoreUnavailable, match="a restart would send the stream again"):
        pipe.check_kept()
    (tmp_path / "file").unlink()
    positions.move("stream", "shard", "2")
    pipe.check_kept()


def test_positions_that_cannot_be_read_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "positions.json"
    for left in (b"", b"{", b"[]", b"{}"):
        path.write_bytes(left)
        assert Positions(path).of("stream-1", "a") is None


# --- for real: as a process ---


class Hop:
    """A pipe between the log's table and the projector's queue, all by the names that they have everywhere."""

    def __init__(self, aws: Emulator, dynamodb: Any, sqs: Any, folder: Path) -> None:
        self.port = free_port()
        self._dynamodb, self._sqs = dynamodb, sqs
        command = [sys.executable, "-m", "taskledger_local.pipe", "--endpoint", aws.endpoint, "--state", str(folder)]
        self.pipe = Child("pipe", command, folder, {"HOST": "127.0.0.1", "PORT": str(self.port)})

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
        return await arrived(self._sqs, PROJECTOR.name, count)


async def arrived(sqs: Any, queue: str, count: int) -> list[str]:
    """Wait for so many different events; the ids of all that came, in their order."""
    url = (await sqs.get_queue_url(QueueName=queue))["QueueUrl"]
    ids: list[str] = []
    async with asyncio.timeout(60):
        while len(set(ids)) < count:
            answer = await sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                detail = orjson.loads(message["Body"])["detail"]
                ids.append(f"{detail['stream']}:{detail['version']}")
                await sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return ids


@asynccontextmanager
async def hop_at(aws: Emulator, folder: Path) -> AsyncIterator[Hop]:
    await create_all(aws.endpoint)
    session = get_session()
    async with (
        session.create_client("dynamodb", endpoint_url=aws.endpoint) as dynamodb,
        session.create_client("sqs", endpoint_url=aws.endpoint) as sqs,
    ):
        yield Hop(aws, dynamodb, sqs, folder)


@pytest.fixture
async def hop(aws: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hop]:
    # An account of its own in the emulator.
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", str(secrets.randbelow(9 * 10**11) + 10**11))
    async with hop_at(aws, tmp_path) as made:
        made.start()
        yield made
        made.pipe.kill()


@pytest.mark.crash
async def test_a_killed_pipe_goes_on_where_it_stopped(hop: Hop) -> None:
    await hop.append(*(envelope("task-a", version) for version in range(1, 6)))
    await hop.arrived(5)
    hop.pipe.kill()
    await hop.append(*(envelope("task-a", version) for version in range(6, 9)))
    hop.start()
    assert {"task-a:6", "task-a:7", "task-a:8"} <= set(await hop.arrived(3))


async def test_a_pipe_that_is_told_to_end_repeats_nothing_afterwards(hop: Hop) -> None:
    await hop.append(*(envelope("task-a", version) for version in range(1, 6)))
    await hop.arrived(5)
    assert hop.pipe.end() == 0
    await hop.append(*(envelope("task-a", version) for version in range(6, 9)))
    hop.start()
    assert await hop.arrived(3) == ["task-a:6", "task-a:7", "task-a:8"]


async def test_an_emulator_that_forgot_everything_is_read_from_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    aws = Emulator(tmp_path / "aws")
    started: list[Hop] = []
    for count in (2, 3):
        aws.run()
        async with hop_at(aws, tmp_path / "pipe") as hop:
            if not started:
                hop.start()
                started.append(hop)
            await hop.append(*(envelope(f"task-{count}", version) for version in range(1, count + 1)))
            assert set(await hop.arrived(count)) == {f"task-{count}:{version}" for version in range(1, count + 1)}
        aws.kill()
    started[0].pipe.kill()


# --- for real: with faults before the table's endpoint and the bus's ---


@pytest.fixture(scope="module")
def tables_proxy(aws: Emulator) -> Iterator[Faults]:
    with faults_before(aws.endpoint) as started:
        yield started


@pytest.fixture(scope="module")
def bus_proxy(aws: Emulator) -> Iterator[Faults]:
    with faults_before(aws.endpoint) as started:
        yield started


@pytest.fixture
async def faulty(tables_proxy: Faults, bus_proxy: Faults, tmp_path: Path) -> AsyncIterator[Hops]:
    for proxy in (tables_proxy, bus_proxy):
        proxy.clear()
    async with hops(tables_proxy.endpoint, tmp_path, bus_endpoint=bus_proxy.endpoint, consumers=["projector"]) as made:
        yield made


async def piped(made: Hops, aws: Emulator, *streams: str, count: int) -> list[str]:
    """Append `count` events to each stream; the ids of what arrived, in its order."""
    async with Platform() as platform, get_session().create_client("sqs", endpoint_url=aws.endpoint) as sqs:
        store = await platform.event_store(made.event_store_url)
        for version in range(count):
            await asyncio.gather(*(extend(store, stream, version) for stream in streams))
        return await arrived(sqs, made.queues[0].name, count * len(streams))


def each_in_order(ids: list[str]) -> dict[str, list[int]]:
    """The versions of each stream in the order in which they came first."""
    found: dict[str, list[int]] = {}
    for stream, version in (id_.split(":") for id_ in dict.fromkeys(ids)):
        found.setdefault(stream, []).append(int(version))
    return found


async def test_events_arrive_in_the_order_of_their_streams(faulty: Hops, aws: Emulator) -> None:
    ids = await piped(faulty, aws, "task-a", "task-b", "project-c", count=20)
    assert each_in_order(ids) == {stream: list(range(1, 21)) for stream in ("task-a", "task-b", "project-c")}
    assert len(ids) == 60


async def test_what_the_bus_did_not_take_of_a_call_is_put_again_before_what_follows(
    faulty: Hops, bus_proxy: Faults, aws: Emulator
) -> None:
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "made up"}]}
    bus_proxy.next(*[Answer(200, orjson.dumps(refused))] * 3, operation="PutEvents")
    assert await piped(faulty, aws, "task-a", count=5) == [f"task-a:{version}" for version in range(1, 6)]


async def test_faults_on_either_side_lose_nothing_and_keep_the_order(
    faulty: Hops, bus_proxy: Faults, tables_proxy: Faults, aws: Emulator
) -> None:
    bus_proxy.next(aws_error("ThrottlingException"), Lost(), operation="PutEvents")
    tables_proxy.next(aws_error("ExpiredIteratorException"), Broken(), operation="GetRecords")
    ids = await piped(faulty, aws, "task-a", "task-b", count=10)
    assert each_in_order(ids) == {stream: list(range(1, 11)) for stream in ("task-a", "task-b")}


async def test_a_stream_that_is_made_anew_is_followed(faulty: Hops, aws: Emulator) -> None:
    assert await piped(faulty, aws, "task-a", count=3) == ["task-a:1", "task-a:2", "task-a:3"]
    async with get_session().create_client("dynamodb", endpoint_url=aws.endpoint) as dynamodb:
        for on in ({"StreamEnabled": False}, {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}):
            await dynamodb.update_table(TableName=faulty.prefix, StreamSpecification=on)
    assert await piped(faulty, aws, "task-b", count=3) == ["task-b:1", "task-b:2", "task-b:3"]
