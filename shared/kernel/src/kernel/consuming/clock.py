"""The clock of a database: leases and due times that several processes share go by it, whatever their machines say."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import ClauseElement, text

from kernel.ports.database import Database, DialectName, Statement

log = structlog.get_logger("clock")

TOLD_SECONDS: Final = 5.0
"""A machine whose clock is further off than this is told of."""

_AGAIN_SECONDS: Final = 60.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _read(dialect: DialectName) -> ClauseElement:
    if dialect == "sqlite":  # whose clock is the machine's, which all its processes share
        return text("SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000")
    return text("SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)")


_READ: Final = Statement(_read)


class DatabaseClock:
    """Reads a database's clock once a minute, and counts on from there by this machine's steady one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read_at = -_AGAIN_SECONDS
        self._read = _EPOCH
        self._told = False

    async def now(self) -> datetime:
        """The time in UTC. Raises DatabaseUnavailable."""
        passed = time.monotonic() - self._read_at
        if passed >= _AGAIN_SECONDS:
            microseconds = (await self._database.fetch(_READ))[0][0]
            self._read_at, self._read = time.monotonic(), _EPOCH + timedelta(microseconds=int(microseconds))
            passed = 0.0
            self._tell((self._read - datetime.now(UTC)).total_seconds())
        return self._read + timedelta(seconds=passed)

    def _tell(self, ahead: float) -> None:
        off = abs(ahead) > TOLD_SECONDS
        if off and not self._told:
            log.warning("clock.off", against="database", seconds=round(-ahead, 1))
        self._told = off
