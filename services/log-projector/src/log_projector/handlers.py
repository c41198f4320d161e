"""From events to writes: the projector's part of a consumer, one per generation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Final, TypeVar, cast

from sqlalchemy import bindparam, delete

from kernel.codecs import PROJECT_CODEC, TASK_CODEC
from kernel.contracts import project, task
from kernel.contracts.project import Project, ProjectEvent
from kernel.contracts.task import Task, TaskEvent
from kernel.envelope import Envelope, kind_of
from kernel.event import Recorded
from kernel.lru import Lru
from kernel.ports import EventStore
from kernel.read_model import tables
from kernel.sql import Statement, Write, upsert
from kernel.streams import Folded, Streams
from log_projector.views import Rows, Values, View, project_activity, project_view, task_activity, task_view

S = TypeVar("S")
E = TypeVar("E")

KINDS: Final = frozenset({"task", "project"})
"""The kinds of streams that the read model shows."""

_REMEMBERED_STATES: Final = 10_000
_REMEMBERED_VIEWS: Final = 500


class Projection:
    """Computes views. One for all generations: what one of them was given, the others will ask for next."""

    def __init__(self, store: EventStore) -> None:
        self._tasks: Streams[Task, TaskEvent] = Streams(store, TASK_CODEC, task.evolve, _REMEMBERED_STATES)
        self._projects: Streams[Project, ProjectEvent] = Streams(store, PROJECT_CODEC, project.evolve)
        self._views: Lru[tuple[str, int, int], View] = Lru(_REMEMBERED_VIEWS)

    async def view(self, stream: str, events: Sequence[Envelope]) -> View:
        """What `events` (contiguous, oldest first, not empty) change. Raises CannotApply."""
        asked = (stream, events[0].version, events[-1].version)
        view = self._views.get(asked)
        if view is None:
            if kind_of(stream) == "task":
                view = await _next_view(self._tasks, stream, events, task_activity, task_view)
            else:
                view = await _next_view(self._projects, stream, events, project_activity, project_view)
            self._views[asked] = view
        return view

    def whole(self, stream: str, events: Sequence[Envelope]) -> View:
        """What all events of a stream, from the first on, come to. Raises CannotApply."""
        if kind_of(stream) == "task":
            return _view(self._tasks, Folded(None, 0), events, task_activity, task_view)[0]
        return _view(self._projects, Folded(None, 0), events, project_activity, project_view)[0]


async def _next_view(
    streams: Streams[S, E],
    stream: str,
    events: Sequence[Envelope],
    row: Callable[[Recorded[E], S], Values],
    view: Callable[[S | None, S, Sequence[Values]], View],
) -> View:
    before = await streams.at(stream, events[0].version - 1)
    result, after = _view(streams, before, events, row, view)
    streams.remember(stream, after)
    return result


def _view(
    streams: Streams[S, E],
    before: Folded[S],
    events: Sequence[Envelope],
    row: Callable[[Recorded[E], S], Values],
    view: Callable[[S | None, S, Sequence[Values]], View],
) -> tuple[View, Folded[S]]:
    activity: list[Values] = []
    folded = before
    for envelope in events:
        event, folded = streams.step(folded, envelope)
        activity.append(row(event, cast(S, folded.state)))
    return view(before.state, cast(S, folded.state), activity), folded


class GenerationWriter:
    """The statements that write one generation."""

    def __init__(self, number: int) -> None:
        known = tables(number)
        every = {name.name: getattr(known, name.name) for name in fields(known) if name.name != "metadata"}
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
    """A `kernel.consumer.Handler` that keeps one generation current."""

    def __init__(self, projection: Projection, number: int) -> None:
        self._projection = projection
        self._writer = GenerationWriter(number)

    def handles(self, stream: str) -> bool:
        """Whether the stream is a task's or a project's."""
        return kind_of(stream) in KINDS

    async def apply(self, stream: str, events: Sequence[Envelope]) -> Sequence[Write]:
        """The writes of `events`. Raises CannotApply."""
        return self._writer.writes(await self._projection.view(stream, events))
