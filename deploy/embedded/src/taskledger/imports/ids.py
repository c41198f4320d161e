"""Ids of what is imported, made from ids in the source: importing again finds what is there."""

import uuid
from typing import Final

_NAMESPACE: Final = uuid.UUID("6f1c1c64-1f0e-5a1c-9d39-7a1f3b9e2f10")


def made(*parts: str) -> str:
    """The id of these parts, always the same."""
    return str(uuid.uuid5(_NAMESPACE, "\x00".join(parts)))
