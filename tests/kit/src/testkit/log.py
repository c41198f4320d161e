"""What tests of every service need: envelopes, append in one line, waiting for a condition."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from kernel.log.envelope import Envelope
from kernel.ports.event_store import EventStore, StreamAppend

NOON: Final = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def envelope(
    stream: str,
    version: int,
    data: Mapping[str, Any] | None = None,
    *,
    type: str = "task.labelled",  # noqa: A002 - the attribute's name in CloudEvents
    schema_version: int = 1,
    time: datetime = NOON,
    actor: str | None = "somebody",
    command_id: str = "a-command",
) -> Envelope:
    """An event as the log keeps it."""
    return Envelope(
        stream=stream,
        version=version,
        type=type,
        schema_version=schema_version,
        time=time,
        data=data if data is not None else {"n": version},
        actor=actor,
        command_id=command_id,
        correlation_id="a-request",
    )


def to_append(stream: str, expected: int, count: int = 1) -> StreamAppend:
    """`count` events for a stream whose head is at `expected`."""
    events = [envelope(stream, version) for version in range(expected + 1, expected + count + 1)]
    return StreamAppend(stream=stream, expected=expected, events=events)


async def extend(store: EventStore, stream: str, expected: int, count: int = 1) -> Sequence[Envelope]:
    """Append `count` events to a stream whose head is at `expected`, and return them."""
    appended = to_append(stream, expected, count)
    await store.append([appended])
    return appended.events


async def eventually(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 10.0) -> None:
    """Return as soon as a condition holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            held = condition()
            if held is True or (not isinstance(held, bool) and await held):
                return
            await asyncio.sleep(0.005)
