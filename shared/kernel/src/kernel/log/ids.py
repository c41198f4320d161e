"""Identifiers: UUIDv7 (RFC 9562), which sort by time of creation."""

import re
from typing import Final

from uuid_utils import uuid7

UUID_PATTERN: Final = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_UUID: Final = re.compile(UUID_PATTERN)


def new_id() -> str:
    """A new UUIDv7 in its canonical lower-case text form."""
    return str(uuid7())


def is_id(text: str) -> bool:
    """Whether `text` has the canonical form of a UUID."""
    return _UUID.match(text) is not None
