"""The rows of a generation, stream by stream: as they are in the database, and as the log says they should be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Table, bindparam, select

from contracts.read_model import consumer_name, tables
from kernel.consuming import checkpoints
from kernel.log.envelope import id_of, kind_of
from kernel.ports.database import Database, Row, Statement
from log_projector.projections import Rows

Kind: TypeAlias = Literal["missing", "extra", "different", "blocked", "log"]

Content: TypeAlias = Mapping[str, Mapping[Row, Row]]
"""What a stream has in a generation: by table, each row's key and the row."""

_OWNED: Final[Mapping[str, Sequence[str]]] = {
    "project": ("projects", "statuses", "members"),
    "task": ("tasks", "assignees", "labels", "flow", "assigned", "past", "comments", "titles"),
}
"""The tables whose first key column is the id of a project or of a task; `activity` has the stream itself."""

STREAMS_AT_ONCE: Final = 200
_AFTER_ALL: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the log says. `key` is the row's in `table`; of kind `log` and `blocked` it is empty."""

    kind: Kind
    stream: str
    table: str = ""
    key: Row = ()
    detail: str = ""

    def __str__(self) -> str:
        where = " ".join([self.table, *map(str, self.key)]).strip()
        return " ".join(part for part in (self.stream, self.kind, where, self.detail) if part)


@dataclass(frozen=True, slots=True)
class Range:
    """The streams with `low < stream <= high`, their ids in `low_id < id <= high_id`; `known`: those the log has."""

    kind: str
    low: str
    high: str
    low_id: str
    high_id: str
    known: Sequence[str]


def ranges(streams: Sequence[str]) -> Iterator[Range]:
    """Ranges that leave no row out, whatever stream it says it is of, each with some of the streams given."""
    low = ""
    for kind, end in (("project", "task-"), ("task", _AFTER_ALL)):
        known = sorted(stream for stream in streams if kind_of(stream) == kind)
        low_id = ""
        for start in range(0, max(1, len(known)), STREAMS_AT_ONCE):
            batch = known[start : start + STREAMS_AT_ONCE]
            last = start + STREAMS_AT_ONCE >= len(known)
            high, high_id = (end, _AFTER_ALL) if last else (batch[-1], id_of(batch[-1]))
            yield Range(kind, low, high, low_id, high_id, batch)
            low, low_id = high, high_id


def alone(stream: str) -> Range:
    """The range of one stream."""
    return Range(kind_of(stream), _before(stream), stream, _before(id_of(stream)), id_of(stream), [stream])


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a generation has come in a stream, and at which version it is blocked, if it is."""

    version: int = 0
    blocked: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What some streams have in a generation."""

    checkpoints: Mapping[str, Checkpoint]
    content: Mapping[str, Content]


class GenerationReader:
    """Reads one generation, stream by stream."""

    def __init__(self, database: Database, number: int) -> None:
        self.database = database
        self.number = number
        self._tables = tables(number).by_name
        self._keys = {name: len(table.primary_key) for name, table in self._tables.items()}
        self._read = {name: _between(table) for name, table in self._tables.items()}

    async def snapshot(self, asked: Range) -> Snapshot:
        """What the streams of a range have, known to the log or not."""
        bounds = {"low": asked.low, "high": asked.high}
        ids = {"low": asked.low_id, "high": asked.high_id}
        rows = await self.database.fetch(_CHECKPOINTS, {**bounds, "consumer_": consumer_name(self.number)}, long=True)
        found = {stream: Checkpoint(version, blocked) for stream, version, blocked in rows}
        content: dict[str, dict[str, dict[Row, Row]]] = {}
        for name in (*_OWNED.get(asked.kind, ()), "activity"):
            owned = name != "activity"
            length = self._keys[name]
            for row in await self.database.fetch(self._read[name], ids if owned else bounds, long=True):
                stream = f"{asked.kind}-{row[0]}" if owned else row[0]
                content.setdefault(stream, {}).setdefault(name, {})[row[:length]] = row
        return Snapshot(found, content)

    async def of_stream(self, stream: str) -> Snapshot:
        """What one stream has, the same in two readings, so that rows and checkpoint belong together."""
        snapshot = await self.snapshot(alone(stream))
        while True:
            again = await self.snapshot(alone(stream))
            if again == snapshot:
                return snapshot
            snapshot = again

    def expected(self, rows: Rows) -> Content:
        """The content that rows to be written make."""
        content: dict[str, dict[Row, Row]] = {}
        for name, some in rows.items():
            columns, length = [column.name for column in self._tables[name].columns], self._keys[name]
            for values in some:
                row = tuple(values[column] for column in columns)
                content.setdefault(name, {})[row[:length]] = row
        return content


def differences(stream: str, wanted: Content, found: Content) -> list[Difference]:
    """What `found` lacks, has too much and has otherwise."""
    result: list[Difference] = []
    for name in sorted({*wanted, *found}):
        left: Mapping[Row, Any] = wanted.get(name, {})
        right: Mapping[Row, Any] = found.get(name, {})
        for key in sorted({*left, *right}):
            if left.get(key) == right.get(key):
                continue
            kind: Kind = "missing" if key not in right else "extra" if key not in left else "different"
            result.append(Difference(kind, stream, name, key))
    return result


_cp = checkpoints.checkpoints.c
_CHECKPOINTS: Final = Statement(
    select(_cp.stream, _cp.version, _cp.blocked_version).where(
        _cp.consumer == bindparam("consumer_"), _cp.stream > bindparam("low"), _cp.stream <= bindparam("high")
    )
)


def _between(table: Table) -> Statement:
    owner = next(iter(table.primary_key))
    return Statement(select(table).where(owner > bindparam("low"), owner <= bindparam("high")))


def _before(text: str) -> str:
    """A text behind which `text` is the next that is in use."""
    return text[:-1] + chr(ord(text[-1]) - 1) + _AFTER_ALL if text else ""
