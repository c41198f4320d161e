"""What only keys and values in DynamoDB promise: what is kept, and how faults are met."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiobotocore.session import get_session

from kernel.ports.faults import StoreUnavailable
from kernel.ports.key_value_store import ABSENT, ConditionFailed, Delete, KeyValueStore, Put
from kernel.process.platform import Platform
from testkit.faults import Answer, Broken, Fault, Faults, Late, Lost, aws_error

NOON = datetime(2126, 11, 22, 12, 0, 0, 1, tzinfo=UTC)


@pytest.fixture
def faulty_url(dynamodb_tables: tuple[str, str], dynamodb: str, faults: Faults) -> str:
    return dynamodb_tables[1].replace(dynamodb, faults.endpoint)


@pytest.fixture
async def values(faulty_url: str) -> AsyncIterator[KeyValueStore]:
    async with Platform() as platform:
        yield await platform.key_value_store(faulty_url)


@pytest.fixture
async def hasty(faulty_url: str) -> AsyncIterator[KeyValueStore]:
    """One that takes an answer of half a second for lost."""
    async with Platform() as platform:
        yield await platform.key_value_store(f"{faulty_url}&read_timeout=0.2")


@pytest.fixture
async def kept(dynamodb_tables: tuple[str, str], dynamodb: str, unique: str) -> AsyncIterator[Any]:
    """Reads an item of the test's partition as it lies in the table."""
    name = dynamodb_tables[1].removeprefix("dynamodb://").partition("?")[0]
    async with get_session().create_client("dynamodb", endpoint_url=dynamodb) as client:

        async def read(key: str) -> Any:
            answer = await client.get_item(TableName=name, Key={"pk": {"S": unique}, "sk": {"S": key}})
            return answer.get("Item")

        yield read


async def test_an_item_has_its_expiry_in_seconds_for_dynamodb_and_exactly_for_us(
    values: KeyValueStore, unique: str, kept: Any
) -> None:
    await values.write(Put(unique, "a", b"value", expires_at=NOON))
    await values.increment(unique, "n", 7)
    seconds = int(NOON.timestamp())
    key = {"pk": {"S": unique}, "sk": {"S": "a"}, "version": {"N": "1"}}
    expiry = {"expires_at": {"N": f"{seconds}000001"}, "ttl": {"N": str(seconds + 1)}}
    assert await kept("a") == {**key, **expiry, "value": {"B": b"value"}}
    counter = await kept("n")
    assert counter["number"] == {"N": "7"}
    assert int(counter["ttl"]["N"]) == datetime(9999, 12, 31, tzinfo=UTC).timestamp()


async def test_what_has_expired_is_not_seen_while_dynamodb_still_has_it(
    values: KeyValueStore, unique: str, kept: Any
) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    await values.write(*(Put(unique, f"{n:02}", b"1", expires_at=past if n % 2 else None) for n in range(20)))
    assert await values.get(unique, "01") is None
    assert [item.key for item in await values.query(unique, limit=7)] == [f"{n:02}" for n in range(0, 14, 2)]
    assert await kept("01") is not None
    await values.write(Delete(unique, "01", expect=ABSENT))


async def test_a_partition_of_several_megabytes_is_read_page_by_page(
    values: KeyValueStore, faults: Faults, unique: str
) -> None:
    value = b"\xff" * 250_000
    for n in range(8):
        await values.write(Put(unique, f"{n}", value))
    assert [item.key for item in await values.query(unique)] == list("01234567")
    assert faults.count("Query") >= 2
    assert [item.key for item in await values.query(unique, after="2", limit=3)] == list("345")


PASSING: list[Fault] = [aws_error("ThrottlingException"), Answer(500), Broken(), Lost(), Late(0.5)]


@pytest.mark.parametrize("fault", PASSING, ids=str)
async def test_a_write_is_done_once_whatever_happens_to_its_answer(
    hasty: KeyValueStore, faults: Faults, unique: str, fault: Fault
) -> None:
    for put in (
        Put(unique, "a", b"first", expect=ABSENT),
        Put(unique, "a", b"second", expect=1),
        Put(unique, "a", b"third"),
    ):
        faults.next(fault, operation="TransactWriteItems")
        await hasty.write(put)
    item = await hasty.get(unique, "a")
    assert item is not None
    assert (item.value, item.version) == (b"third", 3)
    faults.next(fault, operation="TransactWriteItems")
    await hasty.write(Delete(unique, "a", expect=3))
    faults.next(fault, operation="TransactWriteItems")
    with pytest.raises(ConditionFailed):
        await hasty.write(Delete(unique, "a", expect=3))
    assert faults.count("TransactWriteItems") >= 10


@pytest.mark.parametrize("fault", [aws_error("ProvisionedThroughputExceededException"), Broken()], ids=str)
async def test_a_counter_counts_once_what_was_throttled(
    values: KeyValueStore, faults: Faults, unique: str, fault: Fault
) -> None:
    faults.next(fault, fault, operation="UpdateItem")
    assert await values.increment(unique, "n") == 1
    assert await values.increment(unique, "n") == 2


async def test_a_lost_answer_never_makes_a_counter_count_less(
    values: KeyValueStore, faults: Faults, unique: str
) -> None:
    faults.next(Lost(), operation="UpdateItem")
    assert await values.increment(unique, "n") >= 1


async def test_an_expired_counter_starts_anew_once_for_many(values: KeyValueStore, unique: str) -> None:
    await values.increment(unique, "n", 99, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    results = await asyncio.gather(*(values.increment(unique, "n") for _ in range(16)))
    assert sorted(results) == list(range(1, 17))


async def test_what_does_not_pass_in_time_makes_the_store_unavailable(
    faulty_url: str, faults: Faults, unique: str
) -> None:
    async with Platform() as platform:
        values = await platform.key_value_store(f"{faulty_url}&patience=0.2")
        faults.always(aws_error("ThrottlingException"))
        for attempt in (values.write(Put(unique, "a", b"")), values.get(unique, "a"), values.query(unique)):
            with pytest.raises(StoreUnavailable):
                await attempt
        with pytest.raises(StoreUnavailable):
            await values.increment(unique, "n")
        faults.clear()
        assert list(await values.query(unique)) == []
