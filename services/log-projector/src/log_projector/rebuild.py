"""A new generation of the read model from the log, beside the old one, while that serves and both are kept current."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from contracts.read_model import POLL_SECONDS, SCHEMA
from kernel.log.envelope import kind_of
from kernel.ports.event_store import EventStore
from kernel.process.platform import Platform
from kernel.process.settings import Settings
from log_projector.fill import Filler
from log_projector.generations import Generation, Generations
from log_projector.rows import Checkpoint, Difference, GenerationReader, differences, ranges
from log_projector.verify import PATIENCE_SECONDS
from log_projector.writes import KINDS

Stage: TypeAlias = Literal["fill", "follow", "compare", "switch"]

_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild has come in a stage: `streams` done `of` all where that is known, with so many `events`."""

    stage: Stage
    streams: int = 0
    of: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did. `filled_seconds` is how long the log took; `differences` are of the generation before."""

    generation: int
    before: int | None
    streams: int
    events: int
    filled_seconds: float
    differences: Sequence[Difference]


class RebuildRunning(Exception):
    """Another rebuild of this read model is at work."""


class NothingToSwitchTo(Exception):
    """There is no second live generation."""


async def rebuild(
    platform: Platform,
    settings: Settings,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    *,
    follow: float = 2 * POLL_SECONDS,
) -> Rebuilt:
    """Fill a new generation from the log, compare it with the one that is read, and switch to it.

    Projectors of this and other processes may run, and follow. Differences do not stop the switch: the new one is what
    the log says. The generation before stays, live, until the next rebuild. Raises RebuildRunning,
    DatabaseUnavailable, StoreUnavailable.
    """
    store = await platform.event_store(settings.event_store_url)
    generations = Generations(await platform.database(settings.read_model_url))
    await generations.prepare()
    known = await generations.all()
    if any(generation.being_filled for generation in known):
        raise RebuildRunning("a rebuild of this read model is running")
    before = await generations.active()
    outgoing = [generation.number for generation in known if generation.number != _kept(known, before)]
    for number in outgoing:
        await generations.mark(number, "leaving")

    number = await generations.begin()
    try:
        return await _Rebuild(store, generations, before, number, on_progress, follow).run(outgoing)
    except BaseException:
        await asyncio.shield(generations.mark(number, "leaving"))
        raise


async def fill_missing(
    platform: Platform, settings: Settings, on_progress: Callable[[Progress], None] = lambda progress: None
) -> Rebuilt | None:
    """Fill a generation of this program's schema unless there is one, before its services start; None where there is.

    Who reads one of another schema goes on. Raises RebuildRunning, DatabaseUnavailable, StoreUnavailable.
    """
    generations = Generations(await platform.database(settings.read_model_url))
    await generations.prepare()
    if await generations.active() is not None:
        return None
    return await rebuild(platform, settings, on_progress, follow=0.0)


async def switch_back(platform: Platform, settings: Settings) -> int:
    """Let readers have the newest live generation that they do not have now, and return its number.

    Projectors kept it current, so nothing is lost. Raises NothingToSwitchTo, DatabaseUnavailable.
    """
    generations = Generations(await platform.database(settings.read_model_url))
    active = await generations.active()
    others = [number for number in await generations.live() if number != active]
    if not others:
        raise NothingToSwitchTo("there is no second live generation; rebuild makes one")
    await generations.activate(others[-1])
    return others[-1]


def _kept(known: Sequence[Generation], active: int | None) -> int | None:
    """The generation that stays beside the new one: the one that is read, be it by a program of another schema."""
    if active is not None:
        return active
    return max((known.number for known in known if known.state == "live" and known.schema != SCHEMA), default=None)


class _Rebuild:
    def __init__(
        self,
        store: EventStore,
        generations: Generations,
        before: int | None,
        number: int,
        on_progress: Callable[[Progress], None],
        follow: float,
    ) -> None:
        self._store = store
        self._generations = generations
        self._before = before
        self._number = number
        self._on_progress = on_progress
        self._follow_seconds = follow
        self._filler = Filler(store, generations, number)
        self._filled = Progress("fill")

    async def run(self, outgoing: Sequence[int]) -> Rebuilt:
        started = time.perf_counter()
        await self._filler.fill(self._filling)
        seconds = time.perf_counter() - started
        await self._follow()
        found = [] if self._before is None else await self._compare(self._before)
        self._on_progress(Progress("switch"))
        await self._generations.activate(self._number)
        for number in outgoing:
            await self._generations.drop(number)
        return Rebuilt(self._number, self._before, self._filled.streams, self._filled.events, seconds, found)

    def _filling(self, streams: int, events: int) -> None:
        self._filled = Progress("fill", streams, events=events)
        self._on_progress(self._filled)

    async def _follow(self) -> None:
        """Keep the new generation current until running projectors have noticed it, and let go of outgoing ones."""
        self._on_progress(Progress("follow"))
        await self._generations.mark(self._number, "live")
        until = time.monotonic() + self._follow_seconds
        while time.monotonic() < until:
            await self._filler.catch_up()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _compare(self, before: int) -> Sequence[Difference]:
        """What the generation before has otherwise than the new one, each stream at one version."""
        # Where no projector runs, the old one has yet to learn what the new one was filled with.
        await Filler(self._store, self._generations, before).catch_up()
        old, new = (GenerationReader(self._generations.database, number) for number in (before, self._number))
        streams = [head.stream async for head in self._store.heads() if kind_of(head.stream) in KINDS]
        suspects: set[str] = set()
        compared = 0
        for asked in ranges(streams):
            left, right = (await old.snapshot(asked)).content, (await new.snapshot(asked)).content
            if left != right:
                suspects |= {stream for stream in {*left, *right} if left.get(stream) != right.get(stream)}
            compared += len(asked.known)
            self._on_progress(Progress("compare", compared, len(streams)))
        give_up = time.monotonic() + PATIENCE_SECONDS
        found: list[Difference] = []
        for stream in sorted(suspects):
            found += await _compare_stream(stream, old, new, give_up)
        return found


async def _compare_stream(
    stream: str, old: GenerationReader, new: GenerationReader, give_up: float
) -> Sequence[Difference]:
    while True:
        left, right = await old.of_stream(stream), await new.of_stream(stream)
        at, to = (each.checkpoints.get(stream, Checkpoint()) for each in (left, right))
        if at == to or time.monotonic() >= give_up:
            return differences(stream, right.content.get(stream, {}), left.content.get(stream, {}))
        await asyncio.sleep(_LOOK_SECONDS)
