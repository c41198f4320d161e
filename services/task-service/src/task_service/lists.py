"""Lists for those who may see them. The read model may be some milliseconds behind; roles are those of the log."""

from dataclasses import dataclass, field

import orjson
import structlog

from contracts.project import Project
from kernel.log.streams import CannotApply
from task_service.commands import Projects
from task_service.domain.access import require
from task_service.domain.task import readable
from task_service.queries import Page, Queries, TaskFilters
from task_service.schemas import project_bytes

log = structlog.get_logger("lists")


@dataclass(frozen=True, slots=True)
class Listed:
    """A page over several projects. What is of the `unreadable` ones is left out: their history cannot be read."""

    documents: list[bytes]
    more: str | None
    unreadable: list[str] = field(default_factory=list)


class Lists:
    """The queries, behind the check of who asks."""

    def __init__(self, queries: Queries, projects: Projects) -> None:
        self._queries = queries
        self._projects = projects

    async def tasks(
        self, project_id: str, user_id: str, filters: TaskFilters, sort: str, cursor: str | None, limit: int
    ) -> Page:
        """A page of a project's tasks. Raises Rejection 404 to strangers, Problem 422 for a bad sort or cursor."""
        readable(await self._projects.latest(project_id), user_id)
        return await self._queries.tasks(project_id, filters, sort, cursor, limit)

    async def my_tasks(self, user_id: str, filters: TaskFilters, sort: str, cursor: str | None, limit: int) -> Listed:
        """A page of the tasks assigned to a user. It may be shorter than the limit where a project was just left."""
        documents, more = await self._queries.my_tasks(user_id, filters, sort, cursor, limit)
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
        require(await self._projects.latest(project_id), user_id, "read")
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
