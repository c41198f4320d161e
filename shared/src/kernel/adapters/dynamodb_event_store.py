"""The log in a DynamoDB table. Its items and its index are described in decision 50."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from aiodynamo.expressions import F, HashKey, RangeKey
from aiodynamo.models import Page, ReturnValues
from aiodynamo.operations import Put, Update

from kernel.adapters import appends as checks
from kernel.adapters.dynamodb_table import ConditionsFailed, DynamoTable, Operation
from kernel.envelope import SOURCES, Envelope
from kernel.ports import CommandAlreadyDone, CommandRecord, Head, StreamAppend, VersionConflict

SLICES: Final = 64
"""The index of heads has as many partitions; each takes 1,000 writes a second."""

MAX_CARRIED_BYTES: Final = 16 * 1024
"""Events up to this size travel with the hint of them: ten have room in one call of EventBridge's PutEvents."""

_HEAD: Final = "HEAD"
_COMMAND: Final = "CMD"
_SEQUENCE: Final = "SEQ"
_LAST: Final = 10**12 - 1
_SLICES_AT_ONCE: Final = 8

_ABSENT: Final = F("pk").does_not_exist()
_BODY: Final = F("envelope") & F("large")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class DynamodbEventStore:
    """An `EventStore` in a table that any number of processes share. `heads` lags by moments behind what was written.

    The table is made elsewhere (`taskledger_local.setup`, or the deployment on AWS).
    """

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    @classmethod
    async def open(cls, url: str) -> "DynamodbEventStore":
        """Take on the log at `dynamodb://TABLE`; see `DynamoTable.open`."""
        return cls(await DynamoTable.open(url))

    async def append(self, appends: Sequence[StreamAppend], command: CommandRecord | None = None) -> None:
        events = checks.encoded(appends, command)
        now = (datetime.now(UTC) - _EPOCH) // _MICROSECOND
        operations: list[Operation] = [self._head(append, now) for append in appends]
        operations += [
            self._event(event, body)
            for append, bodies in zip(appends, events, strict=True)
            for event, body in zip(append.events, bodies, strict=True)
        ]
        if command is not None:
            operations.append(self._command(command))
        try:
            await self._table.transact(operations)
        except ConditionsFailed as failed:
            if command is not None:
                done = await self.command(command.id)
                if done is not None:
                    raise CommandAlreadyDone(done) from failed
            owners = [*appends, *(append for append in appends for _ in append.events)]
            moved = owners[failed.indexes[0]]
            raise VersionConflict(moved.stream, moved.expected) from failed

    async def load(self, stream: str, after: int = 0, upto: int | None = None) -> Sequence[Envelope]:
        first, last = after + 1, _LAST if upto is None else min(upto, _LAST)
        if first > last:
            return ()
        keys = HashKey("pk", stream) & RangeKey("sk").between(_event_key(first), _event_key(last))
        events: list[Envelope] = []
        start: dict[str, Any] | None = None
        while True:
            page = await self._table.page(keys, start, projection=_BODY, consistent_read=True)
            events += [Envelope.from_json(item["envelope"] or item["large"]) for item in page.items]
            start = page.last_evaluated_key
            if start is None:
                return events

    async def command(self, command_id: str) -> CommandRecord | None:
        item = await self._table.get(f"{_COMMAND}#{command_id}", _COMMAND)
        if item is None:
            return None
        return CommandRecord(id=command_id, fingerprint=item["fingerprint"], outcome=item["outcome"])

    async def allocate(self, sequence: str, count: int = 1) -> int:
        """See `EventStore`. An attempt whose answer was lost costs its numbers: they are never given."""
        if count < 1:
            raise ValueError("count must be at least 1")
        newest = F("newest").add(count)
        key = {"pk": f"{_SEQUENCE}#{sequence}", "sk": _SEQUENCE}
        item = await self._table.attempt(
            lambda: self._table.client.update_item(
                self._table.name, key, newest, return_values=ReturnValues.updated_new
            )
        )
        if item is None:
            raise RuntimeError("DynamoDB returned no attributes of an update that asked for them")
        first: int = item["newest"] - count + 1
        return first

    async def heads(self, changed_since: datetime | None = None) -> AsyncIterator[Head]:
        # A head that changes meanwhile moves to the end of its slice and is seen again, never missed.
        since = 0 if changed_since is None else (changed_since - _EPOCH) // _MICROSECOND
        slices = iter(range(SLICES))
        while group := list(islice(slices, _SLICES_AT_ONCE)):
            starts: dict[int, dict[str, Any] | None] = dict.fromkeys(group)
            while starts:
                pages = await asyncio.gather(*(self._page(each, since, start) for each, start in starts.items()))
                for page in pages:
                    for item in page.items:
                        changed_at = _EPOCH + item["changed_at"] * _MICROSECOND
                        yield Head(stream=item["pk"], version=item["version"], changed_at=changed_at)
                following = zip(starts, pages, strict=True)
                starts = {each: page.last_evaluated_key for each, page in following if not page.is_last_page}

    async def _page(self, slice_: int, since: int, start: dict[str, Any] | None) -> Page:
        keys = HashKey("slice", slice_) & RangeKey("changed_at").gte(since)
        return await self._table.page(keys, start, index="heads")

    async def ping(self) -> None:
        await self._table.get("ping", "ping")

    async def close(self) -> None:
        await self._table.close()

    def _head(self, append: StreamAppend, now: int) -> Operation:
        moved = F("version").set(append.expected + len(append.events)) & F("changed_at").set(now)
        return Update(
            self._table.name,
            {"pk": append.stream, "sk": _HEAD},
            moved & F("slice").set(zlib.crc32(append.stream.encode()) % SLICES),
            F("version").equals(append.expected) if append.expected else _ABSENT,
        )

    def _event(self, event: Envelope, body: bytes) -> Operation:
        text = body.decode()
        carried = len(body) <= MAX_CARRIED_BYTES
        item = {
            "pk": event.stream,
            "sk": _event_key(event.version),
            "version": event.version,
            "source": SOURCES[event.kind],
            "type": event.type,
            "envelope": text if carried else "",
        }
        return Put(self._table.name, item if carried else {**item, "large": text}, _ABSENT)

    def _command(self, command: CommandRecord) -> Operation:
        key = {"pk": f"{_COMMAND}#{command.id}", "sk": _COMMAND}
        kept = {"fingerprint": command.fingerprint, "outcome": command.outcome}
        return Put(self._table.name, key | kept, _ABSENT)


def _event_key(version: int) -> str:
    return f"E#{version:012}"
