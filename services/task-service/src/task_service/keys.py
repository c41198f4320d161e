"""Keys of projects: OPS in OPS-12. Of one person's projects no two get the same from their names."""

import orjson

from kernel.ports.database import DatabaseUnavailable
from kernel.ports.event_store import EventStore
from task_service.domain.project import key_from, next_key
from task_service.queries import Queries


class ProjectKeys:
    """Gives out keys. Sequences of the log decide between two projects that one person makes at the same time."""

    def __init__(self, store: EventStore, queries: Queries) -> None:
        self._store = store
        self._queries = queries

    async def free(self, user_id: str, name: str) -> str:
        """The next free key for a project of that name, deleted ones counted in. Raises StoreUnavailable."""
        taken = await self._taken(user_id)
        while True:
            key = next_key(key_from(name), taken)
            if await self._store.allocate(f"key-{user_id}-{key}") == 1:
                return key
            taken.add(key)

    async def _taken(self, user_id: str) -> set[str]:
        """Those of the person's projects, as far as the read model knows them: who makes one does not wait for it."""
        found: set[str] = set()
        try:
            for deleted in (False, True):
                cursor = None
                while True:
                    documents, cursor = await self._queries.projects(user_id, cursor, 200, deleted=deleted)
                    found.update(orjson.loads(document)["key"] for document in documents)
                    if cursor is None:
                        break
        except DatabaseUnavailable:
            pass  # the sequences know those that were given out here
        return found
