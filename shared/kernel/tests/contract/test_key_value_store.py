"""What every adapter of `KeyValueStore` promises."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from kernel.ports.key_value_store import ABSENT, ConditionFailed, Delete, Item, KeyValueStore, Put
from kernel.process.platform import Platform


def from_now(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def keys(values: KeyValueStore, partition: str) -> list[str]:
    return [item.key for item in await values.query(partition)]


async def test_what_was_put_is_got_as_it_was(values: KeyValueStore, unique: str) -> None:
    expiry = from_now(3600)
    await values.write(
        Put(partition=unique, key="열쇠", value=b"\x00\xff any bytes"),
        Put(partition=unique, key="expiring", value=b"", expires_at=expiry),
    )
    assert await values.get(unique, "열쇠") == Item(key="열쇠", value=b"\x00\xff any bytes", version=1, expires_at=None)
    expiring = await values.get(unique, "expiring")
    assert expiring is not None
    assert expiring.expires_at is not None
    assert abs(expiring.expires_at - expiry) < timedelta(seconds=1)


async def test_what_is_not_there_is_none(values: KeyValueStore, unique: str) -> None:
    await values.write(Put(partition=unique, key="a", value=b"1"))
    assert await values.get(unique, "b") is None
    assert await values.get(f"{unique}-other", "a") is None


async def test_each_write_of_a_key_counts_its_version(values: KeyValueStore, unique: str) -> None:
    for version in (1, 2, 3):
        await values.write(Put(partition=unique, key="a", value=b"%d" % version))
        item = await values.get(unique, "a")
        assert item is not None
        assert (item.version, item.value) == (version, b"%d" % version)
    await values.write(Delete(partition=unique, key="a"))
    await values.write(Put(partition=unique, key="a", value=b"again"))
    item = await values.get(unique, "a")
    assert item is not None
    assert item.version == 1


async def test_deleting_removes_and_may_be_repeated(values: KeyValueStore, unique: str) -> None:
    await values.write(Put(partition=unique, key="a", value=b"1"))
    await values.write(Delete(partition=unique, key="a"))
    await values.write(Delete(partition=unique, key="a"))
    assert await values.get(unique, "a") is None


@pytest.mark.parametrize("expect", [ABSENT, 1, 3])
async def test_an_expectation_that_does_not_hold_undoes_the_transaction(
    values: KeyValueStore, unique: str, expect: int
) -> None:
    for _ in range(2):
        await values.write(Put(partition=unique, key="a", value=b"old"))
    for operation in (
        Put(partition=unique, key="a", value=b"new", expect=expect),
        Delete(partition=unique, key="a", expect=expect),
    ):
        with pytest.raises(ConditionFailed) as failed:
            await values.write(Put(partition=unique, key="first", value=b"1"), operation)
        assert failed.value.index == 1
    assert await values.get(unique, "first") is None
    item = await values.get(unique, "a")
    assert item is not None
    assert (item.value, item.version) == (b"old", 2)


async def test_expectations_that_hold_let_the_transaction_pass(values: KeyValueStore, unique: str) -> None:
    await values.write(Put(partition=unique, key="a", value=b"1"), Put(partition=unique, key="b", value=b"1"))
    await values.write(
        Put(partition=unique, key="a", value=b"2", expect=1),
        Delete(partition=unique, key="b", expect=1),
        Put(partition=unique, key="c", value=b"1", expect=ABSENT),
        Delete(partition=unique, key="d", expect=ABSENT),
    )
    assert await keys(values, unique) == ["a", "c"]


async def test_of_writers_that_expect_the_same_version_one_wins(
    values: KeyValueStore, second_values: KeyValueStore, unique: str
) -> None:
    for expect in range(3):
        results = await asyncio.gather(
            *(
                each.write(Put(partition=unique, key="a", value=b"%d" % n, expect=expect))
                for n, each in enumerate([values, second_values] * 8)
            ),
            return_exceptions=True,
        )
        assert Counter(type(result).__name__ for result in results) == {"NoneType": 1, "ConditionFailed": 15}


async def test_a_transaction_holds_up_to_a_hundred_operations(values: KeyValueStore, unique: str) -> None:
    puts = [Put(partition=unique, key=f"{n:03}", value=b"") for n in range(101)]
    with pytest.raises(ValueError, match="101 operations"):
        await values.write(*puts)
    assert await keys(values, unique) == []
    await values.write(*puts[:100])
    assert await keys(values, unique) == [f"{n:03}" for n in range(100)]


async def test_a_write_of_nothing_is_nothing(values: KeyValueStore, unique: str) -> None:
    await values.write()
    assert await keys(values, unique) == []


async def test_a_key_stands_once_in_a_transaction(values: KeyValueStore, unique: str) -> None:
    with pytest.raises(ValueError, match="twice"):
        await values.write(Put(partition=unique, key="a", value=b"1"), Delete(partition=unique, key="a"))


async def test_an_expired_item_is_never_seen(values: KeyValueStore, unique: str) -> None:
    await values.write(
        Put(partition=unique, key="gone", value=b"5", expires_at=from_now(-1)),
        Put(partition=unique, key="here", value=b"", expires_at=from_now(60)),
    )
    assert await values.get(unique, "gone") is None
    assert await keys(values, unique) == ["here"]
    await values.write(Put(partition=unique, key="gone", value=b"new", expect=ABSENT))
    item = await values.get(unique, "gone")
    assert item is not None
    assert (item.version, item.expires_at) == (1, None)


async def test_an_expired_counter_starts_anew(values: KeyValueStore, unique: str) -> None:
    assert await values.increment(unique, "n", 7, expires_at=from_now(-1)) == 7
    assert await values.increment(unique, "n", 2, expires_at=from_now(60)) == 2
    assert await values.increment(unique, "n", 2) == 4


async def test_an_item_goes_when_its_time_has_come(values: KeyValueStore, unique: str) -> None:
    await values.write(Put(partition=unique, key="brief", value=b"", expires_at=from_now(0.3)))
    assert await values.get(unique, "brief") is not None
    async with asyncio.timeout(10):
        while await values.get(unique, "brief") is not None:  # noqa: ASYNC110 - time itself is awaited
            await asyncio.sleep(0.02)


async def test_a_counter_loses_no_increment(values: KeyValueStore, second_values: KeyValueStore, unique: str) -> None:
    results = await asyncio.gather(*(each.increment(unique, "n") for each in [values, second_values] * 20))
    assert sorted(results) == list(range(1, 41))
    assert await values.increment(unique, "n", by=-40) == 0


async def test_a_number_that_was_put_is_counted_on(values: KeyValueStore, unique: str) -> None:
    expiry = from_now(3600)
    for written, expected in ((b"41", 42), (b"-1", 0), (b"041", 42)):
        await values.write(Put(partition=unique, key="n", value=written, expires_at=expiry))
        before = await values.get(unique, "n")
        assert before is not None
        assert before.value == written
        assert await values.increment(unique, "n") == expected
        after = await values.get(unique, "n")
        assert after is not None
        assert (after.value, after.version, after.expires_at) == (
            b"%d" % expected,
            before.version + 1,
            before.expires_at,
        )


async def test_what_is_no_number_is_not_counted(values: KeyValueStore, unique: str) -> None:
    await values.write(Put(partition=unique, key="text", value=b"forty-one"))
    with pytest.raises(ValueError, match="forty-one"):
        await values.increment(unique, "text")
    item = await values.get(unique, "text")
    assert item is not None
    assert (item.value, item.version) == (b"forty-one", 1)


async def test_a_write_over_a_counter_makes_it_a_value(values: KeyValueStore, unique: str) -> None:
    await values.increment(unique, "n", 7)
    await values.write(Put(partition=unique, key="n", value=b"seven"))
    assert await values.get(unique, "n") == Item(key="n", value=b"seven", version=2, expires_at=None)


async def test_an_expired_item_is_written_anew_among_others(values: KeyValueStore, unique: str) -> None:
    for expires_at in (from_now(-1), None):
        await values.write(Put(partition=unique, key="gone", value=b"old", expires_at=expires_at))
        await values.write(
            Put(partition=unique, key="gone", value=b"new"), Put(partition=unique, key="first", value=b"1")
        )
        item = await values.get(unique, "gone")
        assert item is not None
        assert (item.value, item.version) == (b"new", 1 if expires_at else 3)


async def test_a_counters_expiry_is_set_when_it_is_made(values: KeyValueStore, unique: str) -> None:
    expiry = from_now(3600)
    await values.increment(unique, "n", expires_at=expiry)
    await values.increment(unique, "n", expires_at=from_now(7200))
    item = await values.get(unique, "n")
    assert item is not None
    assert item.value == b"2"
    assert item.expires_at is not None
    assert abs(item.expires_at - expiry) < timedelta(seconds=1)


async def test_a_query_reads_a_partition_in_order_of_its_keys(values: KeyValueStore, unique: str) -> None:
    names = ["b", "a", "a:2", "a:1", "c", "a:열", "a%", "B"]
    await values.write(*(Put(partition=unique, key=name, value=name.encode()) for name in names))
    await values.write(Put(partition=f"{unique}-other", key="a:3", value=b""))
    everything = await values.query(unique)
    assert [item.key for item in everything] == sorted(names, key=str.encode)
    assert [item.value for item in everything] == [item.key.encode() for item in everything]
    assert [item.key for item in await values.query(unique, prefix="a:")] == ["a:1", "a:2", "a:열"]
    assert [item.key for item in await values.query(unique, prefix="a:", after="a:1", limit=1)] == ["a:2"]
    assert [item.key for item in await values.query(unique, limit=2)] == ["B", "a"]
    assert [item.key for item in await values.query(unique, after="b")] == ["c"]
    assert list(await values.query(unique, after="b", prefix="a")) == []
    assert list(await values.query(unique, limit=0)) == []


async def test_values_are_there_after_closing_and_opening(key_value_url: str, unique: str) -> None:
    async with Platform() as platform:
        await (await platform.key_value_store(key_value_url)).increment(unique, "n", 41)
    async with Platform() as platform:
        values = await platform.key_value_store(key_value_url)
        await values.ping()
        assert await values.increment(unique, "n") == 42
