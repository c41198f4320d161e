"""What people see of the inbox and the ledger, and how they set their preferences."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import and_, bindparam, func, select, update

from contracts.project import Project, ProjectEvent
from contracts.project import stream_of as project_stream
from contracts.task import Task, TaskEvent
from contracts.task import stream_of as task_stream
from kernel.http.problems import not_found
from kernel.identity.people import People
from kernel.log.streams import CannotApply, Streams
from kernel.log.times import time_of
from kernel.ports.database import Database, Row, Statement, Write, upsert
from notify_service.schemas import PreferencesBody, known_preferences, to_json
from notify_service.tables import deliveries, inbox, members, notices, preferences

log = structlog.get_logger("inbox")

_IS_MEMBER: Final = and_(members.c.project_id == inbox.c.project_id, members.c.user_id == inbox.c.user_id)
_ITEMS: Final = (
    select(
        inbox.c.id,
        notices.c.task_id,
        inbox.c.project_id,
        inbox.c.kind,
        inbox.c.is_read,
        notices.c.created_at,
        notices.c.content,
    )
    .select_from(inbox.join(notices, notices.c.id == inbox.c.notice_id).join(members, _IS_MEMBER))
    .where(inbox.c.user_id == bindparam("user_id"))
)
_BEFORE: Final = _ITEMS.where(inbox.c.id < bindparam("before")).order_by(inbox.c.id.desc()).limit(bindparam("limit"))
_ALL: Final = Statement(_BEFORE)
_UNREAD: Final = Statement(_BEFORE.where(inbox.c.is_read == 0))
_ITEM: Final = Statement(_ITEMS.where(inbox.c.id == bindparam("id")))
_COUNT: Final = Statement(
    select(func.count())
    .select_from(inbox.join(members, _IS_MEMBER))
    .where((inbox.c.user_id == bindparam("user_id")) & (inbox.c.is_read == 0))
)
_READ: Final = Statement(
    update(inbox).where((inbox.c.id == bindparam("id_")) & (inbox.c.user_id == bindparam("user_id_"))).values(is_read=1)
)
_READ_ALL: Final = Statement(
    update(inbox).where((inbox.c.user_id == bindparam("user_id_")) & (inbox.c.is_read == 0)).values(is_read=1)
)
_PREFERENCES: Final = Statement(select(preferences.c.document).where(preferences.c.user_id == bindparam("user_id")))
_PUT_PREFERENCES: Final = upsert(preferences)
_LEDGER: Final = Statement(
    select(
        deliveries.c.id,
        notices.c.version,
        notices.c.last_version,
        deliveries.c.event_type,
        deliveries.c.user_id,
        deliveries.c.channel,
        deliveries.c.state,
        deliveries.c.reason,
        deliveries.c.attempts,
        deliveries.c.created_at,
        deliveries.c.sent_at,
        deliveries.c.last_error,
    )
    .select_from(deliveries.join(notices, notices.c.id == deliveries.c.notice_id))
    .where((deliveries.c.task_id == bindparam("task_id")) & (deliveries.c.id < bindparam("before")))
    .order_by(deliveries.c.id.desc())
    .limit(bindparam("limit"))
)

NEWEST: Final = "~"
"""Sorts behind every id: where the first part of a list begins."""


class Inbox:
    """One person's reading of what the notifier wrote. Membership is decided on the log's state."""

    def __init__(
        self,
        database: Database,
        tasks: Streams[Task, TaskEvent],
        projects: Streams[Project, ProjectEvent],
        people: People,
    ) -> None:
        self._database = database
        self._tasks = tasks
        self._projects = projects
        self._people = people

    async def items(
        self, user_id: str, *, unread: bool, before: str, limit: int
    ) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        """Up to `limit` items older than an id, newest first, and that of the last when there are more."""
        statement = _UNREAD if unread else _ALL
        rows = await self._database.fetch(statement, {"user_id": user_id, "before": before, "limit": limit + 1})
        more = rows[limit - 1][0] if len(rows) > limit else None
        return await self._documents(user_id, rows[:limit]), more

    async def unread(self, user_id: str) -> int:
        """How many items are unread."""
        rows = await self._database.fetch(_COUNT, {"user_id": user_id})
        return int(rows[0][0])

    async def read(self, user_id: str, item_id: str) -> Mapping[str, Any]:
        """Mark an item as read, and return it. Raises Problem 404."""
        await self._database.write(Write(_READ, {"id_": item_id, "user_id_": user_id}))
        rows = await self._database.fetch(_ITEM, {"user_id": user_id, "id": item_id})
        documents = await self._documents(user_id, rows)
        if not documents:
            raise not_found("notification")
        return documents[0]

    async def read_all(self, user_id: str) -> None:
        """Mark every item as read."""
        await self._database.write(Write(_READ_ALL, {"user_id_": user_id}))

    async def preferences(self, user_id: str) -> bytes:
        """Someone's preferences as JSON."""
        rows = await self._database.fetch(_PREFERENCES, {"user_id": user_id})
        stored = known_preferences(orjson.loads(rows[0][0])) if rows else {}
        return to_json(PreferencesBody.model_validate(stored).model_dump())

    async def put_preferences(self, user_id: str, wanted: PreferencesBody) -> bytes:
        """Replace someone's preferences, and return them as JSON."""
        muted = list(dict.fromkeys(wanted.muted_projects))
        document = to_json({**wanted.model_dump(), "muted_projects": muted})
        await self._database.write(Write(_PUT_PREFERENCES, {"user_id": user_id, "document": document}))
        return document

    async def ledger(
        self, user_id: str, task_id: str, *, before: str, limit: int
    ) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        """Who was told of a task's changes, newest first.

        Raises Problem 404 for whoever may not read the task, CannotApply.
        """
        task = (await self._tasks.latest(task_stream(task_id))).state
        if task is None:
            raise not_found("task")
        project = (await self._projects.latest(project_stream(task.project_id))).state
        if project is None or project.deleted or project.role_of(user_id) is None:
            raise not_found("task")
        rows = await self._database.fetch(_LEDGER, {"task_id": task_id, "before": before, "limit": limit + 1})
        more = rows[limit - 1][0] if len(rows) > limit else None
        return [_delivery(row) for row in rows[:limit]], more

    async def _documents(self, user_id: str, rows: Sequence[Row]) -> Sequence[Mapping[str, Any]]:
        # The tables know of a removal a moment later than the log.
        allowed = {project_id: await self._may_read(project_id, user_id) for project_id in {row[2] for row in rows}}
        documents = [_item(row) for row in rows if allowed[row[2]]]
        names = await self._people.names({document["actor"] for document in documents} - {None})
        for document in documents:
            document["actor_name"] = names.get(document["actor"])
        return documents

    async def _may_read(self, project_id: str, user_id: str) -> bool:
        try:
            project = (await self._projects.latest(project_stream(project_id))).state
        except CannotApply as fault:
            # Who may read it cannot be known. It is one project of many: what is told of the others goes on.
            log.warning("inbox.unreadable", fault=str(fault))
            return False
        return project is not None and not project.deleted and project.role_of(user_id) is not None


def _item(row: Row) -> dict[str, Any]:
    item_id, task_id, project_id, kind, is_read, created_at, content = row
    notice = orjson.loads(content)
    return {
        "id": item_id,
        "task_id": task_id,
        "project_id": project_id,
        "task_key": notice["task_key"],
        "title": notice["title"],
        "type": kind,
        "actor": notice["actor"],
        "actor_name": None,
        "changes": notice["changes"],
        "excerpt": notice["excerpt"],
        "created_at": time_of(created_at),
        "read": bool(is_read),
    }


def _delivery(row: Row) -> dict[str, Any]:
    item_id, version, last_version, event_type, user_id, channel, state, reason, attempts, created, sent, error = row
    return {
        "id": item_id,
        "event": {"version": version, "last_version": last_version, "type": event_type},
        "user_id": user_id,
        "channel": channel,
        "state": state,
        "reason": reason,
        "attempts": attempts,
        "created_at": time_of(created),
        "sent_at": None if sent is None else time_of(sent),
        "last_error": error,
    }
