"""Tasks and their comments."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from contracts import task as task_contract
from contracts.project import Project
from contracts.task import Comment, Task, TaskEvent
from kernel.http import problems
from kernel.identity.people import People
from kernel.log.decider import Command, Decider, Outcome
from kernel.log.event import Recorded
from kernel.log.ids import is_id, new_id
from task_service.commands.matching import matching
from task_service.commands.projects import Projects
from task_service.domain import task as tasks
from task_service.domain.access import not_found
from task_service.mentions import has_mentions, mentioned
from task_service.numbers import Numbers
from task_service.places import Neighbours, Places

_POLL_SECONDS: Final = 0.05


class Tasks:
    """Tasks and their comments."""

    def __init__(
        self,
        decider: Decider[Task, TaskEvent],
        projects: Projects,
        numbers: Numbers,
        places: Places,
        directory: People,
        min_version_wait: float,
    ) -> None:
        self._decider = decider
        self._streams = decider.streams
        self._projects = projects
        self._numbers = numbers
        self._places = places
        self._directory = directory
        self._min_version_wait = min_version_wait

    async def _writable(self, task_id: str, user_id: str) -> Project:
        """A task's project as the log has it now, for whoever may write its tasks. Raises Rejection 404 or 403.

        A task never changes its project, so any state of it will do.
        """
        if not is_id(task_id):
            raise not_found("task")
        stream = task_contract.stream_of(task_id)
        folded = self._streams.cached(stream) or await self._streams.latest(stream)
        if folded.state is None:
            raise not_found("task")
        return await self._projects.writable(folded.state.project_id, user_id, "task")

    async def open(self, task_id: str, user_id: str) -> tuple[Task, Project]:
        """A task and its project, for a member. Raises Rejection 404 to everyone else."""
        if not is_id(task_id):
            raise not_found("task")
        task = (await self._streams.latest(task_contract.stream_of(task_id))).state
        if task is None:
            raise not_found("task")
        return task, await self._projects.readable(task.project_id, user_id, "task")

    async def read(self, task_id: str, user_id: str, min_version: int) -> Task:
        """A task, never older than `min_version`. Raises Problem 503 when the log does not get there in time."""
        task, _ = await self.open(task_id, user_id)
        if task.version < min_version:
            try:
                async with asyncio.timeout(self._min_version_wait):
                    while task.version < min_version:
                        await asyncio.sleep(_POLL_SECONDS)
                        task, _ = await self.open(task_id, user_id)
            except TimeoutError as late:
                raise problems.unavailable(f"The task is at version {task.version}, not yet {min_version}.") from late
        return task

    async def numbers(self, project_id: str, by: str, count: int) -> int:
        """So many numbers in a row for tasks to be made; the first. Raises Rejection, StoreUnavailable."""
        await self._projects.writable(project_id, by)
        return await self._numbers.block(project_id, count)

    async def latest(self, task_id: str) -> Task | None:
        """A task of whatever project as the log has it now, or None. Whoever shows it has to ask who may see it."""
        return (await self._streams.latest(task_contract.stream_of(task_id))).state

    async def create(
        self,
        project_id: str,
        new: tasks.CreateTask,
        command: Command,
        *,
        task_id: str | None = None,
        number: int | None = None,
    ) -> Outcome[Task]:
        """Make a task with the project's next number. An import has its own id, and one of its `numbers`, for it."""
        project = await self._projects.writable(project_id, new.by)
        replayed = await self._decider.replay(command)
        if replayed is not None:
            return replayed
        new = replace(new, mentions=await self._named(project, new.description))
        project = await self._projects.registered.without_erased(project, (*new.assignees, *new.mentions))
        tasks.create(new, project, 0)  # what will be rejected takes no number
        own = await self._numbers.next(project.id) if number is None else number
        stream = task_contract.stream_of(task_id or new_id())
        return await self._decider.execute(stream, lambda _: tasks.create(new, project, own), command, new=True)

    async def change(
        self,
        task_id: str,
        change: tasks.TaskChange,
        command: Command,
        if_match: str | None = None,
    ) -> Outcome[Task]:
        """Carry out a command on a task. Raises Rejection, also 412 where `If-Match` does not hold."""
        return await self._carry_out(task_id, await self._writable(task_id, change.by), change, command, if_match)

    async def _carry_out(
        self,
        task_id: str,
        project: Project,
        change: tasks.TaskChange,
        command: Command,
        if_match: str | None,
        result: Mapping[str, Any] | None = None,
    ) -> Outcome[Task]:
        project = await self._projects.registered.without_erased(project, tasks.coming(change))
        stream = task_contract.stream_of(task_id)
        return await self._decider.execute(
            stream, matching(if_match, lambda state: tasks.decide(change, state, project)), command, result
        )

    async def edit(
        self,
        task_id: str,
        edit: tasks.EditTask,
        neighbours: Neighbours | None,
        command: Command,
        if_match: str | None,
    ) -> Outcome[Task]:
        """Change some fields, and with `neighbours` the place among the others. Raises as `change`."""
        if neighbours is None:
            project = await self._writable(task_id, edit.by)
        else:
            task, project = await self.open(task_id, edit.by)
            project = tasks.writable(project, edit.by, "task")
            status = task.status if edit.status is tasks.KEEP else edit.status
            edit = replace(edit, place=await self._places.between(task, status, neighbours))
        if edit.description is not tasks.KEEP and has_mentions(edit.description):
            edit = replace(edit, mentions=await self._named(project, edit.description))
        return await self._carry_out(task_id, project, edit, command, if_match)

    async def add_comment(
        self, task_id: str, by: str, body: str, mentions: tuple[str, ...], command: Command, if_match: str | None
    ) -> Outcome[Task]:
        """Write a comment; its id is the outcome's `comment_id`."""
        project = await self._writable(task_id, by)
        comment_id, mentions = new_id(), await self._mentions(project, body, mentions)
        change = tasks.AddComment(by=by, comment_id=comment_id, body=body, mentions=mentions)
        return await self._carry_out(task_id, project, change, command, if_match, {"comment_id": comment_id})

    async def edit_comment(
        self,
        task_id: str,
        comment_id: str,
        by: str,
        body: str,
        mentions: tuple[str, ...],
        command: Command,
        if_match: str | None,
    ) -> Outcome[Task]:
        """Rewrite a comment of one's own."""
        project = await self._writable(task_id, by)
        mentions = await self._mentions(project, body, mentions)
        change = tasks.EditComment(by=by, comment_id=comment_id, body=body, mentions=mentions)
        return await self._carry_out(task_id, project, change, command, if_match)

    async def _mentions(self, project: Project, body: str, given: tuple[str, ...]) -> tuple[str, ...]:
        """Those given by id and those whose name follows an `@`; the decision keeps the members among them."""
        if not has_mentions(body):
            return given
        return (*given, *await self._named(project, body, given))

    async def _named(self, project: Project, text: str, given: tuple[str, ...] = ()) -> tuple[str, ...]:
        if not has_mentions(text):
            return ()
        return mentioned(text, await self._directory.names(list(project.members)), given)

    async def history(
        self, task_id: str, user_id: str, after: int, limit: int
    ) -> tuple[Sequence[Recorded[TaskEvent]], int | None]:
        """The events behind version `after`, oldest first, and the version to go on behind, if there are more."""
        task, _ = await self.open(task_id, user_id)
        upto = min(after + limit, task.version)
        envelopes = await self._streams.store.load(task_contract.stream_of(task.id), after, upto)
        events = [self._streams.codec.decode(envelope) for envelope in envelopes]
        return events, after + len(events) if after + len(events) < task.version else None

    async def comments(
        self, task_id: str, user_id: str, after: int, limit: int
    ) -> tuple[Sequence[Comment], int | None]:
        """The comments behind the first `after`, in the order they were written, and how many came before the next."""
        task, _ = await self.open(task_id, user_id)
        comments = list(task.comments.values())
        end = after + limit
        return comments[after:end], end if end < len(comments) else None
