"""The feed: what happened, in the order of its commits, for live streams to read at their own pace.

One reader per process looks for new rows while anybody listens; the newest rows stay in memory for all connections.
A connection that falls behind reads the table itself. There are no queues.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Final

import structlog
from sqlalchemy import and_, bindparam, delete, func, or_, select

from contracts.project import Project, ProjectEvent
from contracts.project import stream_of as project_stream
from kernel.log.streams import CannotApply, Streams
from kernel.log.times import microseconds
from kernel.ports.database import Database, DatabaseUnavailable, Statement, Write
from kernel.ports.faults import StoreUnavailable
from notify_service.tables import feed
from notify_service.telemetry import STREAMS

log = structlog.get_logger("feed")

_RECENT: Final = 256
_RECENT_BYTES: Final = 8 * 1024 * 1024
_PART_BYTES: Final = 1024 * 1024
"""How much of what is new a connection is given at a time, however long the rows are."""
_BATCH: Final = 256
_PURGE_SECONDS: Final = 600.0

_BOUNDS: Final = Statement(select(func.coalesce(func.min(feed.c.seq), 0), func.coalesce(func.max(feed.c.seq), 0)))
_AFTER: Final = Statement(
    select(feed.c.seq, feed.c.project_id, feed.c.user_id, feed.c.data)
    .where(feed.c.seq > bindparam("after"))
    .order_by(feed.c.seq)
    .limit(bindparam("limit"))
)
# The newest row stays, for the feed's end is known by it.
_PURGE: Final = Statement(
    delete(feed).where(
        or_(
            feed.c.seq <= bindparam("upto"),
            and_(feed.c.created_at < bindparam("older"), feed.c.seq < bindparam("newest")),
        )
    )
)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A row of the feed: of a project, or with `user_id` what one person alone is told."""

    seq: int
    project_id: str
    user_id: str | None
    data: bytes


class Feed:
    """Reads the feed for every live stream of the process."""

    def __init__(
        self,
        database: Database,
        projects: Streams[Project, ProjectEvent],
        *,
        poll: float,
        max_age: timedelta,
        max_rows: int,
    ) -> None:
        self._database = database
        self._projects = projects
        self._poll = poll
        self._max_age = max_age
        self._max_rows = max_rows
        self._recent: deque[FeedRow] = deque()
        self._recent_bytes = 0
        self._known_from = self._known_to = 0
        self._reading = asyncio.Lock()
        self._news = asyncio.Event()
        self._listeners = 0
        self.changed = asyncio.Event()
        self.stopped = False

    def wake(self) -> None:
        """Look for new rows at once."""
        self._news.set()

    def stop(self) -> None:
        """Let every live stream end: the server wants to."""
        self.stopped = True
        self._tell()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """While somebody listens, new rows are looked for."""
        if not self._listeners:
            async with self._reading:  # what was known when the last one left is old by now
                self._recent.clear()
                self._recent_bytes = 0
                self._known_from = self._known_to = (await self.bounds())[1]
        self._listeners += 1
        STREAMS.inc()
        self.wake()
        try:
            yield
        finally:
            self._listeners -= 1
            STREAMS.dec()

    async def bounds(self) -> tuple[int, int]:
        """The numbers of the oldest and the newest row, 0 and 0 of an empty feed."""
        oldest, newest = (await self._database.fetch(_BOUNDS))[0]
        return oldest, newest

    async def after(self, position: int) -> Sequence[FeedRow]:
        """Some of the rows behind a position, oldest first.

        What `projects` has in memory of their projects is at least as new as the rows.
        """
        if position < self._known_from:
            return _part(await self._read(position))
        return _part(list(takewhile(lambda row: row.seq > position, reversed(self._recent)))[::-1])

    def member(self, project_id: str, user_id: str) -> bool | None:
        """Whether a user is a member as far as memory knows; None when it knows nothing of the project."""
        folded = self._projects.cached(project_stream(project_id))
        return None if folded is None else _is_member(folded.state, user_id)

    async def is_member(self, project_id: str, user_id: str) -> bool:
        """Whether a user is a member of a project, by the log."""
        return _is_member(await self._project(project_id), user_id)

    async def _project(self, project_id: str) -> Project | None:
        """A project as the log has it; none where its history cannot be read: all others are told of."""
        try:
            return (await self._projects.latest(project_stream(project_id))).state
        except CannotApply as fault:
            log.warning("feed.unreadable", fault=str(fault))
            return None

    async def run(self) -> None:
        """Look for new rows until cancelled: when woken, and every so often for what other processes wrote."""
        while True:
            self._news.clear()
            try:
                while self._listeners and await self._read_on():
                    pass
            except (DatabaseUnavailable, StoreUnavailable) as fault:
                log.warning("feed.retry", fault=f"{type(fault).__name__}: {fault}")
            await wait(self._news, self._poll if self._listeners else None)

    async def _read_on(self) -> bool:
        """Read new rows and tell everybody; whether there may be more."""
        async with self._reading:
            rows = await self._read(self._known_to)
            for row in rows:
                self._recent.append(row)
                self._recent_bytes += len(row.data)
                self._known_to = row.seq
                while len(self._recent) > _RECENT or (self._recent_bytes > _RECENT_BYTES and len(self._recent) > 1):
                    oldest = self._recent.popleft()
                    self._recent_bytes -= len(oldest.data)
                    self._known_from = oldest.seq
        if rows:
            self._tell()
        return len(rows) == _BATCH

    def _tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def _read(self, position: int) -> Sequence[FeedRow]:
        found = await self._database.fetch(_AFTER, {"after": position, "limit": _BATCH})
        rows = [FeedRow(*row) for row in found]
        for project_id in {row.project_id for row in rows}:
            await self._project(project_id)
        return rows

    async def purge(self) -> None:
        """Remove rows that are too old or too many."""
        _, newest = await self.bounds()
        older = microseconds(datetime.now(UTC) - self._max_age)
        params = {"upto": newest - self._max_rows, "older": older, "newest": newest}
        await self._database.write(Write(_PURGE, params))

    async def purge_for_ever(self) -> None:
        """Purge every ten minutes until cancelled."""
        while True:
            try:
                await self.purge()
            except DatabaseUnavailable as fault:
                log.warning("feed.purge_later", fault=str(fault))
            await asyncio.sleep(_PURGE_SECONDS)


def _part(rows: Sequence[FeedRow]) -> Sequence[FeedRow]:
    """The first of the rows, as many as a connection should hold at a time."""
    size = 0
    for count, row in enumerate(rows):
        size += len(row.data)
        if count and size > _PART_BYTES:
            return rows[:count]
    return rows


def _is_member(project: Project | None, user_id: str) -> bool:
    return project is not None and project.role_of(user_id) is not None


async def wait(event: asyncio.Event, seconds: float | None) -> bool:
    """Wait for an event; False when the time is over."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
