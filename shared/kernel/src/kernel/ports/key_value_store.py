"""The port to keys and values: sessions, credentials, counters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol

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
