"""Keeps every live generation of the read model current, and makes the first."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from contracts.read_model import POLL_SECONDS, consumer_name
from kernel.consuming.consumer import Consumer
from kernel.consuming.receiver import Receiver
from kernel.ports.database import Database, DatabaseUnavailable
from kernel.ports.event_store import EventStore
from kernel.ports.subscription import Message, Subscription
from log_projector.fill import Filler
from log_projector.generations import Generations
from log_projector.writes import Handler, Projection

log = structlog.get_logger("projector")

NAME: Final = "projector"
"""The name of the projector's subscription: one for all generations."""


class NotReadable(Exception):
    """Nobody can read lists yet."""


class Projector:
    """One receiver of messages, and one consumer for each live generation.

    Which generations are live is asked of the database, so that a rebuild in another process need not tell.
    `readable` is set once there is an active generation.
    """

    def __init__(self, store: EventStore, database: Database, subscription: Subscription) -> None:
        self._store = store
        self._database = database
        self._receiver = Receiver(NAME, subscription, self._settle)
        self._generations = Generations(database)
        self._projection = Projection(store)
        self.readable = asyncio.Event()
        self._running: dict[int, tuple[Consumer, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Make the first generation if there is none, then project until cancelled."""
        await self._make_first()
        self.readable.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._receiver.run())
            group.create_task(self._follow_generations(group))

    async def check_readable(self) -> None:
        """Raise NotReadable before there is a generation that readers of this schema can have."""
        if not self.readable.is_set():
            raise NotReadable("the read model of this schema is being filled")

    async def stop(self) -> None:
        """Take no more messages, and return when those at hand are settled and acknowledged."""
        await self._receiver.stop()

    async def _make_first(self) -> None:
        # Also after an upgrade: the generations of an older schema go on serving the older program.
        while await self._generations.active() is None:
            if any(known.being_filled for known in await self._generations.all()):
                await asyncio.sleep(POLL_SECONDS)
                continue
            number = await self._generations.begin()
            log.info("projector.first_generation", generation=number)
            await Filler(self._store, self._generations, number, self._projection).fill()
            await self._generations.mark(number, "live")
            await self._generations.activate(number)

    async def _settle(self, messages: Sequence[Message]) -> None:
        # What comes before a generation has a consumer is found by that consumer's first reconciliation.
        running = [consumer for consumer, _ in self._running.values()]
        if len(running) == 1:
            await running[0].settle(messages)
        else:
            await asyncio.gather(*(consumer.settle(messages) for consumer in running))

    async def _follow_generations(self, group: asyncio.TaskGroup) -> None:
        while True:
            try:
                live = await self._generations.live()
            except DatabaseUnavailable as fault:
                log.warning("projector.generations_unknown", fault=str(fault))
            else:
                for number in [number for number in self._running if number not in live]:
                    _, reconciling = self._running.pop(number)
                    reconciling.cancel()
                for number in live:
                    if number not in self._running:
                        consumer = self._consumer(number)
                        self._running[number] = consumer, group.create_task(consumer.run())
            await asyncio.sleep(POLL_SECONDS)

    def _consumer(self, number: int) -> Consumer:
        handler = Handler(self._projection, number)
        return Consumer(consumer_name(number), store=self._store, database=self._database, handler=handler)
