"""What only the log in DynamoDB promises. Long because every fault meets the same tables of one emulator."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from aiobotocore.session import get_session
from prometheus_client import REGISTRY

from kernel.adapters.dynamodb.event_store import MAX_CARRIED_BYTES, SLICES, DynamodbEventStore
from kernel.adapters.dynamodb.table import DynamodbError
from kernel.log import chain
from kernel.ports.event_store import (
    MAX_EVENT_BYTES,
    CommandAlreadyDone,
    CommandRecord,
    EventStore,
    StreamAppend,
    VersionConflict,
)
from kernel.ports.faults import StoreUnavailable
from kernel.process.platform import Platform
from taskledger_local.emulator import Emulator
from testkit.faults import Answer, Broken, Fault, Faults, Late, Lost, aws_error
from testkit.log import envelope, extend, to_append

THROTTLED = aws_error("ProvisionedThroughputExceededException")


@pytest.fixture
def log_url(dynamodb_tables: tuple[str, str]) -> str:
    return dynamodb_tables[0]


@pytest.fixture
def table_name(log_url: str) -> str:
    return log_url.removeprefix("dynamodb://").partition("?")[0]


@pytest.fixture
def faulty_url(log_url: str, dynamodb: str, faults: Faults) -> str:
    return log_url.replace(dynamodb, faults.endpoint)


@pytest.fixture
async def store(faulty_url: str) -> AsyncIterator[EventStore]:
    async with Platform() as platform:
        yield await platform.event_store(faulty_url)


@pytest.fixture
async def hasty(faulty_url: str) -> AsyncIterator[EventStore]:
    """A store that does not wait long for an answer."""
    async with Platform() as platform:
        yield await platform.event_store(f"{faulty_url}&read_timeout=0.2")


@pytest.fixture
async def impatient(faulty_url: str) -> AsyncIterator[EventStore]:
    """A store that does not wait long for better times."""
    async with Platform() as platform:
        yield await platform.event_store(f"{faulty_url}&patience=0.3")


@pytest.fixture
async def client(dynamodb: str) -> AsyncIterator[Any]:
    async with get_session().create_client("dynamodb", endpoint_url=dynamodb) as client:
        yield client


def a_command(command_id: str) -> CommandRecord:
    return CommandRecord(id=command_id, fingerprint="what was asked", outcome=b"{}")


async def versions(store: EventStore, stream: str) -> list[int]:
    return [event.version for event in await store.load(stream)]


def cancelled(*codes: str) -> Answer:
    reasons = [{"Code": code} if code == "None" else {"Code": code, "Message": code} for code in codes]
    return aws_error("TransactionCanceledException", CancellationReasons=reasons)


# --- what is kept ---


async def test_an_event_has_what_a_pipe_needs(store: EventStore, unique: str, client: Any, table_name: str) -> None:
    stream = f"task-{unique}"
    small = envelope(stream, 1, {"text": 'a "quoted" 회의'})
    large = envelope(stream, 2, {"text": "x" * MAX_CARRIED_BYTES})
    await store.append([StreamAppend(stream=stream, expected=0, events=[small, large])])

    keys = {":stream": {"S": stream}, ":events": {"S": "E#"}}
    condition = "pk = :stream AND begins_with(sk, :events)"
    found = await client.query(
        TableName=table_name, KeyConditionExpression=condition, ExpressionAttributeValues=keys, ConsistentRead=True
    )
    common = {"pk": {"S": stream}, "source": {"S": "/task-service"}, "type": {"S": "task.labelled"}}
    numbers = [{"sk": {"S": f"E#{n:012}"}, "version": {"N": str(n)}} for n in (1, 2)]
    links = [{"link": {"B": link}} for link in chain.links(chain.first(stream), (small.to_json(), large.to_json()))]
    assert found["Items"] == [
        {**common, **numbers[0], **links[0], "envelope": {"S": small.to_json().decode()}},
        {**common, **numbers[1], **links[1], "envelope": {"S": ""}, "large": {"S": large.to_json().decode()}},
    ]


async def test_only_heads_are_in_the_index(store: EventStore, unique: str, client: Any, table_name: str) -> None:
    stream = f"task-{unique}"
    before = datetime.now(UTC)
    await store.append([to_append(stream, 0, 3)], a_command(unique))
    await store.allocate(unique)
    pages = client.get_paginator("scan").paginate(TableName=table_name, IndexName="heads")
    [item] = [item async for page in pages for item in page["Items"] if unique in item["pk"]["S"]]
    assert item["sk"] == {"S": "HEAD"}
    assert item["version"] == {"N": "3"}
    assert item["slice"] == {"N": str(zlib.crc32(stream.encode()) % SLICES)}
    assert abs(int(item["changed_at"]["N"]) - before.timestamp() * 1_000_000) < 60_000_000


async def test_a_stream_of_several_megabytes_is_read_page_by_page(
    store: EventStore, faults: Faults, unique: str
) -> None:
    stream = f"task-{unique}"
    room = MAX_EVENT_BYTES - len(envelope(stream, 10, {"text": ""}).to_json())
    events = [envelope(stream, version, {"text": str(version % 10) * room}) for version in range(1, 11)]
    for event in events:
        await store.append([StreamAppend(stream=stream, expected=event.version - 1, events=[event])])
    assert list(await store.load(stream)) == events
    assert faults.count("Query") >= 3
    assert list(await store.load(stream, after=8)) == events[8:]


async def test_heads_are_listed_page_by_page(
    store: EventStore, faults: Faults, unique: str, client: Any, table_name: str
) -> None:
    streams = {f"task-{unique}-{n:04}-".ljust(2000, "x") for n in range(600)}
    heads = [
        {"pk": {"S": stream}, "sk": {"S": "HEAD"}, "version": {"N": "1"}, "slice": {"N": "7"}, "changed_at": {"N": "1"}}
        for stream in streams
    ]
    for n in range(0, len(heads), 25):
        await client.batch_write_item(
            RequestItems={table_name: [{"PutRequest": {"Item": h}} for h in heads[n : n + 25]]}
        )
    found = [head.stream async for head in store.heads() if head.stream in streams]
    assert len(found) == len(streams) == len(set(found))
    assert faults.count("Query") > SLICES


# --- writers ---


async def test_sixteen_writers_on_one_stream_lose_nothing(log_url: str, unique: str) -> None:
    stream = f"task-{unique}"

    async def write(times: int) -> int:
        store = await DynamodbEventStore.open(log_url)
        conflicts = 0
        while times:
            head = len(await store.load(stream))
            try:
                await extend(store, stream, head)
            except VersionConflict:
                conflicts += 1
            else:
                times -= 1
        await store.close()
        return conflicts

    conflicts = await asyncio.gather(*(write(4) for _ in range(16)))
    assert sum(conflicts) > 0
    store = await DynamodbEventStore.open(log_url)
    assert await versions(store, stream) == list(range(1, 65))
    assert [head.version async for head in store.heads() if head.stream == stream] == [64]
    await store.close()


async def test_a_conflict_names_the_stream_that_moved(store: EventStore, unique: str) -> None:
    first, second = f"task-{unique}", f"project-{unique}"
    await extend(store, second, 0, 2)
    with pytest.raises(VersionConflict) as conflict:
        await store.append([to_append(first, 0, 3), to_append(second, 1)], a_command(unique))
    assert (conflict.value.stream, conflict.value.expected) == (second, 1)


async def test_a_command_is_recognised_when_its_stream_moved_as_well(store: EventStore, unique: str) -> None:
    stream = f"task-{unique}"
    await store.append([to_append(stream, 0)], a_command(unique))
    await extend(store, stream, 1)
    with pytest.raises(CommandAlreadyDone) as done:
        await store.append([to_append(stream, 0)], a_command(unique))
    assert done.value.record == a_command(unique)


# --- faults that pass ---

PASSING: list[Fault] = [
    THROTTLED,
    aws_error("ThrottlingException"),
    aws_error("RequestLimitExceeded"),
    aws_error("InternalServerError", 500),
    Answer(502, b"<html>Bad Gateway</html>"),
    aws_error("ServiceUnavailable", 503),
    Broken(),
    Lost(),
]


def tried_again() -> float:
    """How many calls the metrics say were tried again."""
    families = [family for family in REGISTRY.collect() if family.name == "store_retries"]
    return sum(each.value for family in families for each in family.samples if each.name.endswith("_total"))


@pytest.mark.parametrize("fault", PASSING, ids=str)
async def test_what_passes_is_tried_again(store: EventStore, faults: Faults, unique: str, fault: Fault) -> None:
    stream = f"task-{unique}"
    before = tried_again()
    for operation in ("TransactWriteItems", "Query", "GetItem"):
        faults.next(fault, fault, operation=operation)
    await store.append([to_append(stream, 0)], a_command(unique))
    assert await versions(store, stream) == [1]
    assert await store.command(unique) == a_command(unique)
    assert [faults.count(operation) for operation in ("TransactWriteItems", "Query", "GetItem")] == [3, 3, 3]
    assert tried_again() - before == 6


async def test_numbers_are_unique_when_answers_are_lost(store: EventStore, faults: Faults, unique: str) -> None:
    faults.next(Lost(), THROTTLED, operation="UpdateItem")
    first = await store.allocate(unique)
    assert first >= 1
    assert await store.allocate(unique) > first


@pytest.mark.parametrize(
    "reasons", [("TransactionConflict", "None"), ("None", "ThrottlingError"), ("ProvisionedThroughputExceeded", "None")]
)
async def test_a_transaction_that_met_another_is_tried_again(
    store: EventStore, faults: Faults, unique: str, reasons: tuple[str, str]
) -> None:
    faults.next(cancelled(*reasons), aws_error("TransactionInProgressException"))
    await extend(store, f"task-{unique}", 0)
    assert faults.count("TransactWriteItems") == 3
    assert await versions(store, f"task-{unique}") == [1]


async def test_what_never_passes_is_not_tried_again(store: EventStore, faults: Faults, unique: str) -> None:
    faults.next(cancelled("ValidationError", "None"))
    with pytest.raises(DynamodbError, match="TransactionCanceledException"):
        await extend(store, f"task-{unique}", 0)
    assert faults.count("TransactWriteItems") == 1
    assert await versions(store, f"task-{unique}") == []


@pytest.mark.parametrize("fault", [Lost(), Late(0.5)], ids=str)
async def test_an_append_whose_answer_was_lost_is_no_conflict(
    hasty: EventStore, faults: Faults, unique: str, fault: Fault
) -> None:
    stream = f"task-{unique}"
    faults.next(fault, operation="TransactWriteItems")
    await hasty.append([to_append(stream, 0, 2), to_append(f"project-{unique}", 0)], a_command(unique))
    faults.next(fault, operation="TransactWriteItems")
    await hasty.append([to_append(stream, 2)])
    assert faults.count("TransactWriteItems") >= 4
    assert await versions(hasty, stream) == [1, 2, 3]
    assert [head.version async for head in hasty.heads() if head.stream == stream] == [3]


@pytest.mark.parametrize("fault", [Lost(), Late(0.5)], ids=str)
async def test_a_conflict_whose_answer_was_lost_is_still_one(
    hasty: EventStore, faults: Faults, unique: str, fault: Fault
) -> None:
    stream = f"task-{unique}"
    await extend(hasty, stream, 0)
    faults.next(fault, operation="TransactWriteItems")
    with pytest.raises(VersionConflict):
        await extend(hasty, stream, 0)
    assert await versions(hasty, stream) == [1]


# --- faults that stay ---


@pytest.mark.parametrize("fault", [THROTTLED, Answer(500), Broken(), cancelled("TransactionConflict")], ids=str)
async def test_what_does_not_pass_in_time_makes_the_store_unavailable(
    impatient: EventStore, faults: Faults, unique: str, fault: Fault
) -> None:
    faults.always(fault)
    for attempt in (extend(impatient, f"task-{unique}", 0), impatient.load(f"task-{unique}"), impatient.ping()):
        with pytest.raises(StoreUnavailable):
            await attempt
    assert faults.count("TransactWriteItems") > 1
    faults.clear()
    assert await versions(impatient, f"task-{unique}") == []
    await extend(impatient, f"task-{unique}", 0)


async def test_nobody_listening_makes_the_store_unavailable(aws: Emulator) -> None:
    async with Platform() as platform:
        url = "dynamodb://taskledger-log?region=us-east-1&endpoint=http://127.0.0.1:1&patience=0.1"
        store = await platform.event_store(url)
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await store.ping()


async def test_a_missing_table_is_told(log_url: str) -> None:
    async with Platform() as platform:
        store = await platform.event_store(log_url.replace("taskledger-log", "mislaid"))
        with pytest.raises(StoreUnavailable, match=r"the table mislaid-\w+ is missing"):
            await store.ping()


async def test_no_event_is_half_written_under_a_hail_of_faults(store: EventStore, faults: Faults, unique: str) -> None:
    for fault in (THROTTLED, Lost(), Broken(), Answer(500)):
        faults.always(fault, share=0.1)
    streams = [f"task-{unique}{n}" for n in range(8)]

    async def write(stream: str) -> None:
        for version in range(0, 9, 3):
            await store.append([to_append(stream, version, 3)], a_command(f"{stream}-{version}"))

    await asyncio.gather(*map(write, streams))
    faults.clear()
    for stream in streams:
        assert await versions(store, stream) == list(range(1, 10))


async def test_an_append_is_one_request(store: EventStore, faults: Faults, unique: str) -> None:
    await store.append([to_append(f"task-{unique}", 0, 3), to_append(f"project-{unique}", 0)], a_command(unique))
    [request] = faults.requests
    assert request.operation.endswith("TransactWriteItems")
    assert len(orjson.loads(request.body)["TransactItems"]) == 7


async def test_an_append_behind_what_is_known_is_one_request_too(
    store: EventStore, faults: Faults, unique: str
) -> None:
    stream = f"task-{unique}"
    await extend(store, stream, 0, 2)
    await extend(store, stream, 2)
    assert [request.operation.partition(".")[2] for request in faults.requests] == ["TransactWriteItems"] * 2


async def test_a_stream_from_before_there_were_chains_goes_on_with_one(
    store: EventStore, unique: str, client: Any, table_name: str, faulty_url: str
) -> None:
    stream = f"task-{unique}"
    await extend(store, stream, 0, 2)
    for version in (1, 2):
        key = {"pk": {"S": stream}, "sk": {"S": f"E#{version:012}"}}
        await client.update_item(
            TableName=table_name, Key=key, UpdateExpression="REMOVE #l", ExpressionAttributeNames={"#l": "link"}
        )
    async with Platform() as platform:
        later = await platform.event_store(faulty_url)
        await extend(later, stream, 2)
        stored = await later.stored(stream)
    assert [event.link for event in stored[:2]] == [None, None]
    assert stored[2].link == list(chain.links(chain.first(stream), (event.body for event in stored)))[2]
