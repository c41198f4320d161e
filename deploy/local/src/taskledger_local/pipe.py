"""Stands in for the EventBridge Pipe: the log's stream of DynamoDB to the bus, at least once, in order per stream.

`python -m taskledger_local.pipe --endpoint URL --state DIR`. On AWS a real Pipe does this, and no code of ours.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aioboto3
import orjson
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import FastAPI
from prometheus_client import Counter, Gauge

from kernel.background import Background
from kernel.http import add_health, create_app
from kernel.ports import StoreUnavailable
from kernel.serve import serve
from kernel.settings import Settings
from taskledger_local.stream_position import Positions
from taskledger_local.topology import BUS, LOG

log = structlog.get_logger("pipe")

PIPED = Counter("pipe_events_total", "Events put on the bus.")
PIPE_RETRIES = Counter("pipe_retries_total", "Rounds tried again after a fault.")
PIPE_ROUND = Gauge("pipe_last_round_timestamp_seconds", "When the stream was last read without a fault.")

_FAULTS: Final = (BotoCoreError, ClientError, OSError, TimeoutError)
_PER_CALL: Final = 10
_SHORTEST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.1
_LONGEST_RETRY: Final = 5.0
_STALE_SECONDS: Final = 30.0
_CONFIG: Final = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on its way to the bus."""

    stream: str
    source: str
    type: str
    detail: str


class Pipe:
    """Reads a table's stream from where it stopped and puts every event of the log on a bus."""

    def __init__(self, dynamodb: Any, streams: Any, events: Any, positions: Positions, *, table: str, bus: str) -> None:
        self._dynamodb = dynamodb
        self._streams = streams
        self._events = events
        self._positions = positions
        self._table = table
        self._bus = bus
        self._last_round = 0.0

    async def run(self) -> None:
        """Pipe until cancelled. A fault is retried for ever, from the last position that was put on the bus."""
        attempt = 0
        while True:
            try:
                async for _ in self._rounds():
                    attempt = 0
            except _FAULTS as fault:
                attempt += 1
                PIPE_RETRIES.inc()
                log.warning("pipe.retry", attempt=attempt, fault=f"{type(fault).__name__}: {fault}")
                await asyncio.sleep(min(_LONGEST_RETRY, 0.05 * 2**attempt))

    async def check(self) -> None:
        """Return when the stream was read lately. Raises StoreUnavailable."""
        if time.monotonic() - self._last_round > _STALE_SECONDS:
            raise StoreUnavailable(f"the stream of {self._table} has not been read for {_STALE_SECONDS:g} s")

    async def _rounds(self) -> AsyncIterator[None]:
        """Read every open shard again and again; a shard's children come after it. Ends when the shards changed."""
        described = await self._dynamodb.describe_table(TableName=self._table)
        stream: str = described["Table"]["LatestStreamArn"]
        iterators = {shard: await self._begin(stream, shard) for shard in await self._readable(stream)}
        pause = _SHORTEST_PAUSE
        while True:
            found = 0
            for shard, iterator in tuple(iterators.items()):
                answer = await self._streams.get_records(ShardIterator=iterator, Limit=1000)
                records = answer["Records"]
                await self._put([entry for record in records if (entry := entry_of(record)) is not None])
                if records:
                    self._positions.move(stream, shard, records[-1]["dynamodb"]["SequenceNumber"])
                    found += len(records)
                following = answer.get("NextShardIterator")
                if following is None:
                    self._positions.finish(stream, shard)
                    return
                iterators[shard] = following
            self._last_round = time.monotonic()
            PIPE_ROUND.set_to_current_time()
            yield
            pause = _SHORTEST_PAUSE if found else min(_LONGEST_PAUSE, pause * 1.3)
            await asyncio.sleep(0 if found == 1000 else pause)

    async def _readable(self, stream: str) -> Sequence[str]:
        """The shards that are not finished and whose parent, if it is still there, is."""
        shards: dict[str, str | None] = {}
        last: dict[str, str] = {}
        while True:
            page = (await self._streams.describe_stream(StreamArn=stream, **last))["StreamDescription"]
            shards |= {shard["ShardId"]: shard.get("ParentShardId") for shard in page["Shards"]}
            if "LastEvaluatedShardId" not in page:
                break
            last = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}
        return [
            shard
            for shard, parent in shards.items()
            if not self._positions.finished(stream, shard)
            and (parent not in shards or self._positions.finished(stream, parent))
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
            except ClientError as fault:
                log.warning("pipe.position_lost", shard=shard, fault=str(fault))
            else:
                log.warning("pipe.position_lost", shard=shard, fault="the stream begins anew")
        return await self._iterator(stream, shard, "TRIM_HORIZON")

    async def _iterator(self, stream: str, shard: str, kind: str, position: str | None = None) -> str:
        at = {} if position is None else {"SequenceNumber": position}
        answer = await self._streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType=kind, **at)
        iterator: str = answer["ShardIterator"]
        return iterator

    async def _put(self, entries: Sequence[Entry]) -> None:
        """Put entries on the bus; what fails of a call is put again before anything behind it goes."""
        for batch in batches(entries):
            waiting = list(batch)
            attempt = 0
            while waiting:
                answer = await self._events.put_events(
                    Entries=[
                        {"EventBusName": self._bus, "Source": e.source, "DetailType": e.type, "Detail": e.detail}
                        for e in waiting
                    ]
                )
                results = answer["Entries"]
                PIPED.inc(len(waiting) - answer["FailedEntryCount"])
                failed = [(e, r) for e, r in zip(waiting, results, strict=True) if "ErrorCode" in r]
                if failed:
                    attempt += 1
                    PIPE_RETRIES.inc()
                    log.warning("pipe.put_again", count=len(failed), attempt=attempt, fault=failed[0][1]["ErrorCode"])
                    await asyncio.sleep(min(_LONGEST_RETRY, 0.05 * 2**attempt))
                waiting = [entry for entry, _ in failed]


