"""Lists for those who may see them. The read model may be some milliseconds behind; roles are those of the log."""

from dataclasses import dataclass, field
from typing import Final

import orjson
import structlog

from contracts.project import Project
from kernel.log.streams import CannotApply
from task_service.asking import Asking, Question
from task_service.commands.projects import Projects
from task_service.queries import DEFAULT_SORT, Page, Queries, TaskFilters
from task_service.schemas import project_bytes

log = structlog.get_logger("lists")

_PROJECTS_PER_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A page over several projects. What is of the `unreadable` ones is left out: their history cannot be read."""

    documents: list[bytes]
    more: str | None
    unreadable: list[str] = field(default_factory=list)


class Lists:
    """The queries, behind the check of who asks."""

    def __init__(self, queries: Queries, projects: Projects, asking: Asking) -> None:
        self._queries = queries
        self._projects = projects
        self._asking = asking

    async def tasks(
        self,
        project_id: str,
        user_id: str,
        filters: TaskFilters,
        question: Question,
        sort: str | None,
        cursor: str | None,
        limit: int,
    ) -> Page:
        """A page of a project's tasks, in the order of `sort`, else of the question, else the newest first.

        Raises Rejection 404 to strangers, Problem 422 for a bad question, sort or cursor.
        """
        project = await self._projects.readable(project_id, user_id)

        async def here() -> list[Project]:
            return [project]

        asked = await self._asking.asked(question, user_id, here)
        order = sort if sort is not None else asked.sort or DEFAULT_SORT
        return await self._queries.tasks(project_id, filters, order, cursor, limit, asked)

    async def my_tasks(
        self,
        user_id: str,
        filters: TaskFilters,
        question: Question,
        sort: str | None,
        cursor: str | None,
        limit: int,
    ) -> Listed:
        """A page of the tasks assigned to a user. It may be shorter than the limit where a project was just left."""
        asked = await self._asking.asked(question, user_id, lambda: self._of(user_id))
        order = sort if sort is not None else asked.sort or DEFAULT_SORT
        documents, more = await self._queries.my_tasks(user_id, filters, order, cursor, limit, asked)
        project_ids = [orjson.loads(document)["project_id"] for document in documents]
        found, unreadable = await self._found(project_ids)
        seen = {p.id for p in found if not p.deleted and p.role_of(user_id) is not None}
        pairs = zip(documents, project_ids, strict=True)
        return Listed([document for document, project_id in pairs if project_id in seen], more, unreadable)

    async def projects(self, user_id: str, deleted: bool, cursor: str | None, limit: int) -> Listed:
        """A page of a user's projects: which, says the read model, and what they are like, the log."""
        documents, more = await self._queries.projects(user_id, cursor, limit, deleted=deleted)
        found, unreadable = await self._found([orjson.loads(document)["id"] for document in documents])
        seen = [project_bytes(p, user_id) for p in found if p.role_of(user_id) and p.deleted == deleted]
        return Listed(seen, more, unreadable)

    async def activity(self, project_id: str, user_id: str, cursor: str | None, limit: int) -> Page:
        """A page of what happened in a project. Raises as `tasks`; a deleted project tells it too."""
        await self._projects.open(project_id, user_id)
        return await self._queries.activity(project_id, cursor, limit)

    async def _found(self, project_ids: list[str]) -> tuple[list[Project], list[str]]:
        """The projects with these ids, and the ids of those whose history cannot be read."""
        found: list[Project] = []
        unreadable: list[str] = []
        for project_id in dict.fromkeys(project_ids):
            try:
                project = await self._projects.latest(project_id)
            except CannotApply as fault:
                log.warning("lists.unreadable", fault=str(fault))
                unreadable.append(project_id)
            else:
                found += [project] if project is not None else []
        return found, unreadable

    async def _of(self, user_id: str) -> list[Project]:
        """All projects of a user, but for those whose history cannot be read."""
        every: list[Project] = []
        cursor: str | None = None
        while True:
            documents, cursor = await self._queries.projects(user_id, cursor, _PROJECTS_PER_PAGE)
            found, _ = await self._found([orjson.loads(document)["id"] for document in documents])
            every.extend(project for project in found if project.role_of(user_id) is not None)
            if cursor is None:
                return every
