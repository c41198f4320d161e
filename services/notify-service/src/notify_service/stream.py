"""The live stream: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) of the feed.

`id:` is the feed's number, so `Last-Event-ID` resumes where a connection broke. A connection ends when its token
expires, its session ends or the server stops; browsers come back by themselves.
"""

import re
import time
from collections.abc import AsyncIterator, Container, Sequence
from typing import Final

import structlog

from kernel.identity.security import Principal
from kernel.ports.database import DatabaseUnavailable
from kernel.ports.faults import StoreUnavailable
from notify_service.feed import Feed, FeedRow, wait
from notify_service.inbox import Inbox
from notify_service.schemas import to_json

log = structlog.get_logger("stream")

_RETRY_MILLISECONDS: Final = 1000
_SIGN_OF_LIFE: Final = b":\n\n"
_NUMBER: Final = re.compile(r"^[0-9]{1,18}$")
_NOWHERE: Final = -2
"""Not even the place before the first row of an empty feed."""


class LiveStream:
    """What one person sees of the feed, from a position on."""

    def __init__(self, feed: Feed, inbox: Inbox, ended: Container[object], *, heartbeat: float) -> None:
        """`ended`: sessions whose streams stop. `heartbeat`: seconds of silence after which there is a sign of life."""
        self._feed = feed
        self._inbox = inbox
        self._ended = ended
        self._heartbeat = heartbeat

    async def events(self, principal: Principal, last_event_id: str | None) -> AsyncIterator[bytes]:
        """The stream's bytes. Membership is checked when an event is sent: who has left gets nothing more."""
        try:
            async with self._feed.listening():
                oldest, newest = await self._feed.bounds()
                position, lost = newest, False
                if last_event_id:
                    position = int(last_event_id) if _NUMBER.match(last_event_id) else _NOWHERE
                    lost = not oldest - 1 <= position <= newest
                if lost:
                    position = newest
                    yield b"event: reset\ndata: {}\n\n"
                # Its id counts: who breaks off before the first change loses nothing.
                yield b"retry: %d\nid: %d\nevent: opened\ndata: {}\n\n" % (_RETRY_MILLISECONDS, position)
                async for chunk in self._from(position, principal):
                    yield chunk
        except (DatabaseUnavailable, StoreUnavailable) as fault:
            log.warning("stream.broken_off", fault=f"{type(fault).__name__}: {fault}")

    async def _from(self, position: int, principal: Principal) -> AsyncIterator[bytes]:
        spoken = time.monotonic()
        while not self._feed.stopped and not self._has_ended(principal):
            changed = self._feed.changed
            rows = await self._feed.after(position)
            chunk = await self._chunk(rows, principal.id)
            silence = time.monotonic() - spoken
            if not chunk and silence >= self._heartbeat:
                chunk = _SIGN_OF_LIFE
            if chunk:
                yield chunk
                spoken = time.monotonic()
            elif not rows:
                await wait(changed, min(self._heartbeat - silence, principal.expires_at - time.time()))
            if rows:
                position = rows[-1].seq

    def _has_ended(self, principal: Principal) -> bool:
        return time.time() >= principal.expires_at or principal.has_ended(self._ended)

    async def _chunk(self, rows: Sequence[FeedRow], user_id: str) -> bytes:
        """The events among rows that a user may see."""
        members: dict[str, bool] = {}
        events: list[bytes] = []
        unread: int | None = None
        for row in rows:
            if row.user_id is not None and row.user_id != user_id:
                continue
            allowed = members.get(row.project_id)
            if allowed is None:
                allowed = self._feed.member(row.project_id, user_id) is not False
                # Memory is as new as the row, the log is as new as this moment.
                allowed = members[row.project_id] = allowed and await self._feed.is_member(row.project_id, user_id)
            if not allowed:
                continue
            if row.user_id is None:
                events.append(b"id: %d\nevent: change\ndata: %b\n\n" % (row.seq, row.data))
            else:
                if unread is None:
                    unread = await self._inbox.unread(user_id)
                data = to_json({"id": row.data.decode(), "unread": unread})
                events.append(b"id: %d\nevent: notification\ndata: %b\n\n" % (row.seq, data))
        return b"".join(events)
