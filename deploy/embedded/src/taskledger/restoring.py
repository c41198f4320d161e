"""Reads back what `taskledger export --events` wrote: every event into an empty log, under the same ids."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import orjson

from kernel.log.envelope import Envelope
from kernel.ports.event_store import EventStore, StreamAppend

_AT_ONCE: Final = 50
_WEIGHT: Final = 1_000_000
_ITEMS: Final = 90
"""Fewer than an append takes at most."""


class CannotRestore(Exception):
    """The log is not empty, or the file is no export of events. What is wrong is said with its line."""


def holds_events(file: Path) -> bool:
    """Whether a file is an export of events: its first line is one."""
    with file.open("rb") as lines:
        first = lines.readline(1_000_000)
    try:
        document = orjson.loads(first)
    except orjson.JSONDecodeError:
        return False
    return isinstance(document, dict) and document.get("specversion") == "1.0" and "streamversion" in document


async def restore(store: EventStore, file: Path) -> tuple[int, int]:
    """Append every event of the file. Returns how many events and streams there are. Raises CannotRestore.

    The file is read twice, so that nothing is written of one that is wrong.
    """
    async for head in store.heads():
        raise CannotRestore(f"the log has events already, such as those of {head.stream}; begin with an empty folder")
    numbers: dict[str, int] = {}
    for _, events in groupby(_events(file), key=lambda event: event.stream):
        for expected, event in enumerate(events, 1):
            if event.version != expected:
                raise CannotRestore(f"{event.stream} has version {event.version} where {expected} comes next")
            _number(event, numbers)
    count, streams = 0, 0
    for stream, events in groupby(_events(file), key=lambda event: event.stream):
        streams += 1
        count += await _stream(store, stream, events)
    for project_id, highest in numbers.items():
        await store.allocate(f"project-{project_id}", highest)
    return count, streams


async def _stream(store: EventStore, stream: str, events: Iterator[Envelope]) -> int:
    written = 0
    page: list[Envelope] = []
    weight = 0
    for event in events:
        page.append(event)
        weight += len(event.to_json())
        # An event of a command stays with the others of it, as far as an append has room.
        if (len(page) >= _AT_ONCE or weight >= _WEIGHT) and (not event.continued or len(page) >= _ITEMS):
            await store.append([StreamAppend(stream=stream, expected=written, events=page)])
            written, page, weight = written + len(page), [], 0
    if page:
        await store.append([StreamAppend(stream=stream, expected=written, events=page)])
        written += len(page)
    return written


def _events(file: Path) -> Iterator[Envelope]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield Envelope.from_json(line)
            except (ValueError, KeyError, TypeError) as error:
                raise CannotRestore(f"line {number} is not an event: {error}") from error


def _number(event: Envelope, numbers: dict[str, int]) -> None:
    """Remember the highest number of each project, so that none is given twice."""
    if event.type != "task.created":
        return
    data: Any = event.data
    project_id, number = data.get("project_id"), data.get("number")
    if isinstance(project_id, str) and isinstance(number, int):
        numbers[project_id] = max(number, numbers.get(project_id, 0))
