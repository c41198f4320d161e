"""Who is still there. An erased person stays in the streams of projects and tasks, and counts as nobody there."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from contracts.project import Project
from contracts.user import User, UserEvent, stream_of
from kernel.log.ids import is_id
from kernel.log.streams import Streams


class Registered:
    """The people of the log, as their own streams have them now."""

    def __init__(self, users: Streams[User, UserEvent]) -> None:
        self._users = users

    async def has(self, user_id: str) -> bool:
        """Whether there is such a person, who was not erased."""
        user = (await self._users.latest(stream_of(user_id))).state if is_id(user_id) else None
        return user is not None and not user.erased

    async def erased(self, user_ids: Iterable[str]) -> frozenset[str]:
        """Those among them who were erased. Someone whom the log does not know yet was not."""
        ids = [user_id for user_id in dict.fromkeys(user_ids) if is_id(user_id)]
        states = await asyncio.gather(*(self._users.latest(stream_of(user_id)) for user_id in ids))
        gone = (user_id for user_id, at in zip(ids, states, strict=True) if at.state is not None and at.state.erased)
        return frozenset(gone)

    async def without_erased(self, project: Project, coming: Iterable[str]) -> Project:
        """The project as a decision on its tasks sees it: of those who are to come, the erased are no members."""
        gone = await self.erased(user_id for user_id in coming if project.role_of(user_id) is not None)
        if not gone:
            return project
        return replace(project, members={user: role for user, role in project.members.items() if user not in gone})
