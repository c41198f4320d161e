"""The ports between the services and the world. Adapters stand in `kernel.adapters`, one file per technology."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol

from kernel.envelope import Envelope

MAX_ITEMS_PER_APPEND: Final = 100
"""What DynamoDB allows in a transaction: the events, a head for each stream, the command. Every adapter keeps it."""

MAX_EVENTS_PER_APPEND: Final = 98
"""So many events of one stream go into an append, with or without a command."""

MAX_EVENT_BYTES: Final = 300 * 1024
"""The largest encoded event. DynamoDB refuses items over 400 KiB; the rest is room for keys and attributes."""

MAX_APPEND_BYTES: Final = 3584 * 1024
"""The largest append, encoded. DynamoDB allows 4 MB in a transaction; the rest is room for keys and attributes."""


# --- the log -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAppend:
    """One or more events to append to a stream whose head is at `expected` (0: the stream does not exist yet).

    The events' versions are `expected + 1` and so on, without a gap.
    """

    stream: str
    expected: int
    events: Sequence[Envelope]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRecord:
    """That a command was carried out. `fingerprint` tells what was asked, `outcome` (JSON) what came of it."""

    id: str
    fingerprint: str
    outcome: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest version of a stream and when it was written (UTC)."""

    stream: str
    version: int
    changed_at: datetime


class VersionConflict(Exception):
    """A stream's head is not where the append expected it. Nothing was written."""

    def __init__(self, stream: str, expected: int) -> None:
        super().__init__(f"{stream} is not at version {expected}")
        self.stream = stream
        self.expected = expected


class CommandAlreadyDone(Exception):
    """The command id was used before. Nothing was written. `record` is the first outcome."""

    def __init__(self, record: CommandRecord) -> None:
        super().__init__(f"command {record.id} was carried out before")
        self.record = record


class AppendRefused(ValueError):
    """The append breaks a limit (events, bytes) or its versions do not follow. Nothing was written."""


class StoreUnavailable(Exception):
    """A store does not answer or is throttled, after bounded retries. Whether a write happened is not known."""


class EventStore(Protocol):
    """The log: streams of events with contiguous versions. An append that returned is durable, all of it."""

    async def append(self, appends: Sequence[StreamAppend], command: CommandRecord | None = None) -> None:
        """Append to one or several streams and record the command, all in one transaction or not at all.

        Raises CommandAlreadyDone (checked before versions), VersionConflict, AppendRefused, StoreUnavailable.
        An empty `appends` records the command alone; a stream stands in it once.
        """
        ...

    async def load(self, stream: str, after: int = 0, upto: int | None = None) -> Sequence[Envelope]:
        """The events with `after < version <= upto`, oldest first; consistent with every append that returned."""
        ...

    async def command(self, command_id: str) -> CommandRecord | None:
        """The record of a command, or None when it was never carried out."""
        ...

    async def allocate(self, sequence: str, count: int = 1) -> int:
        """Take `count` numbers of a named sequence and return the first; durable, never given twice, from 1."""
        ...

    def heads(self, changed_since: datetime | None = None) -> AsyncIterator[Head]:
        """Every stream's head, or those changed at or after a time. The order is not defined."""
        ...

    async def ping(self) -> None:
        """Return when the store answers. Raises StoreUnavailable."""
        ...

    async def close(self) -> None:
        """Finish what was accepted and let go of every resource."""
        ...


# --- from the log to consumers -------------------------------------------------------------------------------------


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


# --- keys and values -----------------------------------------------------------------------------------------------

ABSENT: Final = 0
"""As `expect`: the key must not exist (or have expired)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A stored value. `version` counts the writes of this key from 1; `expires_at` is in UTC."""

    key: str
    value: bytes
    version: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Put:
    """Write a value. With `expect` only if the item's version is that (ABSENT: only if there is none)."""

    partition: str
    key: str
    value: bytes
    expires_at: datetime | None = None
    expect: int | None = None
    op: Literal["put"] = field(default="put", repr=False)


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove a key, existing or not. With `expect` only if the item's version is that."""

    partition: str
    key: str
    expect: int | None = None
    op: Literal["delete"] = field(default="delete", repr=False)


class ConditionFailed(Exception):
    """An `expect` did not hold; `index` tells of which operation. Nothing was written."""

    def __init__(self, index: int) -> None:
        super().__init__(f"the condition of operation {index} did not hold")
        self.index = index


class KeyValueStore(Protocol):
    """Small values by partition and key, with expiry: sessions, credentials, counters. Expired items are never seen."""

    async def get(self, partition: str, key: str) -> Item | None:
        """The item, consistent with every write that returned, or None."""
        ...

    async def write(self, *operations: Put | Delete) -> None:
        """Carry out up to 100 operations, each on another key, in one transaction.

        Raises ConditionFailed, ValueError (too many, or a key twice), StoreUnavailable; then nothing is written.
        """
        ...

    async def increment(self, partition: str, key: str, by: int = 1, expires_at: datetime | None = None) -> int:
        """Add to a counter atomically and return its new value. `expires_at` counts only when the counter is made.

        As an item, its value is the number in decimal digits. Raises ValueError where a value is no number.
        """
        ...

    async def query(self, partition: str, after: str = "", limit: int = 200, prefix: str = "") -> Sequence[Item]:
        """Items of a partition with `key > after` and this prefix, by key ascending, at most `limit`."""
        ...

    async def ping(self) -> None:
        """Return when the store answers. Raises StoreUnavailable."""
        ...

    async def close(self) -> None:
        """Finish what was accepted and let go of every resource."""
        ...


# --- mail ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one person. `id` becomes part of the Message-ID, so that a duplicate can be recognised."""

    id: str
    to: str
    subject: str
    text: str
    html: str


class MailRejected(Exception):
    """The address or the mail will never be accepted; retrying is no use."""


class MailUnavailable(Exception):
    """The mail system does not answer or throttles; a retry may succeed."""


class Mailer(Protocol):
    """Hands mails to a mail system."""

    async def send(self, mail: Mail) -> str:
        """Hand over one mail; returns the mail system's message id. Raises MailRejected, MailUnavailable."""
        ...

    async def ping(self) -> None:
        """Return when the mail system answers. Raises MailUnavailable."""
        ...

    async def close(self) -> None:
        """Let go of every resource."""
        ...
