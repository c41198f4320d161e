"""What a request with an `Idempotency-Key` leaves behind in the very write that does it.

A process may be killed between that write and the answer. Asked again, the use case finds what it recorded in `earlier`
and goes on from there to the answer that the first request would have had.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

from kernel.ports.key_value_store import Put


@dataclass(slots=True)
class Attempt:
    """One carrying out of a keyed request. `record` makes the write of facts; `facts` are those that there are."""

    record: Callable[[Mapping[str, str]], Put]
    facts: Mapping[str, str] = field(default_factory=dict)


attempt: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def earlier(name: str) -> str | None:
    """A fact that an attempt at this request recorded before it broke off; None without one, or without a key."""
    now = attempt.get()
    return None if now is None else now.facts.get(name)


def recorded(**facts: str) -> tuple[Put, ...]:
    """What is to be written together with what a use case does, so that one is not without the other: ids alone.

    Nothing without a key.
    """
    now = attempt.get()
    if now is None:
        return ()
    now.facts = {**now.facts, **facts}
    return (now.record(now.facts),)
