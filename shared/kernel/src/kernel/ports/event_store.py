"""The port to the log: streams of events, appended in one transaction that checks versions."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from kernel.log.envelope import Envelope

MAX_ITEMS_PER_APPEND: Final = 100
"""What DynamoDB allows in a transaction: the events, a head for each stream, the command. Every adapter keeps it."""

MAX_EVENTS_PER_APPEND: Final = 98
"""So many events of one stream go into an append, with or without a command."""

MAX_EVENT_BYTES: Final = 300 * 1024
"""The largest encoded event. DynamoDB refuses items over 400 KiB; the rest is room for keys and attributes."""

MAX_APPEND_BYTES: Final = 3584 * 1024
"""The largest append, encoded. DynamoDB allows 4 MB in a transaction; the rest is room for keys and attributes."""


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


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as its bytes lie there, with the link of its stream's hash chain (`kernel.log.chain`) made at append.

    `link` is None for an event that was written before there were chains; the next link holds it too.
    """

    version: int
    body: bytes
    link: bytes | None


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

    async def stored(self, stream: str) -> Sequence[StoredEvent]:
        """All that is kept of a stream, by version, as it is kept and whatever it is: for who examines the log."""
        ...

    async def newest_link(self, stream: str) -> tuple[int, bytes] | None:
        """The version and the link of a stream's newest event, or None where there is no such stream."""
        ...

    async def unsound(self) -> Sequence[str]:
        """What the adapter finds wrong with the store as a whole, in lines to tell. Nothing is written."""
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
