"""How far a consumer is behind the log, as a reconciliation finds it."""

from datetime import UTC, datetime
from typing import Final

from kernel.observe.telemetry import CONSUMER_BEHIND, CONSUMER_BEHIND_EVENTS, CONSUMER_BEHIND_SECONDS
from kernel.ports.event_store import Head

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Lag:
    """What one reconciliation has found so far. `tell` makes it the metrics of the consumer."""

    def __init__(self, consumer: str) -> None:
        self.streams = 0
        self._consumer = consumer
        self._events = 0
        self._since = _NEVER

    def unfinished(self, streams: int) -> None:
        """Streams that go on after they were blocked."""
        self.streams += streams

    def behind(self, head: Head, version: int) -> None:
        """A stream of which no more than `version` is applied."""
        self.streams += 1
        self._events += head.version - version
        self._since = min(self._since, head.changed_at)

    def tell(self) -> None:
        """Set the metrics."""
        waited = (datetime.now(UTC) - self._since).total_seconds() if self._since != _NEVER else 0.0
        CONSUMER_BEHIND.labels(self._consumer).set(self.streams)
        CONSUMER_BEHIND_EVENTS.labels(self._consumer).set(self._events)
        CONSUMER_BEHIND_SECONDS.labels(self._consumer).set(max(0.0, waited))
