"""Keys and values in a DynamoDB table, whose keys are partition and key."""

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiodynamo.errors import ConditionalCheckFailed
from aiodynamo.expressions import Condition, F, HashKey, RangeKey
from aiodynamo.models import ReturnValues
from aiodynamo.operations import Delete as DeleteItem
from aiodynamo.operations import Put as PutItem
from aiodynamo.operations import Update as UpdateItem

from kernel.adapters.dynamodb_table import ConditionsFailed, DynamoTable, Operation
from kernel.ports import ABSENT, ConditionFailed, Delete, Item, Put, StoreUnavailable

_MAX_OPERATIONS: Final = 100
_MAX_RACES: Final = 10
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# What never expires does so in the year 9999: each item has an expiry, and one comparison says whether it lives.
_NEVER: Final = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // _MICROSECOND
# A number is kept as one, so that DynamoDB can count it up; its numbers have up to 38 digits.
_NUMBER: Final = re.compile(rb"0|-?[1-9][0-9]{0,36}")
_LAST: Final = "\U0010ffff"


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
        item = await self._table.get(partition, key)
        return None if item is None or item["expires_at"] <= _now() else _item(item)

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
                    [self._operation(operation, now, index in expired) for index, operation in enumerate(operations)]
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
            except ConditionalCheckFailed:
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
        keys = HashKey("pk", partition) & RangeKey("sk").between(first, last)
        lives = F("expires_at").gt(_now())
        items: list[Item] = []
        start: dict[str, Any] | None = None
        while len(items) < limit:
            how = {"filter_expression": lives, "limit": limit - len(items), "consistent_read": True}
            page = await self._table.page(keys, start, **how)
            items += map(_item, page.items)
            start = page.last_evaluated_key
            if start is None:
                break
        return items

    async def ping(self) -> None:
        await self._table.get("ping", "ping")

    async def close(self) -> None:
        await self._table.close()

    async def _add(self, partition: str, key: str, by: int, expires_at: datetime | None) -> int:
        expiry = _microseconds(expires_at)
        counted = F("number").add(by) & F("version").add(1)
        made = F("expires_at").set_if_not_exists(expiry) & F("ttl").set_if_not_exists(_seconds(expiry))
        countable = F("pk").does_not_exist() | (F("expires_at").gt(_now()) & F("value").does_not_exist())
        item = await self._table.attempt(
            lambda: self._table.client.update_item(
                self._table.name,
                {"pk": partition, "sk": key},
                counted & made,
                return_values=ReturnValues.updated_new,
                condition=countable,
            )
        )
        if item is None:
            raise RuntimeError("DynamoDB returned no attributes of an update that asked for them")
        number: int = item["number"]
        return number

    def _operation(self, operation: Put | Delete, now: int, expired: bool) -> Operation:
        key = {"pk": operation.partition, "sk": operation.key}
        condition = _condition(operation.expect, now, expired)
        if isinstance(operation, Delete):
            return DeleteItem(self._table.name, key, condition if operation.expect is not None else None)
        expiry = _microseconds(operation.expires_at)
        is_number = _NUMBER.fullmatch(operation.value) is not None
        fields: dict[str, Any] = {"expires_at": expiry, "ttl": _seconds(expiry)}
        fields |= {"number": int(operation.value)} if is_number else {"value": operation.value}
        if operation.expect is not None or expired:
            return PutItem(self._table.name, {**key, **fields, "version": (operation.expect or 0) + 1}, condition)
        change = F("version").add(1) & F("value" if is_number else "number").remove()
        for name, value in fields.items():
            change &= F(name).set(value)
        return UpdateItem(self._table.name, key, change, condition)


def _condition(expect: int | None, now: int, expired: bool) -> Condition:
    """What must be so: the expected version; or a living item or none, or (`expired`) one that is over or none."""
    if expect:
        return F("version").equals(expect) & F("expires_at").gt(now)
    over = expired or expect == ABSENT
    return F("pk").does_not_exist() | (F("expires_at").lte(now) if over else F("expires_at").gt(now))


def _item(item: dict[str, Any]) -> Item:
    expiry = item["expires_at"]
    return Item(
        key=item["sk"],
        value=b"%d" % item["number"] if "number" in item else item["value"],
        version=item["version"],
        expires_at=None if expiry == _NEVER else _EPOCH + expiry * _MICROSECOND,
    )


def _now() -> int:
    return time.time_ns() // 1000


def _microseconds(expires_at: datetime | None) -> int:
    return _NEVER if expires_at is None else (expires_at - _EPOCH) // _MICROSECOND


def _seconds(microseconds: int) -> int:
    return -(-microseconds // 1_000_000)
