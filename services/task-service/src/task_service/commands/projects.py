"""Projects and their members."""

from dataclasses import replace
from datetime import UTC, datetime

from contracts import project as project_contract
from contracts.project import Project, ProjectEvent, Role
from kernel.identity.scopes import PROJECTS
from kernel.log.decider import Command, Decider, Outcome
from kernel.log.ids import is_id, new_id
from kernel.observe.context import current
from task_service.commands.matching import matching
from task_service.domain import project as projects
from task_service.domain import task as tasks
from task_service.domain.access import Need, require
from task_service.keys import ProjectKeys
from task_service.memberships import Memberships
from task_service.registered import Registered
from task_service.settings import Joining


class Projects:
    """Projects and their members."""

    def __init__(
        self,
        decider: Decider[Project, ProjectEvent],
        registered: Registered,
        memberships: Memberships,
        joining: Joining,
        keys: ProjectKeys,
    ) -> None:
        self.decider = decider
        self.registered = registered
        self.memberships = memberships
        self._joining = joining
        self._keys = keys

    async def latest(self, project_id: str) -> Project | None:
        """The project as the log has it now; None, also for one that the request's token is not bound to."""
        bound = PROJECTS.get()
        if not is_id(project_id) or (bound is not None and project_id not in bound):
            return None
        return (await self.decider.streams.latest(project_contract.stream_of(project_id))).state

    async def open(self, project_id: str, user_id: str, need: Need = "read") -> Project:
        """The project, deleted or not. Raises Rejection: 404 to strangers, 403 without the role."""
        return require(await self.latest(project_id), user_id, need)

    async def readable(self, project_id: str, user_id: str, what: str = "project") -> Project:
        """The project, if somebody may read its tasks. Raises Rejection 404 for the tasks' or the project's sake."""
        return tasks.readable(await self.latest(project_id), user_id, what)

    async def writable(self, project_id: str, user_id: str, what: str = "project") -> Project:
        """The project, if somebody may write its tasks. Raises as `readable`, and Rejection 403."""
        return tasks.writable(await self.latest(project_id), user_id, what)

    async def managed(self, project_id: str, user_id: str, need: Need = "read") -> Project:
        """As `open`, after somebody took over from owners who were erased."""
        project = await self.open(project_id, user_id)
        owners = [user for user, role in project.members.items() if role == "owner"]
        if len(await self.registered.erased(owners)) < len(owners):
            return require(project, user_id, need)
        gone = await self.registered.erased(project.members)
        command = Command(
            id=new_id(),
            fingerprint="",
            actor=None,
            time=datetime.now(UTC),
            correlation_id=current().correlation_id,
            traceparent=current().traceparent,
        )
        stream = project_contract.stream_of(project.id)
        outcome = await self.decider.execute(stream, lambda state: projects.succeed(state, gone), command)
        return require(outcome.state, user_id, need)

    async def create(
        self, new: projects.CreateProject, command: Command, *, project_id: str | None = None
    ) -> Outcome[Project]:
        """Make a project; without a key it gets one that none of its maker's projects has. An import has its own id."""
        replayed = await self.decider.replay(command)
        if replayed is not None:
            return replayed
        if new.key is None:
            new = replace(new, key=await self._keys.free(new.by, new.name))
        stream = project_contract.stream_of(project_id or new_id())
        outcome = await self.decider.execute(stream, lambda _: projects.create(new), command, new=True)
        self.memberships.note(outcome.state)
        return outcome

    async def change(
        self, project_id: str, change: projects.ProjectChange, command: Command, if_match: str | None = None
    ) -> Outcome[Project]:
        """Carry out a command on a project. Raises Rejection, also 412 where `If-Match` does not hold."""
        if isinstance(change, projects.RemoveMember) and change.user_id == change.by:
            # Whoever left has no access any more, but a repeated request is told again that it was done.
            replayed = await self.decider.replay(command)
            if replayed is not None:
                return replayed
        project = await self.managed(project_id, change.by, change.needs)
        if isinstance(change, projects.RemoveMember | projects.PutMember):
            owners = (user for user, role in project.members.items() if role == "owner" and user != change.user_id)
            change = replace(change, gone=await self.registered.erased(owners))
        stream = project_contract.stream_of(project.id)
        return await self.decider.execute(
            stream, matching(if_match, lambda state: projects.decide(change, state)), command
        )

    async def put_member(
        self, project_id: str, by: str, user_id: str, role: Role, command: Command, if_match: str | None
    ) -> Outcome[Project]:
        """Let a registered user in, where that needs no invitation, or change a member's role."""
        registered = await self.registered.has(user_id)
        invited = self._joining == "invited"
        change = projects.PutMember(by=by, user_id=user_id, role=role, registered=registered, invited_only=invited)
        outcome = await self.change(project_id, change, command, if_match)
        self.memberships.note(outcome.state)
        return outcome
