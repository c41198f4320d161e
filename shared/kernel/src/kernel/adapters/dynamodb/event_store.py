"""The log in a DynamoDB table. Its items and its index are described in decision 50."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from kernel.adapters import appends as checks
from kernel.adapters.dynamodb.items import Operation, expressions, item
from kernel.adapters.dynamodb.table import ConditionsFailed, DynamoTable
from kernel.log.envelope import SOURCES, Envelope
from kernel.log.times import microseconds, time_of
from kernel.ports.event_store import CommandAlreadyDone, CommandRecord, Head, StreamAppend, VersionConflict

SLICES: Final = 64
"""The index of heads has as many partitions; each takes 1,000 writes a second."""

MAX_CARRIED_BYTES: Final = 16 * 1024
"""Events up to this size travel with the hint of them: ten have room in one call of EventBridge's PutEvents."""

_HEAD: Final = "HEAD"
_COMMAND: Final = "CMD"
_SEQUENCE: Final = "SEQ"
_LAST: Final = 10**12 - 1
_SLICES_AT_ONCE: Final = 8

_ABSENT: Final = expressions(ConditionExpression="attribute_not_exists(#pk)")
_MOVE: Final = "SET #version = :version, #changed_at = :now, #slice = :slice"


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
        now = microseconds(datetime.now(UTC))
        operations = [_head(append, now) for append in appends]
        operations += [
            _event(event, body)
            for append, bodies in zip(appends, events, strict=True)
            for event, body in zip(append.events, bodies, strict=True)
        ]
        if command is not None:
            operations.append(_command(command))
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
        found = self._table.query(
            ConsistentRead=True,
            **expressions(
                {"stream": stream, "first": _event_key(first), "last": _event_key(last)},
                KeyConditionExpression="#pk = :stream AND #sk BETWEEN :first AND :last",
                ProjectionExpression="#version, #envelope, #large",
            ),
        )
        return [Envelope.stored(stream, event["version"], event["envelope"] or event["large"]) async for event in found]

    async def command(self, command_id: str) -> CommandRecord | None:
        kept = await self._table.get(f"{_COMMAND}#{command_id}", _COMMAND)
        if kept is None:
            return None
        return CommandRecord(id=command_id, fingerprint=kept["fingerprint"], outcome=kept["outcome"])

    async def allocate(self, sequence: str, count: int = 1) -> int:
        """See `EventStore`. An attempt whose answer was lost costs its numbers: they are never given."""
        if count < 1:
            raise ValueError("count must be at least 1")
        answer = await self._table.call(
            "UpdateItem",
            Key=item(pk=f"{_SEQUENCE}#{sequence}", sk=_SEQUENCE),
            ReturnValues="UPDATED_NEW",
            **expressions({"count": count}, UpdateExpression="ADD #newest :count"),
        )
        return int(answer["Attributes"]["newest"]["N"]) - count + 1

    async def heads(self, changed_since: datetime | None = None) -> AsyncIterator[Head]:
        # A head that changes meanwhile moves to the end of its slice and is seen again, never missed.
        since = 0 if changed_since is None else microseconds(changed_since)
        slices = iter(range(SLICES))
        while group := list(islice(slices, _SLICES_AT_ONCE)):
            for found in await asyncio.gather(*(self._slice(each, since) for each in group)):
                for head in found:
                    yield head

    async def _slice(self, number: int, since: int) -> list[Head]:
        found = self._table.query(
            IndexName="heads",
            **expressions(
                {"slice": number, "since": since}, KeyConditionExpression="#slice = :slice AND #changed_at >= :since"
            ),
        )
        return [
            Head(stream=head["pk"], version=head["version"], changed_at=time_of(head["changed_at"]))
            async for head in found
        ]

    async def ping(self) -> None:
        await self._table.get("ping", "ping")

    async def close(self) -> None:
        await self._table.close()


def _head(append: StreamAppend, now: int) -> Operation:
    values = {
        "version": append.expected + len(append.events),
        "now": now,
        "slice": zlib.crc32(append.stream.encode()) % SLICES,
    }
    if append.expected:
        values["expected"] = append.expected
        condition = "#version = :expected"
    else:
        condition = "attribute_not_exists(#pk)"
    move = expressions(values, UpdateExpression=_MOVE, ConditionExpression=condition)
    return {"Update": {"Key": item(pk=append.stream, sk=_HEAD), **move}}


def _event(event: Envelope, body: bytes) -> Operation:
    carried = len(body) <= MAX_CARRIED_BYTES
    kept = item(
        pk=event.stream,
        sk=_event_key(event.version),
        version=event.version,
        source=SOURCES[event.kind],
        type=event.type,
        envelope=body.decode() if carried else "",
    )
    if not carried:
        kept |= item(large=body.decode())
    return {"Put": {"Item": kept, **_ABSENT}}


def _command(command: CommandRecord) -> Operation:
    key = f"{_COMMAND}#{command.id}"
    kept = item(pk=key, sk=_COMMAND, fingerprint=command.fingerprint, outcome=command.outcome)
    return {"Put": {"Item": kept, **_ABSENT}}


def _event_key(version: int) -> str:
    return f"E#{version:012}"
