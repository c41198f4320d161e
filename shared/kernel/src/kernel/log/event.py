"""A recorded domain event: what happened, where in which stream, when and by whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

D_co = TypeVar("D_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Generic[D_co]):
    """One event of a stream with its decoded data; what a fold (`evolve`) is given.

    `version` counts from 1 within `stream`; `time` is UTC; `actor` is a user id, or None for the system.
    """

    stream: str
    version: int
    type: str
    time: datetime
    actor: str | None
    data: D_co
