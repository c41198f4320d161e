"""The rows that a notice and an event become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ClauseElement, literal_column, select, update

from kernel.log.event import Recorded
from kernel.log.times import microseconds
from kernel.ports.database import DialectName, Statement, Write
from notify_service import schemas as views
from notify_service import tables
from notify_service.channels import inbox
from notify_service.domain.channel import INBOX
from notify_service.domain.notice import Notice, Telling
from notify_service.tables import insert_absent

_PUT_NOTICE: Final = insert_absent(tables.notices)
_PUT_DELIVERY: Final = insert_absent(tables.deliveries)
_PUT_FEED: Final = insert_absent(tables.feed)
_PUT_TURN: Final = insert_absent(tables.feed_turn)


def _take_turn(dialect: DialectName) -> ClauseElement:
    if dialect == "sqlite":
        return select(literal_column("1"))  # one transaction at a time writes at all
    return update(tables.feed_turn).values(turn=tables.feed_turn.c.turn + 1)


_TAKE_TURN: Final = Statement(_take_turn)

_AT_ONCE: Final = {INBOX.name: inbox.written}
"""What channels write that people have with the notice."""

PREPARE: Final = Write(_PUT_TURN, {"id": 1, "turn": 0})
"""Once, before the first row of the feed."""


def of_feed(rows: Sequence[Mapping[str, Any]]) -> Sequence[Write]:
    """The writes that add rows to the feed; the last of their transaction.

    The database numbers rows as they are inserted, but shows them as they are committed. Whoever reads on from a number
    must find nothing behind it later, so one transaction at a time inserts, from here to its commit.
    """
    return [Write(_TAKE_TURN), Write(_PUT_FEED, rows)] if rows else []


@dataclass(frozen=True, slots=True)
class NoticeRows:
    """What a notice is in the tables: the writes, and the rows of the feed that tell of its items of the inbox."""

    writes: Sequence[Write]
    feed: Sequence[Mapping[str, Any]]


def of_notice(notice: Notice, tellings: Sequence[Telling], now: datetime, traceparent: str | None = None) -> NoticeRows:
    """A notice, its lines of the ledger, the items of the inbox, and what the live stream says of those."""
    created_at = microseconds(notice.time)
    content = {
        "id": notice.id,
        "project_id": notice.project_id,
        "task_id": notice.task_id,
        "version": notice.version,
        "last_version": notice.last_version,
        "created_at": created_at,
        "content": views.notice_content(notice, traceparent),
    }
    ledger = [_ledger_row(notice, telling, now) for telling in tellings]
    writes = [Write(_PUT_NOTICE, content), Write(_PUT_DELIVERY, ledger)]
    feed: list[Mapping[str, Any]] = []
    for name, written in _AT_ONCE.items():
        lines = [line for line in ledger if line["channel"] == name and line["state"] == "sent"]
        own, told = written(notice, lines)
        writes.extend(own)
        feed.extend(told)
    return NoticeRows(writes, feed)


def _ledger_row(notice: Notice, telling: Telling, now: datetime) -> dict[str, Any]:
    sent = telling.state == "sent"
    return {
        "id": notice.delivery_id(telling.user_id, telling.channel.name),
        "notice_id": notice.id,
        "task_id": notice.task_id,
        "user_id": telling.user_id,
        "channel": telling.channel.name,
        "event_type": notice.types[telling.kind],
        "kind": telling.kind,
        "why": telling.why,
        "state": telling.state,
        "reason": telling.reason,
        "attempts": int(sent),
        "created_at": microseconds(notice.time),
        "sent_at": microseconds(now) if sent else None,
        "last_error": None,
        "due_at": microseconds(now),
    }


def of_change(event: Recorded[Any], project_id: str, data: bytes) -> dict[str, Any]:
    """A row of the feed."""
    return {
        "source": f"{event.stream}:{event.version}",
        "project_id": project_id,
        "user_id": None,
        "created_at": microseconds(event.time),
        "data": data,
    }
