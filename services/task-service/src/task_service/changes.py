"""What became of projects between two moments, and since somebody last looked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson

from contracts import reader as reader_contract
from contracts.project import Project
from contracts.reader import Reader, ReaderCaughtUp, ReaderEvent
from contracts.task import Task, TaskEvent
from kernel.http.requests import decode_cursor, encode_cursor
from kernel.log.decider import Command, Decider, Outcome
from kernel.log.event import Recorded
from kernel.log.streams import Folded, Streams, until
from kernel.log.times import microseconds
from task_service.commands.projects import Projects
from task_service.domain.net import NetChange, net_change
from task_service.queries import Queries
from task_service.statements import touched_statement

_AT_ONCE: Final = 32
FIRST_LOOK: Final = timedelta(days=14)
"""How far back whoever never said "seen" is told."""

MOST: Final = 200
"""Tasks of one project that a catch-up tells."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What became of one project since a moment. `more`: more tasks were touched than are told."""

    project: Project
    since: datetime
    items: Sequence[NetChange]
    more: bool


class CaughtUp:
    """The marks that people set: up to here I have seen it."""

    def __init__(self, decider: Decider[Reader, ReaderEvent]) -> None:
        self._decider = decider

    async def of(self, user_id: str) -> Reader | None:
        """The marks of a person, or None where they never set one."""
        return (await self._decider.streams.latest(reader_contract.stream_of(user_id))).state

    async def mark(self, user_id: str, project_id: str | None, at: datetime, command: Command) -> Outcome[Reader]:
        """Move a person's mark, forward or back."""

        def decide(state: Reader | None) -> Sequence[ReaderEvent]:
            known = None if state is None else state.everywhere if project_id is None else state.seen(project_id)
            return [] if known == at else [ReaderCaughtUp(project_id=project_id, at=at)]

        return await self._decider.execute(reader_contract.stream_of(user_id), decide, command)


class Changes:
    """Net changes, made from the log; the read model says which tasks were touched."""

    def __init__(
        self, projects: Projects, streams: Streams[Task, TaskEvent], queries: Queries, caught_up: CaughtUp
    ) -> None:
        self._projects = projects
        self._streams = streams
        self._queries = queries
        self.marks = caught_up

    async def between(
        self, project_id: str, user_id: str, begin: datetime, end: datetime, cursor: str | None, limit: int
    ) -> tuple[Sequence[NetChange], str | None]:
        """What became of the tasks that were touched after `begin` and until `end`, and the cursor of the rest.

        Raises Rejection 404 to strangers, Problem 422 (cursor), DatabaseUnavailable. A page may have fewer items than
        the limit: what came back to where it was is left out.
        """
        await self._projects.open(project_id, user_id)
        after = "" if cursor is None else decode_cursor(cursor, str)[0]
        params = {
            "project": project_id,
            "begin": microseconds(begin),
            "end": microseconds(end),
            "after": after,
            "limit": limit + 1,
        }
        rows = await self._queries.fetch(touched_statement, params, long=True)
        touched = [stream for (stream,) in rows]
        more = encode_cursor(touched[limit - 1]) if len(touched) > limit else None
        turns = asyncio.Semaphore(_AT_ONCE)

        async def one(stream: str) -> NetChange | None:
            async with turns:
                return await self._net(stream, begin, end)

        found = await asyncio.gather(*map(one, touched[:limit]))
        return [item for item in found if item is not None], more

    async def since_seen(self, user_id: str, now: datetime) -> list[Caught]:
        """What became of all projects of a person since their marks; projects without news are left out."""
        marks = await self.marks.of(user_id)
        caught: list[Caught] = []
        cursor = None
        while True:
            documents, cursor = await self._queries.projects(user_id, cursor, 200)
            for document in documents:
                project = await self._projects.latest(orjson.loads(document)["id"])
                if project is None or project.deleted or project.role_of(user_id) is None:
                    continue
                seen = None if marks is None else marks.seen(project.id)
                since = seen if seen is not None else max(project.created_at, now - FIRST_LOOK)
                if since >= now:
                    continue
                items, more = await self.between(project.id, user_id, since, now, None, MOST)
                if items or more:
                    caught.append(Caught(project, since, items, more is not None))
            if cursor is None:
                return caught

    async def _net(self, stream: str, begin: datetime, end: datetime) -> NetChange | None:
        events = until(await self._streams.store.load(stream), end)
        before: Folded[Task] = self._streams.fold(Folded(None, 0), until(events, begin))
        after = before
        steps: list[Recorded[TaskEvent]] = []
        for envelope in events[before.version :]:
            event, after = self._streams.step(after, envelope)
            steps.append(event)
        return net_change(before.state, after.state, steps)
