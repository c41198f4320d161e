"""From events to writes: the projector's part of a consumer, one per generation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar, cast

from sqlalchemy import bindparam, delete

from contracts import project, task
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.read_model import tables
from kernel.log.envelope import Envelope, kind_of
from kernel.log.event import Recorded
from kernel.log.lru import Heavy
from kernel.log.streams import MIB, Folded, Streams
from kernel.log.weight import weigh
from kernel.ports.database import Statement, Write, upsert
from kernel.ports.event_store import EventStore
from log_projector.projections import Rows, Values, View, project_moment, project_view, task_moment, task_view

S = TypeVar("S")
E = TypeVar("E")

KINDS: Final = frozenset({"task", "project"})
"""The kinds of streams that the read model shows."""

_TASKS: Final = 24 * MIB
_PROJECTS: Final = 8 * MIB
_VIEWS: Final = 8 * MIB
"""Bytes that are remembered."""


class _Aggregate(Generic[S, E]):
    """One kind of stream: its fold, and what of it becomes rows."""

    def __init__(
        self,
        streams: Streams[S, E],
        moment_of: Callable[[Recorded[E], S | None, S], Rows],
        view_of: Callable[[S | None, S, Rows], View],
    ) -> None:
        self._streams = streams
        self._moment_of = moment_of
        self._view_of = view_of

    async def next(self, stream: str, events: Sequence[Envelope]) -> View:
        before = await self._streams.at(stream, events[0].version - 1)
        view, after = self._fold(before, events)
        self._streams.remember(stream, after)
        return view

    def whole(self, events: Sequence[Envelope]) -> View:
        return self._fold(Folded(None, 0), events)[0]

    def _fold(self, before: Folded[S], events: Sequence[Envelope]) -> tuple[View, Folded[S]]:
        moments: dict[str, list[Values]] = {}
        folded = before
        for envelope in events:
            state = folded.state
            event, folded = self._streams.step(folded, envelope)
            for name, rows in self._moment_of(event, state, cast(S, folded.state)).items():
                moments.setdefault(name, []).extend(rows)
        return self._view_of(before.state, cast(S, folded.state), moments), folded


class Projection:
    """Computes views. One for all generations: what one of them was given, the others will ask for next."""

    def __init__(self, store: EventStore) -> None:
        tasks = Streams(store, TASK_CODEC, task.evolve, _TASKS)
        projects = Streams(store, PROJECT_CODEC, project.evolve, _PROJECTS)
        self._kinds: Mapping[str, _Aggregate[Any, Any]] = {
            "task": _Aggregate(tasks, task_moment, task_view),
            "project": _Aggregate(projects, project_moment, project_view),
        }
        self._views: Heavy[tuple[str, int, int], View] = Heavy(_VIEWS)

    async def view(self, stream: str, events: Sequence[Envelope]) -> View:
        """What `events` (contiguous, oldest first, not empty) change. Raises CannotApply."""
        asked = (stream, events[0].version, events[-1].version)
        view = self._views.get(asked)
        if view is None:
            view = await self._kinds[kind_of(stream)].next(stream, events)
            self._views.put(asked, view, weigh((asked, view)))
        return view

    def whole(self, stream: str, events: Sequence[Envelope]) -> View:
        """What all events of a stream, from the first on, come to. Raises CannotApply."""
        return self._kinds[kind_of(stream)].whole(events)


class GenerationWriter:
    """The statements that write one generation."""

    def __init__(self, number: int) -> None:
        every = tables(number).by_name
        self._put: Mapping[str, Statement] = {name: upsert(table) for name, table in every.items()}
        self._remove: Mapping[str, Statement] = {
            name: Statement(delete(table).where(*(column == bindparam(column.name) for column in table.primary_key)))
            for name, table in every.items()
        }

    def writes(self, view: View) -> Sequence[Write]:
        """The writes that a view asks for; rows that go do so first."""
        return [*(Write(self._remove[name], rows) for name, rows in view.gone.items() if rows), *self.put(view.put)]

    def put(self, rows: Rows) -> Sequence[Write]:
        """The writes of rows alone."""
        return [Write(self._put[name], some) for name, some in rows.items() if some]


class Handler:
    """A `kernel.consuming.handler.Handler` that keeps one generation current."""

    def __init__(self, projection: Projection, number: int) -> None:
        self._projection = projection
        self._writer = GenerationWriter(number)

    def handles(self, stream: str) -> bool:
        """Whether the stream is a task's or a project's."""
        return kind_of(stream) in KINDS

    async def apply(self, stream: str, events: Sequence[Envelope]) -> Sequence[Write]:
        """The writes of `events`. Raises CannotApply."""
        return self._writer.writes(await self._projection.view(stream, events))
