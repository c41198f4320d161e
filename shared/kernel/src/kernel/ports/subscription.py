"""The port through which a consumer hears of new events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kernel.log.envelope import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A hint that `stream` has reached `version`. `envelope` is that event when the hop carries it."""

    stream: str
    version: int
    envelope: Envelope | None = None
    receipt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many messages a consumer has before it: `waiting` or with it, and `dead`, where there is such a queue."""

    waiting: int
    dead: int | None


class Subscription(Protocol):
    """Hints of new events for one consumer: at least once, in no promised order, possibly lost."""

    async def receive(self, limit: int) -> Sequence[Message]:
        """Wait for messages and return 1 to `limit` of them; an empty answer means that a poll timed out."""
        ...

    async def acknowledge(self, messages: Sequence[Message]) -> None:
        """Take messages off the queue. Messages never acknowledged are delivered again, where the adapter can."""
        ...

    async def depth(self) -> Depth:
        """How many messages there are, as far as the source knows: SQS counts by and by. Raises StoreUnavailable."""
        ...

    async def ping(self) -> None:
        """Return when the source answers. Raises StoreUnavailable."""
        ...

    async def close(self) -> None:
        """Stop; a waiting `receive` ends with an empty answer, a later one raises StoreUnavailable."""
        ...
