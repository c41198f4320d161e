"""Stands in for the EventBridge Pipe: the log's stream of DynamoDB to the bus, at least once, in order per stream.

`python -m taskledger_local.pipe --endpoint URL --state DIR`. On AWS a real Pipe does this, and no code of ours.
"""

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson
import prometheus_client as prometheus
import structlog
from aiobotocore.session import get_session
from botocore.config import Config
from fastapi import FastAPI

from kernel.adapters.aws.aws import FAULTS
from kernel.http.app import add_health, create_app
from kernel.ports.faults import StoreUnavailable
from kernel.process.background import Background
from kernel.process.serve import serve
from kernel.process.settings import Settings
from taskledger_local.stream_reader import Positions, Record, StreamReader
from taskledger_local.topology import BUS, LOG

if TYPE_CHECKING:
    from types_aiobotocore_events import EventBridgeClient

log = structlog.get_logger("pipe")

PIPED = prometheus.Counter("pipe_events_total", "Events put on the bus.")
PIPE_RETRIES = prometheus.Counter("pipe_retries_total", "Rounds or entries tried again after a fault.")
PIPE_LEFT = prometheus.Counter("pipe_events_left_total", "Records that could not be put on the bus, and never can.")
PIPE_READ = prometheus.Gauge("pipe_last_read_timestamp_seconds", "When the stream was last read without a fault.")

_LONGEST_RETRY: Final = 1.0
_STALE_SECONDS: Final = 30.0
# The pipe itself tries again, from its position: a client that did could meet an emulator that began anew meanwhile.
_CONFIG: Final = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})

# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
_ENTRIES_PER_CALL: Final = 10
_BYTES_PER_CALL: Final = 240 * 1024
_PASSING: Final = frozenset({"InternalException", "InternalFailure", "ThrottlingException"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on its way to the bus."""

    stream: str
    source: str
    type: str
    detail: str

    @property
    def size(self) -> int:
        """In bytes, as PutEvents counts."""
        return len(self.source) + len(self.type) + len(self.detail.encode())


class Pipe:
    """Puts every event of a log's stream on a bus, from where the reader stopped."""

    def __init__(self, reader: StreamReader, events: "EventBridgeClient", bus: str) -> None:
        self._reader = reader
        self._events = events
        self._bus = bus
        self._read_at = 0.0
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Pipe until `stop`. A passing fault is waited out; then it goes on behind the last page that was put."""
        attempt = 0
        while not self._reader.stopped:
            try:
                async with aclosing(self._reader.pages()) as pages:
                    async for records in pages:
                        for call in calls(entries(records)):
                            await self._put(call)
                        self._read_at = time.monotonic()
                        PIPE_READ.set_to_current_time()
                        attempt = 0
            except FAULTS as fault:
                attempt += 1
                await self._pause(attempt, f"{type(fault).__name__}: {fault}")
        self._ended.set()

    async def stop(self) -> None:
        """Put what was read, and end."""
        self._reader.stop()
        await self._ended.wait()

    async def check(self) -> None:
        """Return when the stream was read lately, and how far it came is kept. Raises StoreUnavailable."""
        if time.monotonic() - self._read_at > _STALE_SECONDS:
            raise StoreUnavailable(f"the stream was not read for {_STALE_SECONDS:g} s")
        self.check_kept()

    def check_kept(self) -> None:
        """Return when how far it came is kept. Raises StoreUnavailable."""
        if self._reader.unkept:
            raise StoreUnavailable(f"a restart would send the stream again: {self._reader.unkept}")

    async def _put(self, waiting: Sequence[Entry]) -> None:
        """Put the entries of a call; what fails of them is put again before anything behind it goes."""
        attempt = 0
        while waiting:
            answer = await self._events.put_events(
                Entries=[
                    {"EventBusName": self._bus, "Source": e.source, "DetailType": e.type, "Detail": e.detail}
                    for e in waiting
                ]
            )
            failed = [
                (e, code) for e, r in zip(waiting, answer["Entries"], strict=True) if (code := r.get("ErrorCode"))
            ]
            PIPED.inc(len(waiting) - len(failed))
            waiting = [entry for entry, code in failed if code in _PASSING]
            for entry, code in failed:
                if code not in _PASSING:
                    _leave(code, entry.stream)
            if waiting:
                attempt += 1
                await self._pause(attempt, f"{len(waiting)} entries: {failed[0][1]}")

    async def _pause(self, attempt: int, fault: str) -> None:
        PIPE_RETRIES.inc()
        log.warning("pipe.retry", attempt=attempt, fault=fault)
        await self._reader.pause(min(_LONGEST_RETRY, 0.05 * 2 ** min(attempt, 10)))


def entries(records: Iterable[Record]) -> Iterator[Entry]:
    """What goes on the bus of a stream's records: no heads, commands or sequences, each event once.

    A real Pipe does the same by its filter (INSERT, sort key beginning with `E#`) and its input template.
    """
    for record in records:
        image = record["dynamodb"].get("NewImage", {})
        if record["eventName"] != "INSERT" or not image["sk"]["S"].startswith("E#"):
            continue
        try:
            stream = image["pk"]["S"]
            detail = {"stream": stream, "version": image["version"]["N"], "envelope": image["envelope"]["S"]}
            yield Entry(stream, image["source"]["S"], image["type"]["S"], orjson.dumps(detail).decode())
        except LookupError as fault:
            _leave(f"no attribute {fault}", image["pk"]["S"])


def calls(waiting: Iterable[Entry]) -> Iterator[Sequence[Entry]]:
    """Calls of PutEvents, within its limits: the first entry of each stream, then the second of each, and so on.

    A call has no stream twice, so a failed entry has nothing of its own stream behind it that was put already.
    """
    layers: list[list[Entry]] = []
    seen: Counter[str] = Counter()
    for entry in waiting:
        if seen[entry.stream] == len(layers):
            layers.append([])
        layers[seen[entry.stream]].append(entry)
        seen[entry.stream] += 1
    for layer in layers:
        call: list[Entry] = []
        room = _BYTES_PER_CALL
        for entry in layer:
            if call and (len(call) == _ENTRIES_PER_CALL or entry.size > room):
                yield call
                call, room = [], _BYTES_PER_CALL
            call.append(entry)
            room -= entry.size
        yield call


def _leave(why: str, stream: str) -> None:
    PIPE_LEFT.inc()
    log.error("pipe.left", why=why, stream=stream)  # the consumers' reconciliation finds it in the log


@asynccontextmanager
async def opened(
    endpoint: str, tables_endpoint: str, state: Path, *, table: str = LOG.name, bus: str = BUS
) -> AsyncIterator[Pipe]:
    """A pipe with its clients, to be run."""
    session = get_session()
    async with (
        session.create_client("dynamodb", endpoint_url=tables_endpoint, config=_CONFIG) as dynamodb,
        session.create_client("dynamodbstreams", endpoint_url=tables_endpoint, config=_CONFIG) as streams,
        session.create_client("events", endpoint_url=endpoint, config=_CONFIG) as events,
    ):
        yield Pipe(StreamReader(dynamodb, streams, Positions(state / "positions.json"), table), events, bus)


def create_pipe(endpoint: str, tables_endpoint: str, state: Path, table: str = LOG.name) -> FastAPI:
    """The pipe as an app with health and metrics."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(endpoint, tables_endpoint, state, table=table) as pipe, Background() as background:
            background.start("pipe", pipe.run, drain=pipe.stop)
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
    parser.add_argument("--table", default=LOG.name, help="the log's, where a restore made another one")
    given = parser.parse_args()
    tables = given.tables_endpoint or given.endpoint
    serve("pipe", Settings, lambda _: create_pipe(given.endpoint, tables, given.state, given.table))


if __name__ == "__main__":
    main()
