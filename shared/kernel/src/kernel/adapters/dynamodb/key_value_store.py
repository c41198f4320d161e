"""Keys and values in a DynamoDB table, whose keys are partition and key."""

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from kernel.adapters.dynamodb.items import Operation, Value, expressions, item
from kernel.adapters.dynamodb.table import ConditionsFailed, DynamoTable
from kernel.log.times import microseconds, time_of
from kernel.ports.faults import StoreUnavailable
from kernel.ports.key_value_store import ABSENT, ConditionFailed, Delete, Item, Put

_MAX_OPERATIONS: Final = 100
_MAX_RACES: Final = 10
# What never expires does so in the year 9999: each item has an expiry, and one comparison says whether it lives.
_NEVER: Final = microseconds(datetime(9999, 12, 31, tzinfo=UTC))
# A number is kept as one, so that DynamoDB can count it up; its numbers have up to 38 digits.
_NUMBER: Final = re.compile(rb"0|-?[1-9][0-9]{0,36}")
_LAST: Final = "\U0010ffff"
_COUNT: Final = (
    "SET #expires_at = if_not_exists(#expires_at, :expiry), #ttl = if_not_exists(#ttl, :ttl)"
    " ADD #number :by, #version :one"
)


class DynamodbKeyValueStore:
    """A `KeyValueStore` in a table that any number of processes share.

    An item has `value` or `number`, `version`, `expires_at` in microseconds, and `ttl`, the same in seconds rounded up,
    by which DynamoDB removes it within days; until then it is not seen. The clock is that of the process.
    """

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    @classmethod
    async def open(cls, url: str) -> "DynamodbKeyValueStore":
        """Take on the table at `dynamodb://TABLE`; see `DynamoTable.open`."""
        return cls(await DynamoTable.open(url))

    async def get(self, partition: str, key: str) -> Item | None:
        found = await self._table.get(partition, key)
        return None if found is None or found["expires_at"] <= _now() else _item(found)

    async def write(self, *operations: Put | Delete) -> None:
        if len(operations) > _MAX_OPERATIONS:
            raise ValueError(f"{len(operations)} operations in one transaction, the most is {_MAX_OPERATIONS}")
        if len({(operation.partition, operation.key) for operation in operations}) < len(operations):
            raise ValueError("a key appears twice in one transaction")
        expired: set[int] = set()
        for _ in range(_MAX_RACES):
            now = _now()
            try:
                return await self._table.transact(
                    [_operation(operation, now, index in expired) for index, operation in enumerate(operations)]
                )
            except ConditionsFailed as failed:
                for index in failed.indexes:
                    if operations[index].expect is not None:
                        raise ConditionFailed(index) from failed
                expired.symmetric_difference_update(failed.indexes)
        raise StoreUnavailable(f"keys changed under every one of {_MAX_RACES} attempts")

    async def increment(self, partition: str, key: str, by: int = 1, expires_at: datetime | None = None) -> int:
        """See `KeyValueStore`. An attempt whose answer was lost may count although it is tried again."""
        for _ in range(_MAX_RACES):
            try:
                return await self._add(partition, key, by, expires_at)
            except ConditionsFailed:
                found = await self.get(partition, key)  # none: it has expired but was not removed yet
            value, expiry = (int(found.value) + by, found.expires_at) if found else (by, expires_at)
            with suppress(ConditionFailed):
                await self.write(Put(partition, key, b"%d" % value, expiry, found.version if found else ABSENT))
                return value
        raise StoreUnavailable(f"{key} changed under every one of {_MAX_RACES} attempts")

    async def query(self, partition: str, after: str = "", limit: int = 200, prefix: str = "") -> Sequence[Item]:
        # The key behind any is that with a zero appended: keys are ordered by the bytes of UTF-8.
        first, last = max(f"{after}\0", prefix), prefix + _LAST
        if first > last:
            return ()
        found = self._table.query(
            ConsistentRead=True,
            limit=limit,
            **expressions(
                {"partition": partition, "first": first, "last": last, "now": _now()},
                KeyConditionExpression="#pk = :partition AND #sk BETWEEN :first AND :last",
                FilterExpression="#expires_at > :now",
            ),
        )
        return [_item(each) async for each in found]

    async def ping(self) -> None:
        await self._table.get("ping", "ping")

    async def close(self) -> None:
        await self._table.close()

    async def _add(self, partition: str, key: str, by: int, expires_at: datetime | None) -> int:
        expiry = _microseconds(expires_at)
        answer = await self._table.call(
            "UpdateItem",
            Key=item(pk=partition, sk=key),
            ReturnValues="UPDATED_NEW",
            **expressions(
                {"by": by, "one": 1, "expiry": expiry, "ttl": _seconds(expiry), "now": _now()},
                UpdateExpression=_COUNT,
                ConditionExpression="attribute_not_exists(#pk) OR #expires_at > :now AND attribute_not_exists(#value)",
            ),
        )
        return int(answer["Attributes"]["number"]["N"])


def _operation(operation: Put | Delete, now: int, expired: bool) -> Operation:
    """`expired`: what is written over unconditionally was found to have expired, so it is not counted on."""
    key: dict[str, Value] = {"pk": operation.partition, "sk": operation.key}
    expect = operation.expect
    values: dict[str, Value] = {"now": now}
    if expect:
        values["expect"] = expect
        condition = "#version = :expect AND #expires_at > :now"
    elif expect == ABSENT or expired:
        condition = "attribute_not_exists(#pk) OR #expires_at <= :now"
    else:
        condition = "attribute_not_exists(#pk) OR #expires_at > :now"
    if isinstance(operation, Delete):
        held = {} if expect is None else expressions(values, ConditionExpression=condition)
        return {"Delete": {"Key": item(**key), **held}}
    expiry = _microseconds(operation.expires_at)
    number = int(operation.value) if _NUMBER.fullmatch(operation.value) else None
    fields: dict[str, Value] = {"expires_at": expiry, "ttl": _seconds(expiry)}
    fields |= {"value": operation.value} if number is None else {"number": number}
    if expect is not None or expired:
        made = item(**key, **fields, version=(expect or 0) + 1)
        return {"Put": {"Item": made, **expressions(values, ConditionExpression=condition)}}
    other = "#number" if number is None else "#value"
    update = f"SET {', '.join(f'#{name} = :{name}' for name in fields)} REMOVE {other} ADD #version :one"
    values |= {**fields, "one": 1}
    return {
        "Update": {"Key": item(**key), **expressions(values, UpdateExpression=update, ConditionExpression=condition)}
    }


def _item(found: dict[str, Any]) -> Item:
    expiry = found["expires_at"]
    return Item(
        key=found["sk"],
        value=b"%d" % found["number"] if "number" in found else found["value"],
        version=found["version"],
        expires_at=None if expiry == _NEVER else time_of(expiry),
    )


def _now() -> int:
    return time.time_ns() // 1000


def _microseconds(expires_at: datetime | None) -> int:
    return _NEVER if expires_at is None else microseconds(expires_at)


def _seconds(microseconds: int) -> int:
    return -(-microseconds // 1_000_000)
