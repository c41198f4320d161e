"""For tests and benchmarks: a log in DynamoDB and all that its events pass, with names of their own at an endpoint."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from aiobotocore.session import get_session

from taskledger_local import pipe
from taskledger_local.emulator import REGION
from taskledger_local.setup import create_bus, create_queues, create_tables
from taskledger_local.topology import LOG, PROJECTOR, Queue, Rule


@dataclass(frozen=True, slots=True)
class Hops:
    """From a log to queues. `prefix` is what the queues' names begin with."""

    prefix: str
    event_store_url: str
    subscription_url: str
    queues: Sequence[Queue]


@asynccontextmanager
async def hops(
    endpoint: str,
    folder: Path,
    *,
    bus_endpoint: str | None = None,
    consumers: Sequence[str] = ("projector", "notifier"),
    queue: Queue = PROJECTOR,
) -> AsyncIterator[Hops]:
    """A table, a running pipe, a bus and a queue for each consumer, made like `queue`.

    The pipe reaches the bus at `bus_endpoint`, which may be a proxy that makes faults.
    """
    prefix = f"hops-{uuid4().hex}"
    table = replace(LOG, name=prefix)
    queues = [replace(queue, name=f"{prefix}-{consumer}") for consumer in consumers]
    rules = [Rule(name=each.name, sources=("/task-service",), queue=each) for each in queues]
    session = get_session()
    async with (
        session.create_client("dynamodb", endpoint_url=endpoint) as dynamodb,
        session.create_client("sqs", endpoint_url=endpoint) as sqs,
        session.create_client("events", endpoint_url=endpoint) as events,
    ):
        await create_tables(dynamodb, [table])
        await create_queues(sqs, queues)
        await create_bus(events, sqs, prefix, rules)
    where = f"region={REGION}&endpoint={endpoint}"
    async with piping(endpoint, folder, prefix, prefix, bus_endpoint=bus_endpoint):
        yield Hops(prefix, f"dynamodb://{prefix}?{where}", f"sqs://{prefix}?{where}", queues)


@asynccontextmanager
async def piping(
    endpoint: str, folder: Path, table: str, bus: str, *, bus_endpoint: str | None = None
) -> AsyncIterator[None]:
    """A running pipe from a table's stream to a bus."""
    async with pipe.opened(bus_endpoint or endpoint, endpoint, folder, table=table, bus=bus) as opened:
        running = asyncio.create_task(opened.run())
        yield
        running.cancel()
        await asyncio.wait([running])
