"""Is the log what was written? Every stored event is held against its stream's hash chain, and against a seal."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final

import orjson

from kernel.log import chain
from kernel.ports.event_store import EventStore, StoredEvent
from taskledger.seals import TRACE_BYTES, Seal, SealedStream

_AT_ONCE: Final = 50
_LINK: Final = b',"link":"'
"""How an export has an event's link: as the last attribute, before which its bytes are as they are stored."""

_TAIL: Final = len(_LINK) + 2 * chain.LINK_BYTES + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What an examination found. `links`: those of each stream's events. `unlinked`: events from before there were
    chains, which hang on the next link or on a seal alone. `findings`: the first of each stream, in lines to tell."""

    links: Mapping[str, Sequence[bytes]]
    events: int
    unlinked: int
    findings: Sequence[str]


def line(event: StoredEvent) -> bytes:
    """An event as an export has it: its bytes, with its link as one attribute more."""
    if event.link is None or not event.body.endswith(b"}"):
        return event.body
    return event.body[:-1] + _LINK + event.link.hex().encode() + b'"}'


async def prove(
    store: EventStore, seal: Seal | None = None, on_progress: Callable[[int, int], None] = lambda streams, of: None
) -> Proved:
    """Examine a log, which may be written to meanwhile. Nothing is written. Raises StoreUnavailable."""
    examined = _Examination(seal)
    examined.findings += await store.unsound()
    heads = {head.stream: head.version async for head in store.heads()}
    done = 0
    async for stream, events in _streams(store, heads):
        examined.stream(stream, events, at_least=heads[stream])
        done += 1
        if done % _AT_ONCE == 0:
            on_progress(done, len(heads))
    # Heads read after the events are at least as far as these.
    after = {head.stream: head.version async for head in store.heads()}
    for stream, links in examined.links.items():
        if after.get(stream, 0) < len(links):
            examined.findings.append(f"{stream}:{len(links)} is behind its head, which says {after.get(stream, 0)}")
    return examined.proved()


def prove_export(file: Path, seal: Seal | None = None) -> Proved:
    """Examine what `taskledger export --events` wrote, with nothing else. Raises OSError."""
    examined = _Examination(seal)
    for stream, events in groupby(_lines(file, examined.findings), key=lambda read: read[0]):
        if stream in examined.links:
            examined.findings.append(f"{stream}: its events do not stand together")
        else:
            examined.stream(stream, [event for _, event in events])
    return examined.proved()


def fault_of(stream: str, events: Sequence[StoredEvent], sealed: SealedStream | None, links: list[bytes]) -> str | None:
    """The first thing that is wrong with a stream, None where all is well; `links` is given the link of each event."""
    before = chain.first(stream)
    linked = False
    for expected, event in enumerate(events, 1):
        if event.version != expected:
            return (
                f"{stream}:{expected} is gone" if event.version > expected else f"{stream}:{event.version} was put in"
            )
        before = chain.link(before, event.body)
        links.append(before)
        if event.link is not None and event.link != before:
            return f"{stream}:{expected} is not as it was written"
        if event.link is None and linked:
            return f"{stream}:{expected} has lost its link"
        linked = event.link is not None
        if sealed and expected <= sealed.version:
            whole = expected == sealed.version and before != sealed.link
            if whole or sealed.trace(expected) != before[:TRACE_BYTES]:
                return f"{stream}:{expected} is not as it was sealed"
    if sealed and len(events) < sealed.version:
        return f"{stream}:{len(events) + 1} is gone; it was sealed up to {sealed.version}"
    return None


class _Examination:
    def __init__(self, seal: Seal | None) -> None:
        self._sealed = seal.streams if seal else {}
        self._events = 0
        self._unlinked = 0
        self.links: dict[str, Sequence[bytes]] = {}
        self.findings: list[str] = []

    def stream(self, stream: str, events: Sequence[StoredEvent], at_least: int = 1) -> None:
        links: list[bytes] = []
        fault = fault_of(stream, events, self._sealed.get(stream), links)
        if fault is None and len(events) < at_least:
            fault = f"{stream}:{len(events) + 1} is gone; its head says {at_least}"
        if fault is not None:
            self.findings.append(fault)
        self.links[stream] = links
        self._events += len(events)
        self._unlinked += sum(event.link is None for event in events)

    def proved(self) -> Proved:
        gone = [f"{stream}:1 is gone, with its whole stream" for stream in self._sealed if stream not in self.links]
        return Proved(
            links=self.links, events=self._events, unlinked=self._unlinked, findings=[*self.findings, *sorted(gone)]
        )


async def _streams(store: EventStore, heads: Mapping[str, int]) -> AsyncIterator[tuple[str, Sequence[StoredEvent]]]:
    ordered = iter(sorted(heads))
    while some := list(islice(ordered, _AT_ONCE)):
        loaded = await asyncio.gather(*(store.stored(stream) for stream in some))
        for found in zip(some, loaded, strict=True):
            yield found


def _lines(file: Path, findings: list[str]) -> Iterator[tuple[str, StoredEvent]]:
    with file.open("rb") as lines:
        for number, read in enumerate(lines, 1):
            text = read.rstrip(b"\r\n")
            if not text:
                continue
            try:
                body, link = _parted(text)
                document: Any = orjson.loads(body)
                stream, version = document["subject"], document["streamversion"]
                if not isinstance(stream, str) or type(version) is not int:
                    raise TypeError("it does not say of which stream it is")
            except (ValueError, LookupError, TypeError) as error:
                findings.append(f"line {number} is not an event as it was exported: {error}")
                continue
            yield stream, StoredEvent(version, body, link)


def _parted(text: bytes) -> tuple[bytes, bytes | None]:
    """The bytes as they were stored, and the link behind them."""
    tail = text[-_TAIL:]
    if not tail.startswith(_LINK):
        return text, None
    return text[:-_TAIL] + b"}", bytes.fromhex(tail[len(_LINK) : -2].decode())
