"""Whom somebody shares a project with: asked of the read model, decided on the log."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cachetools import TTLCache
from sqlalchemy import bindparam, select

from contracts.project import Project
from contracts.read_model import tables
from kernel.ports.database import Statement
from task_service.queries import Queries

_REMEMBERED_SECONDS: Final = 60


@lru_cache(maxsize=8)
def memberships_statement(number: int) -> Statement:
    """Of a generation: the ids of a user's projects."""
    members = tables(number).members
    return Statement(select(members.c.project_id).where(members.c.user_id == bindparam("user")))


class Memberships:
    """The projects of people. Who has just come in by this process is known before the read model has it."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._recent: TTLCache[str, frozenset[str]] = TTLCache(maxsize=10_000, ttl=_REMEMBERED_SECONDS)

    def note(self, project: Project) -> None:
        """Remember for a while who is in a project."""
        for user_id in project.members:
            self._recent[user_id] = self._recent.get(user_id, frozenset()) | {project.id}

    async def of(self, user_id: str) -> Sequence[str]:
        """The ids of the projects that a user may be a member of: whether they are, the log knows."""
        rows = await self._queries.fetch(memberships_statement, {"user": user_id}, long=False)
        return list({row[0] for row in rows} | self._recent.get(user_id, frozenset()))
