"""What a consumer runs over the log."""

from collections.abc import Sequence
from typing import Protocol

from kernel.log.envelope import Envelope
from kernel.ports.database import Write


class Handler(Protocol):
    """What a consumer does with the events of a stream."""

    def handles(self, stream: str) -> bool:
        """Whether streams of this kind concern the consumer at all."""
        ...

    async def apply(self, stream: str, events: Sequence[Envelope]) -> Sequence[Write]:
        """The writes that `events` (contiguous, oldest first, not empty) cause. It writes nothing itself.

        Raises CannotApply for an event that can never be applied, naming its version.
        """
        ...
