"""A delivery that is due, how handing it over went, and what a sender wants of a channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import orjson

from contracts.project import Project
from kernel.identity.people import Person
from kernel.log.times import time_of
from kernel.ports.database import Row
from notify_service.domain.channel import Channel
from notify_service.domain.notice import Kind, Why


@dataclass(frozen=True, slots=True)
class Due:
    """A line of the ledger that is to be handed over, with the notice that it is about."""

    id: str
    channel: str
    user_id: str
    task_id: str
    kind: Kind
    why: Why
    attempts: int
    project_id: str
    time: datetime
    content: Mapping[str, Any]

    @classmethod
    def of(cls, row: Row) -> "Due":
        """A row of the sender's statement: the fields in their order, the time in microseconds, the content as JSON."""
        key, channel, user_id, task_id, kind, why, attempts, project_id, created_at, content = row
        time = time_of(created_at)
        return cls(key, channel, user_id, task_id, kind, why, attempts, project_id, time, orjson.loads(content))

    @property
    def traceparent(self) -> str | None:
        """Of the request that made the change, if somebody recorded it."""
        return self.content.get("traceparent")

    def people(self) -> set[str]:
        """Everyone whose name or address is needed."""
        assignees = [c[side] for c in self.content["changes"] if c["field"] == "assignees" for side in ("old", "new")]
        return {person for person in (self.user_id, self.content["actor"], *assignees) if person is not None}


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt ended; `pending` is tried again."""

    state: Literal["sent", "failed", "suppressed", "pending"]
    reason: str | None = None
    error: str | None = None


class HandsOver(Protocol):
    """A channel whose deliveries are handed over by a sender."""

    channel: Channel

    def unreachable(self, reader: Person | None) -> str | None:
        """Why this reader cannot be reached by it at all, or None."""
        ...

    async def hand_over(self, due: Due, project: Project, people: Mapping[str, Person]) -> Result:
        """One attempt, which was counted already. `people` has the reader."""
        ...
