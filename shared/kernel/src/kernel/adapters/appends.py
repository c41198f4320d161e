"""What every adapter of the log asks of an append before it writes."""

from collections.abc import Sequence

from kernel.ports.event_store import (
    MAX_APPEND_BYTES,
    MAX_EVENT_BYTES,
    MAX_EVENTS_PER_APPEND,
    MAX_ITEMS_PER_APPEND,
    AppendRefused,
    CommandRecord,
    StreamAppend,
)


def encoded(appends: Sequence[StreamAppend], command: CommandRecord | None) -> list[list[bytes]]:
    """The events of each append as JSON. Raises AppendRefused where a limit of `kernel.ports` or an order is broken."""
    events = [_encoded(append) for append in appends]
    many = sum(map(len, events))
    if many > MAX_EVENTS_PER_APPEND:
        raise AppendRefused(f"{many} events in one append, the most is {MAX_EVENTS_PER_APPEND}")
    items = many + len(appends) + (command is not None)
    if items > MAX_ITEMS_PER_APPEND:
        raise AppendRefused(f"{items} items in one append (events, streams, command): more than {MAX_ITEMS_PER_APPEND}")
    if len({append.stream for append in appends}) < len(appends):
        raise AppendRefused("a stream appears twice in one append")
    size = sum(len(event) for each in events for event in each) + (len(command.outcome) if command else 0)
    if size > MAX_APPEND_BYTES:
        raise AppendRefused(f"{size} bytes in one append, the most is {MAX_APPEND_BYTES}")
    if command is not None and len(command.outcome) > MAX_EVENT_BYTES:
        raise AppendRefused(
            f"the outcome of {command.id} has {len(command.outcome)} bytes: more than {MAX_EVENT_BYTES}"
        )
    return events


def _encoded(append: StreamAppend) -> list[bytes]:
    if append.expected < 0 or not append.events:
        raise AppendRefused(f"an append to {append.stream} needs events and a version from 0")
    events: list[bytes] = []
    for version, event in enumerate(append.events, append.expected + 1):
        if event.stream != append.stream or event.version != version:
            raise AppendRefused(f"{event.id} is not the next event of {append.stream}, {append.stream}:{version}")
        try:
            event_json = event.to_json()
        except (TypeError, KeyError) as error:
            raise AppendRefused(f"{event.id} cannot be encoded: {error}") from error
        if len(event_json) > MAX_EVENT_BYTES:
            raise AppendRefused(f"{event.id} has {len(event_json)} bytes, the most is {MAX_EVENT_BYTES}")
        events.append(event_json)
    return events
