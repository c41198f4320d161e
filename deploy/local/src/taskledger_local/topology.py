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
"""The log (`kernel.adapters.dynamodb_event_store`). Only the heads of streams have the keys of its index."""

KEYS: Final = Table(name="taskledger-keys", expiry="ttl")
"""Keys and values (`kernel.adapters.dynamodb_key_value_store`)."""

TABLES: Final = (LOG, KEYS)
