"""The log in a DynamoDB table. Its items and its index are described in decision 50."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from kernel.adapters import appends as checks
from kernel.adapters.dynamodb.items import Operation, expressions, item
from kernel.adapters.dynamodb.table import ConditionsFailed, DynamoTable
from kernel.log import chain
from kernel.log.envelope import SOURCES, Envelope
from kernel.log.lru import Lru
from kernel.log.times import microseconds, time_of
from kernel.ports.event_store import (
    CommandAlreadyDone,
    CommandRecord,
    Head,
    StoredEvent,
    StreamAppend,
    VersionConflict,
)

SLICES: Final = 64
"""The index of heads has as many partitions; each takes 1,000 writes a second."""

MAX_CARRIED_BYTES: Final = 16 * 1024
"""Events up to this size travel with the hint of them: ten have room in one call of EventBridge's PutEvents."""

_HEAD: Final = "HEAD"
_COMMAND: Final = "CMD"
_SEQUENCE: Final = "SEQ"
_LAST: Final = 10**12 - 1
_SLICES_AT_ONCE: Final = 8
_REMEMBERED_LINKS: Final = 100_000

_ABSENT: Final = expressions(ConditionExpression="attribute_not_exists(#pk)")
_MOVE: Final = "SET #version = :version, #changed_at = :now, #slice = :slice"


class DynamodbEventStore:
    """An `EventStore` in a table that any number of processes share. `heads` lags by moments behind what was written.

    The table is made elsewhere (`taskledger_local.setup`, or the deployment on AWS).
    """

    def __init__(self, table: DynamoTable) -> None:
        self._table = table
        # The newest link that this process wrote or read of a stream, with its version: spares a read at an append.
        self._links: Lru[str, tuple[int, bytes]] = Lru(_REMEMBERED_LINKS)

    @classmethod
    async def open(cls, url: str) -> "DynamodbEventStore":
        """Take on the log at `dynamodb://TABLE`; see `DynamoTable.open`."""
        return cls(await DynamoTable.open(url))

    async def append(self, appends: Sequence[StreamAppend], command: CommandRecord | None = None) -> None:
        events = checks.encoded(appends, command)
        now = microseconds(datetime.now(UTC))
        try:
            befores = await asyncio.gather(*(self._link_at(append) for append in appends))
        except VersionConflict:
            if command is not None and (done := await self.command(command.id)) is not None:
                raise CommandAlreadyDone(done) from None
            raise
        operations = [_head(append, now) for append in appends]
        newest: dict[str, tuple[int, bytes]] = {}
        for append, bodies, before in zip(appends, events, befores, strict=True):
            made = list(chain.links(before, bodies))
            newest[append.stream] = (append.expected + len(made), made[-1])
            operations += map(_event, append.events, bodies, made)
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
        for stream, at in newest.items():
            self._links[stream] = at

    async def load(self, stream: str, after: int = 0, upto: int | None = None) -> Sequence[Envelope]:
        first, last = after + 1, _LAST if upto is None else min(upto, _LAST)
        if first > last:
            return ()
        events = [event async for event in self._events(stream, first, last)]
        if events and "link" in events[-1]:
            self._links[stream] = (events[-1]["version"], events[-1]["link"])
        return [Envelope.stored(stream, event["version"], event["envelope"] or event["large"]) for event in events]

    async def stored(self, stream: str) -> Sequence[StoredEvent]:
        return [
            StoredEvent(event["version"], (event["envelope"] or event["large"]).encode(), event.get("link"))
            async for event in self._events(stream, 1, _LAST)
        ]

    async def newest_link(self, stream: str) -> tuple[int, bytes] | None:
        newest = self._table.query(
            limit=1,
            ConsistentRead=True,
            ScanIndexForward=False,
            **expressions(
                {"stream": stream, "first": _event_key(1), "last": _event_key(_LAST)},
                KeyConditionExpression="#pk = :stream AND #sk BETWEEN :first AND :last",
                ProjectionExpression="#version, #link",
            ),
        )
        async for event in newest:
            return event["version"], event.get("link") or await self._computed_link(stream, event["version"])
        return None

    async def unsound(self) -> Sequence[str]:
        return ()

    def _events(self, stream: str, first: int, last: int) -> AsyncIterator[dict[str, Any]]:
        return self._table.query(
            ConsistentRead=True,
            **expressions(
                {"stream": stream, "first": _event_key(first), "last": _event_key(last)},
                KeyConditionExpression="#pk = :stream AND #sk BETWEEN :first AND :last",
                ProjectionExpression="#version, #envelope, #large, #link",
            ),
        )

    async def _link_at(self, append: StreamAppend) -> bytes:
        """The link that an append follows; that of an event never changes. Raises VersionConflict: no such event."""
        stream, version = append.stream, append.expected
        if version == 0:
            return chain.first(stream)
        remembered = self._links.get(stream)
        if remembered is not None and remembered[0] == version:
            return remembered[1]
        event = await self._table.get(stream, _event_key(version))
        if event is None:
            raise VersionConflict(stream, version)
        return event.get("link") or await self._computed_link(stream, version)

    async def _computed_link(self, stream: str, version: int) -> bytes:
        """The link of an event from before there were chains. Events are never written again, not for this either."""
        before = chain.first(stream)
        async for event in self._events(stream, 1, version):
            before = event.get("link") or chain.link(before, (event["envelope"] or event["large"]).encode())
        return before

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


def _event(event: Envelope, body: bytes, link: bytes) -> Operation:
    carried = len(body) <= MAX_CARRIED_BYTES
    kept = item(
        pk=event.stream,
        sk=_event_key(event.version),
        version=event.version,
        source=SOURCES[event.kind],
        type=event.type,
        envelope=body.decode() if carried else "",
        link=link,
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
