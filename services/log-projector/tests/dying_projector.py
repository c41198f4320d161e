"""A projector that kills itself right before or after a commit: `dying_projector.py LOG READ_MODEL MOMENT NTH`."""

import asyncio
import os
import signal
import sys

from contracts.read_model import consumer_name
from kernel.consuming.consumer import Consumer
from kernel.ports.database import Database, Write
from kernel.ports.subscription import Message
from kernel.process.platform import Platform
from log_projector.generations import Generations
from log_projector.writes import Handler, Projection

STREAMS_EACH = 4
"""Few, so that there are many commits to die at."""


class Dying:
    """A database whose `nth` write is the last thing that the process does, or does not do any more."""

    def __init__(self, inner: Database, moment: str, nth: int) -> None:
        self.inner = inner
        self.moment = moment
        self.left = nth
        self.turn = asyncio.Lock()

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    async def write(self, *writes: Write, durable: bool = True) -> None:
        async with self.turn:
            self.left -= 1
            if self.left == 0 and self.moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            await self.inner.write(*writes, durable=durable)
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


async def main(log: str, read_model: str, moment: str, nth: int) -> None:
    async with Platform() as platform:
        store = await platform.event_store(log)
        database = await platform.database(read_model)
        (number,) = await Generations(database).live()
        dying = Dying(database, moment, nth)
        handler = Handler(Projection(store), number)
        consumer = Consumer(consumer_name(number), store=store, database=dying, handler=handler)  # type: ignore[arg-type]
        hints = [Message(stream=head.stream, version=head.version) async for head in store.heads()]
        for first in range(0, len(hints), STREAMS_EACH):
            await consumer.handle(hints[first : first + STREAMS_EACH])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