def entry_of(record: dict[str, Any]) -> Entry | None:
    """The bus entry of a stream record, None for what is no new event: heads, commands, sequences.

    A real Pipe does the same by its filter (INSERT, sort key beginning with `E#`) and its input template.
    """
    image = record["dynamodb"].get("NewImage")
    if record["eventName"] != "INSERT" or image is None or not image["sk"]["S"].startswith("E#"):
        return None
    stream, source, type_ = image["pk"]["S"], image["source"]["S"], image["type"]["S"]
    detail = {"stream": stream, "version": image["version"]["N"], "envelope": image["envelope"]["S"]}
    return Entry(stream, source, type_, orjson.dumps(detail).decode())


def batches(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Calls of PutEvents: at most ten entries, and no stream twice.

    So a failed entry has nothing of its own stream behind it that was put already. Ten entries are within the call's
    256 KiB, for the log leaves a large envelope out of what is piped.
    """
    batch: list[Entry] = []
    streams: set[str] = set()
    for entry in entries:
        if len(batch) == _PER_CALL or entry.stream in streams:
            yield batch
            batch, streams = [], set()
        batch.append(entry)
        streams.add(entry.stream)
    if batch:
        yield batch


def create_pipe(endpoint: str, tables_endpoint: str, state: Path, *, table: str = LOG.name, bus: str = BUS) -> FastAPI:
    """The pipe as an app with health and metrics."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        session = aioboto3.Session()
        async with (
            session.client("dynamodb", endpoint_url=tables_endpoint, config=_CONFIG) as dynamodb,
            session.client("dynamodbstreams", endpoint_url=tables_endpoint, config=_CONFIG) as streams,
            session.client("events", endpoint_url=endpoint, config=_CONFIG) as events,
            Background() as background,
        ):
            pipe = Pipe(dynamodb, streams, events, Positions(state / "positions.json"), table=table, bus=bus)
            background.start("pipe", pipe.run)
            app.state.checks = {"pipe": pipe.check}
            yield

    app = create_app("Taskledger: the pipe", lifespan, openapi=False)
    add_health(app, lambda: app.state.checks)
    return app


def main() -> None:
    """Pipe until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m taskledger_local.pipe", description=__doc__)
    parser.add_argument("--endpoint", required=True, help="of the bus")
    parser.add_argument("--tables-endpoint", help="of the tables and their streams, where it is another one")
    parser.add_argument("--state", required=True, type=Path, help="the folder that keeps how far it came")
    given = parser.parse_args()
    tables = given.tables_endpoint or given.endpoint
    serve("pipe", Settings, lambda _: create_pipe(given.endpoint, tables, given.state))


if __name__ == "__main__":
    main()
