"""What the AWS shape consists of, described once: what sets it up here and what deploys it on AWS read this."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A secondary index of the items that have both of its keys, which are numbers; it holds `include` besides."""

    name: str
    partition: str
    sort: str
    include: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A DynamoDB table, on demand, with strings as keys.

    `stream`: its changes are streamed as NEW_IMAGE. `expiry`: the attribute, in seconds since 1970, after which
    DynamoDB removes an item.
    """

    name: str
    partition: str = "pk"
    sort: str = "sk"
    index: Index | None = None
    stream: bool = False
    expiry: str | None = None


LOG: Final = Table(
    name="taskledger-log",
    index=Index(name="heads", partition="slice", sort="changed_at", include=("version",)),
    stream=True,
)
"""The log (`kernel.adapters.dynamodb.event_store`). Only the heads of streams have the keys of its index."""

KEYS: Final = Table(name="taskledger-keys", expiry="ttl")
"""Keys and values of auth-service (`kernel.adapters.dynamodb.key_value_store`): people, sessions, signing keys."""

ANSWERS: Final = Table(name="taskledger-answers", expiry="ttl")
"""Keys and values of notify-service, the answers that it gave: it has no business with passwords."""

TABLES: Final = (LOG, KEYS, ANSWERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A standard queue of SQS with its dead-letter queue. Times are in seconds."""

    name: str
    visibility: int = 30
    long_poll: int = 20
    max_receives: int = 10
    """How often a message may be received before it goes to the dead-letter queue. Consumers that are started anew
    again and again during an outage must not use it up."""
    retention: int = 4 * 86_400
    dead_retention: int = 14 * 86_400

    @property
    def dead(self) -> str:
        """The name of the dead-letter queue."""
        return f"{self.name}-dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Routes events of the bus to a queue by their source."""

    name: str
    sources: tuple[str, ...]
    queue: Queue


BUS: Final = "taskledger"
"""The bus that the log's stream is piped to."""

PROJECTOR: Final = Queue(name="taskledger-projector")
NOTIFIER: Final = Queue(name="taskledger-notifier")
QUEUES: Final = (PROJECTOR, NOTIFIER)

RULES: Final = (
    Rule(name="taskledger-projector", sources=("/task-service",), queue=PROJECTOR),
    Rule(name="taskledger-notifier", sources=("/task-service", "/auth-service"), queue=NOTIFIER),
)
"""Who hears of what: the notifier of users too, for an erased one's inbox goes."""
