"""What a project's streams come to: the newest link of each, and one root over them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import bindparam, select

from contracts import project as project_contract
from contracts import task as task_contract
from contracts.read_model import tables
from kernel.log import chain
from kernel.ports.database import Statement
from kernel.ports.event_store import EventStore
from task_service.commands.projects import Projects
from task_service.queries import Queries

_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Proof:
    """Stream, version and newest link of the project and of each of its tasks, deleted ones too; and their root."""

    streams: Sequence[tuple[str, int, bytes]]
    root: bytes


class Proofs:
    """The use case of proving a project: whoever may read it can keep what was, and hold it against what will be."""

    def __init__(self, store: EventStore, queries: Queries, projects: Projects) -> None:
        self._store = store
        self._queries = queries
        self._projects = projects

    async def of(self, project_id: str, user_id: str) -> Proof:
        """The proof of a project as it is now. Raises Rejection 404 to strangers."""
        project = await self._projects.open(project_id, user_id)
        rows = await self._queries.fetch(_tasks_statement, {"project": project.id}, long=True)
        streams = [project_contract.stream_of(project.id), *(task_contract.stream_of(row[0]) for row in rows)]
        found: list[tuple[str, int, bytes]] = []
        for start in range(0, len(streams), _AT_ONCE):
            some = streams[start : start + _AT_ONCE]
            links = await asyncio.gather(*map(self._store.newest_link, some))
            found += [(stream, *newest) for stream, newest in zip(some, links, strict=True) if newest is not None]
        return Proof(sorted(found), chain.root(found))


@lru_cache(maxsize=8)
def _tasks_statement(number: int) -> Statement:
    """Of a generation: the ids of all tasks of a project."""
    t = tables(number).tasks.c
    return Statement(select(t.task_id).where(t.project_id == bindparam("project")))
