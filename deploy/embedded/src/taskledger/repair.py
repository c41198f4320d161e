"""The streams that consumers stopped at, in every database that keeps checkpoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from kernel.consuming import checkpoints
from kernel.ports.database import Database, Statement, Write
from taskledger.offline import Offline

_BLOCKED: Final = Statement(
    select(
        checkpoints.checkpoints.c.consumer,
        checkpoints.checkpoints.c.stream,
        checkpoints.checkpoints.c.blocked_version,
        checkpoints.checkpoints.c.blocked_reason,
    ).where(checkpoints.checkpoints.c.blocked_version.is_not(None))
)


@dataclass(frozen=True, slots=True)
class BlockedStream:
    """A stream that a consumer stopped at before `version`."""

    consumer: str
    stream: str
    version: int
    reason: str


async def _databases(here: Offline) -> Sequence[Database]:
    databases = [await here.platform.database(here.environment[name]) for name in ("READ_MODEL_URL", "NOTIFY_DB_URL")]
    for database in databases:
        await database.create(checkpoints.metadata)
    return databases


async def blocked_streams(here: Offline) -> Sequence[BlockedStream]:
    """Every blocked stream of every consumer."""
    return [BlockedStream(*row) for database in await _databases(here) for row in await database.fetch(_BLOCKED)]


async def unblock_stream(here: Offline, stream: str) -> Sequence[str]:
    """Let a stream go on in every consumer that stopped at it, and return their names."""
    freed: list[str] = []
    for database in await _databases(here):
        for consumer, found, _, _ in await database.fetch(_BLOCKED):
            if found == stream:
                await database.write(Write(checkpoints.UNBLOCK, {"consumer_": consumer, "stream_": stream}))
                freed.append(consumer)
    return freed
