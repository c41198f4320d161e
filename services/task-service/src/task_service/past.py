"""How things were at a moment: folded from the log. Who may look is decided today."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from contracts import project as project_contract
from contracts import task as task_contract
from contracts.project import Project, ProjectEvent
from contracts.task import Comment, Task, TaskEvent
from kernel.log.streams import Streams
from task_service.commands.projects import Projects
from task_service.commands.tasks import Tasks
from task_service.domain.access import not_found
from task_service.past_lists import Listing, PastLists
from task_service.schemas import task_bytes


class Past:
    """The project of any second: itself, its tasks, their comments."""

    def __init__(
        self,
        projects: Projects,
        tasks: Tasks,
        project_streams: Streams[Project, ProjectEvent],
        task_streams: Streams[Task, TaskEvent],
        lists: PastLists,
    ) -> None:
        self._projects = projects
        self._tasks = tasks
        self._project_streams = project_streams
        self._task_streams = task_streams
        self._lists = lists

    async def project(self, project_id: str, user_id: str, moment: datetime) -> Project:
        """The project as it was, with today's members. Raises Rejection 404 to strangers and before its beginning."""
        today = await self._projects.open(project_id, user_id)
        return await self._as_it_was(today, moment)

    async def task(self, task_id: str, user_id: str, moment: datetime) -> Task:
        """The task as it was, deleted or not. Raises Rejection 404 to strangers and before its beginning."""
        today, _ = await self._tasks.open(task_id, user_id)
        then = (await self._task_streams.as_of(task_contract.stream_of(today.id), moment)).state
        if then is None:
            raise not_found("task")
        return then

    async def comments(
        self, task_id: str, user_id: str, after: int, limit: int, moment: datetime
    ) -> tuple[Sequence[Comment], int | None]:
        """The comments as they were, behind the first `after`, and how many came before the next."""
        comments = list((await self.task(task_id, user_id, moment)).comments.values())
        end = after + limit
        return comments[after:end], end if end < len(comments) else None

    async def tasks(
        self, project_id: str, user_id: str, listing: Listing, moment: datetime
    ) -> tuple[list[bytes], str | None]:
        """A page of the tasks as they were. Raises as `project`, and Problem 422 for a bad sort or cursor."""
        today = await self._projects.readable(project_id, user_id)
        project = await self._as_it_was(today, moment)
        found, more = await self._lists.page(project, listing, moment)
        return [task_bytes(task) for task in found], more

    async def _as_it_was(self, today: Project, moment: datetime) -> Project:
        then = (await self._project_streams.as_of(project_contract.stream_of(today.id), moment)).state
        if then is None:
            raise not_found("project")
        return replace(then, members=today.members)
