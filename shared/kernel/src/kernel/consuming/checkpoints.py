"""How far each consumer has come in each stream, in the consumer's own database."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text, bindparam, func, insert, select, update

from kernel.ports.database import Statement, upsert

metadata: Final = MetaData()

checkpoints: Final = Table(
    "checkpoints",
    metadata,
    Column("consumer", String(64), primary_key=True),
    Column("stream", String(64), primary_key=True),
    Column("version", BigInteger, nullable=False),
    # Where a blocked stream was known to have events: an unblocked one that has not come so far is unfinished.
    Column("hinted", BigInteger, nullable=False),
    Column("blocked_version", BigInteger, nullable=True),
    Column("blocked_reason", Text, nullable=True),
)

consumers: Final = Table(
    "consumers",
    metadata,
    Column("consumer", String(64), primary_key=True),
    # RFC 3339: every stream whose head changed before this was reconciled.
    Column("reconciled_until", String(40), nullable=False),
)

_this = (checkpoints.c.consumer == bindparam("consumer_")) & (checkpoints.c.stream == bindparam("stream_"))

READ: Final = Statement(select(checkpoints.c.version, checkpoints.c.blocked_version).where(_this))
READ_ALL: Final = Statement(
    select(checkpoints.c.stream, checkpoints.c.version, checkpoints.c.blocked_version).where(
        checkpoints.c.consumer == bindparam("consumer_")
    )
)
MANY: Final = 50
"""How many streams `READ_MANY` reads."""

READ_MANY: Final = Statement(
    select(checkpoints.c.stream, checkpoints.c.version, checkpoints.c.blocked_version).where(
        (checkpoints.c.consumer == bindparam("consumer_"))
        & checkpoints.c.stream.in_([bindparam(f"stream_{n}") for n in range(MANY)])
    )
)


def many(consumer: str, streams: Sequence[str]) -> Mapping[str, str]:
    """The parameters of `READ_MANY` for up to `MANY` streams."""
    padded = [*streams, *[""] * (MANY - len(streams))]
    return {"consumer_": consumer, **{f"stream_{n}": stream for n, stream in enumerate(padded)}}


BEGIN: Final = Statement(
    insert(checkpoints).values(
        consumer=bindparam("consumer_"),
        stream=bindparam("stream_"),
        version=bindparam("new"),
        hinted=bindparam("new_hint"),
    )
)
ADVANCE: Final = Statement(
    update(checkpoints)
    .where(_this & (checkpoints.c.version == bindparam("old")) & checkpoints.c.blocked_version.is_(None))
    .values(version=bindparam("new"))
)
BLOCK: Final = Statement(
    update(checkpoints)
    .where(_this & (checkpoints.c.version == bindparam("old")))
    .values(blocked_version=bindparam("blocked"), blocked_reason=bindparam("why"), hinted=bindparam("new_hint"))
)
UNBLOCK: Final = Statement(update(checkpoints).where(_this).values(blocked_version=None, blocked_reason=None))
BLOCKED: Final = Statement(
    select(checkpoints.c.stream, checkpoints.c.blocked_version, checkpoints.c.blocked_reason)
    .where((checkpoints.c.consumer == bindparam("consumer_")) & checkpoints.c.blocked_version.is_not(None))
    .order_by(checkpoints.c.stream)
)
COUNT_BLOCKED: Final = Statement(
    select(func.count())
    .select_from(checkpoints)
    .where((checkpoints.c.consumer == bindparam("consumer_")) & checkpoints.c.blocked_version.is_not(None))
)
UNFINISHED: Final = Statement(
    select(checkpoints.c.stream, checkpoints.c.hinted).where(
        (checkpoints.c.consumer == bindparam("consumer_"))
        & checkpoints.c.blocked_version.is_(None)
        & (checkpoints.c.hinted > checkpoints.c.version)
    )
)
RECONCILED: Final = Statement(
    select(consumers.c.reconciled_until).where(consumers.c.consumer == bindparam("consumer_"))
)
SET_RECONCILED: Final = upsert(consumers)
