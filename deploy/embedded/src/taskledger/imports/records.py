"""What is remembered of imports, among keys and values: what each did, so that it can be undone, and where it went."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from kernel.ports.key_value_store import KeyValueStore, Put
from taskledger.imports.model import Draft

KEPT: Final = timedelta(days=365)

_AT_ONCE: Final = 500
_SAMPLE: Final = 200
_ALIKE: Final = 0.3
_SEEN: Final = 200


def sample(draft: Draft) -> Sequence[str]:
    """Some of the tasks' ids in the source, spread over the file: by them a newer file of the same is recognised."""
    step = max(1, len(draft.tasks) // _SAMPLE)
    return [task.source[:120] for task in draft.tasks[::step]][:_SAMPLE]


class Records:
    """The imports of one person."""

    def __init__(self, store: KeyValueStore, user_id: str) -> None:
        self._store = store
        self._partition = f"import:{user_id}"
        self._memory = f"import-columns:{user_id}"

    async def put(self, import_id: str, record: Mapping[str, Any]) -> None:
        """Write a record: `project_id`, `project_name`, `format`, `source`, `sample`, `at`, `state`, counts."""
        await self._store.write(Put(self._partition, import_id, orjson.dumps(record), _end()))

    async def get(self, import_id: str) -> dict[str, Any] | None:
        """A record, or None."""
        item = await self._store.get(self._partition, import_id)
        return None if item is None else orjson.loads(item.value)

    async def newest(self, limit: int = 50) -> Sequence[tuple[str, dict[str, Any]]]:
        """Imports with their records, the newest first; their ids sort by time."""
        found: list[tuple[str, dict[str, Any]]] = []
        after = ""
        while items := await self._store.query(self._partition, after):
            found += [(item.key, orjson.loads(item.value)) for item in items]
            found, after = found[-_SEEN:], items[-1].key
        return found[::-1][:limit]

    async def known(self, draft: Draft) -> str | None:
        """The project that an earlier export of the same went into: by the board's id, else by the tasks' ids."""
        here = {task.source[:120] for task in draft.tasks}
        for _, record in await self.newest(_SEEN):
            if record["state"] == "undone" or record["format"] != draft.format:
                continue
            if draft.source and record["source"]:
                if draft.source == record["source"]:
                    return str(record["project_id"])
                continue
            if record["sample"] and sum(one in here for one in record["sample"]) >= _ALIKE * len(record["sample"]):
                return str(record["project_id"])
        return None

    async def undone(self, project_id: str) -> frozenset[str]:
        """The tasks of a project that imports made and that were taken back."""
        found: set[str] = set()
        for import_id, record in await self.newest(_SEEN):
            if record["state"] == "undone" and record["project_id"] == project_id:
                found |= {entry["task"] async for entry in Journal(self._store, import_id).entries() if entry["made"]}
        return frozenset(found)

    # --- what a kind of file's columns were said to be ---

    async def columns(self, kind: str) -> Mapping[str, str]:
        """What the columns of this kind of file were said to hold."""
        item = await self._store.get(self._memory, kind)
        return {} if item is None else orjson.loads(item.value)

    async def remember(self, kind: str, columns: Mapping[str, str]) -> None:
        """Keep it for the next file of the kind."""
        await self._store.write(Put(self._memory, kind, orjson.dumps(dict(columns)), _end()))


class Journal:
    """What an import did to each task, in the order it was done: `task`, `made`, and `fields` with `old` and `new`."""

    def __init__(self, store: KeyValueStore, import_id: str) -> None:
        self._store = store
        self._partition = f"import-journal:{import_id}"
        self._waiting: list[Mapping[str, Any]] = []
        self._page = 0

    async def add(self, entry: Mapping[str, Any]) -> None:
        """Note what is about to be done."""
        self._waiting.append(entry)
        if len(self._waiting) >= _AT_ONCE:
            await self.flush()

    async def add_all(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Note several, and have them stored."""
        for entry in entries:
            await self.add(entry)
        await self.flush()

    async def flush(self) -> None:
        """Store what waits."""
        waiting, self._waiting = self._waiting, []
        size = 200_000
        while waiting:
            page, weight = [], 0
            while waiting and weight < size:
                page.append(waiting.pop(0))
                weight += len(orjson.dumps(page[-1]))
            self._page += 1
            key = f"{self._page:08d}"
            await self._store.write(Put(self._partition, key, orjson.dumps(page), _end()))

    async def entries(self) -> AsyncIterator[dict[str, Any]]:
        """All of it."""
        after = ""
        while items := await self._store.query(self._partition, after, 20):
            for item in items:
                for entry in orjson.loads(item.value):
                    yield entry
            after = items[-1].key


def _end() -> datetime:
    return datetime.now(UTC) + KEPT
