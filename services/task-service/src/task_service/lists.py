"""Lists for those who may see them. The read model may be some milliseconds behind; roles are those of the log."""

import orjson

from task_service.commands import Projects
from task_service.domain.access import require
from task_service.domain.task import readable
from task_service.queries import Page, Queries, TaskFilters
from task_service.schemas import project_bytes


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

    async def my_tasks(self, user_id: str, filters: TaskFilters, sort: str, cursor: str | None, limit: int) -> Page:
        """A page of the tasks assigned to a user. It may be shorter than the limit where a project was just left."""
        documents, more = await self._queries.my_tasks(user_id, filters, sort, cursor, limit)
        project_ids = [orjson.loads(document)["project_id"] for document in documents]
        seen = {project_id for project_id in set(project_ids) if await self._sees(project_id, user_id)}
        pairs = zip(documents, project_ids, strict=True)
        return [document for document, project_id in pairs if project_id in seen], more

    async def projects(self, user_id: str, deleted: bool, cursor: str | None, limit: int) -> Page:
        """A page of a user's projects: which, says the read model, and what they are like, the log."""
        documents, more = await self._queries.projects(user_id, cursor, limit, deleted=deleted)
        found = [await self._projects.latest(orjson.loads(document)["id"]) for document in documents]
        return [project_bytes(p, user_id) for p in found if p and p.role_of(user_id) and p.deleted == deleted], more

    async def activity(self, project_id: str, user_id: str, cursor: str | None, limit: int) -> Page:
        """A page of what happened in a project. Raises as `tasks`; a deleted project tells it too."""
        require(await self._projects.latest(project_id), user_id, "read")
        return await self._queries.activity(project_id, cursor, limit)

    async def _sees(self, project_id: str, user_id: str) -> bool:
        project = await self._projects.latest(project_id)
        return project is not None and not project.deleted and project.role_of(user_id) is not None
