"""Reads a table's stream of DynamoDB from where it stopped, shard by shard; how far it came is kept in a file."""

import asyncio
import os
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson
import structlog
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient
    from types_aiobotocore_dynamodbstreams import DynamoDBStreamsClient

Record: TypeAlias = Mapping[str, Any]

log = structlog.get_logger("pipe")

_PAGE: Final = 1000
_SHORTEST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.1
_FINISHED: Final = "finished"


class NoStream(OSError):
    """The table has no stream, now."""


class Positions:
    """The newest sequence number of each shard whose record, and every one before it, needs not be read again.

    Only the stream that is read now is kept: one that was made anew, as emulators do, has another name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.fault = ""
        """Why the newest position could not be kept; empty when it was."""
        self._stream = ""
        self._shards: dict[str, str] = {}
        if path.exists():
            try:
                kept = orjson.loads(path.read_bytes())
                self._stream, self._shards = kept["stream"], kept["shards"]
            except (ValueError, LookupError, TypeError) as fault:  # a machine that lost power may leave anything
                log.warning("pipe.positions_unreadable", path=str(path), fault=str(fault))

    def of(self, stream: str, shard: str) -> str | None:
        """The last position in a shard, None where nothing was read."""
        position = self._shards.get(shard) if stream == self._stream else None
        return None if position == _FINISHED else position

    def finished(self, stream: str, shard: str) -> bool:
        """Whether a shard was read to its end."""
        return stream == self._stream and self._shards.get(shard) == _FINISHED

    def move(self, stream: str, shard: str, position: str) -> None:
        """Keep a position."""
        if stream != self._stream:
            self._stream, self._shards = stream, {}
        self._shards[shard] = position
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            fresh.write_bytes(orjson.dumps({"stream": self._stream, "shards": self._shards}))
            os.replace(fresh, self._path)
        except OSError as fault:
            self.fault = f"{type(fault).__name__}: {fault}"
            raise
        self.fault = ""

    def finish(self, stream: str, shard: str) -> None:
        """Keep that a shard was read to its end."""
        self.move(stream, shard, _FINISHED)

    def keep_only(self, shards: Collection[str]) -> None:
        """Forget the shards that the stream has forgotten."""
        self._shards = {shard: position for shard, position in self._shards.items() if shard in shards}


class StreamReader:
    """Reads until told to stop. A shard is read to its end before its children are begun."""

    def __init__(
        self, dynamodb: "DynamoDBClient", streams: "DynamoDBStreamsClient", positions: Positions, table: str
    ) -> None:
        self._dynamodb = dynamodb
        self._streams = streams
        self._positions = positions
        self._table = table
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End after the page that is being dealt with."""
        self._stopping.set()

    @property
    def unkept(self) -> str:
        """Why a restart would begin further back than it came; empty when it would not."""
        return self._positions.fault

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    async def pages(self) -> AsyncGenerator[Sequence[Record], None]:
        """Pages of records, also empty ones. Whoever asks for the next has dealt with the last.

        Raises what a client of AWS raises; begun again, it goes on behind the last page that was dealt with.
        """
        while not self._stopping.is_set():
            table = (await self._dynamodb.describe_table(TableName=self._table))["Table"]
            if "LatestStreamArn" not in table:
                raise NoStream(f"the table {self._table} has no stream")
            stream = table["LatestStreamArn"]
            iterators = {shard: await self._begin(stream, shard) for shard in await self._readable(stream)}
            pause = _SHORTEST_PAUSE
            while iterators and not self._stopping.is_set():
                found = 0
                for shard, iterator in tuple(iterators.items()):
                    answer = await self._streams.get_records(ShardIterator=iterator, Limit=_PAGE)
                    records = answer["Records"]
                    yield records
                    if records:
                        self._positions.move(stream, shard, records[-1]["dynamodb"]["SequenceNumber"])
                        found = max(found, len(records))
                    following: str | None = answer.get("NextShardIterator")
                    if following is None:
                        self._positions.finish(stream, shard)
                        iterators = {}  # its children, or whatever else there is now, are looked for
                        break
                    iterators[shard] = following
                    if self._stopping.is_set():
                        return
                pause = _SHORTEST_PAUSE if found else min(_LONGEST_PAUSE, pause * 1.3)
                if found < _PAGE:
                    await self.pause(pause)
            if not iterators:
                await self.pause(_SHORTEST_PAUSE)

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until told to stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _readable(self, stream: str) -> Sequence[str]:
        """The shards that are not finished and whose parent, if it is still there, is."""
        parents: dict[str, str] = {}
        last: dict[str, Any] = {}
        while True:
            page = (await self._streams.describe_stream(StreamArn=stream, **last))["StreamDescription"]
            parents |= {shard["ShardId"]: shard.get("ParentShardId", "") for shard in page["Shards"]}
            if "LastEvaluatedShardId" not in page:
                break
            last = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}
        self._positions.keep_only(parents)
        return [
            shard
            for shard, parent in parents.items()
            if not self._positions.finished(stream, shard)
            and (parent not in parents or self._positions.finished(stream, parent))
        ]

    async def _begin(self, stream: str, shard: str) -> str:
        """An iterator from behind the last position, or from the oldest record if the stream knows it no more."""
        position = self._positions.of(stream, shard)
        if position is not None:
            try:
                at = await self._iterator(stream, shard, "AT_SEQUENCE_NUMBER", position)
                known = (await self._streams.get_records(ShardIterator=at, Limit=1))["Records"]
                if known and known[0]["dynamodb"]["SequenceNumber"] == position:
                    return await self._iterator(stream, shard, "AFTER_SEQUENCE_NUMBER", position)
                fault = "the stream begins anew"
            except ClientError as error:
                fault = str(error)
            log.warning("pipe.position_lost", shard=shard, fault=fault)
        return await self._iterator(stream, shard, "TRIM_HORIZON")

    async def _iterator(self, stream: str, shard: str, kind: Any, position: str | None = None) -> str:
        at: dict[str, Any] = {} if position is None else {"SequenceNumber": position}
        answer = await self._streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType=kind, **at)
        return answer["ShardIterator"]
