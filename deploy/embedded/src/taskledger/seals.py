"""A seal: one root over the newest link of every stream, with what tells later which event was changed first."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from kernel.log import chain

FORMAT: Final = "taskledger-seal-1"
TRACE_BYTES: Final = 4
"""So much of each event's link is in a seal: it tells which event was changed. That one was, the whole link tells."""


class BadSeal(Exception):
    """The file is no seal, or not as it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedStream:
    """A stream as it was sealed: its version, its newest link, and the first bytes of each link, version by version."""

    version: int
    link: bytes
    traces: bytes

    def trace(self, version: int) -> bytes:
        """What was kept of an event's link."""
        return self.traces[(version - 1) * TRACE_BYTES : version * TRACE_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What a log was at a moment (RFC 3339)."""

    made_at: str
    streams: Mapping[str, SealedStream]

    @property
    def root(self) -> str:
        """The Merkle root, as hexadecimal digits: who has kept these alone can tell whether a seal is the one."""
        return chain.root((stream, kept.version, kept.link) for stream, kept in self.streams.items()).hex()

    @property
    def events(self) -> int:
        """How many events are under it."""
        return sum(kept.version for kept in self.streams.values())

    def to_json(self) -> bytes:
        """The file of a seal."""
        heads = [
            [stream, kept.version, kept.link.hex(), b64encode(kept.traces).decode()]
            for stream, kept in sorted(self.streams.items())
        ]
        document = {
            "format": FORMAT,
            "made_at": self.made_at,
            "root": self.root,
            "streams": len(heads),
            "events": self.events,
            "heads": heads,
        }
        return orjson.dumps(document) + b"\n"


def seal(streams: Mapping[str, Sequence[bytes]]) -> Seal:
    """The seal of streams, of each the links of its events, at this moment."""
    return Seal(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        streams={
            stream: SealedStream(
                version=len(links), link=links[-1], traces=b"".join(link[:TRACE_BYTES] for link in links)
            )
            for stream, links in streams.items()
        },
    )


def read(path: Path, root: str | None = None) -> Seal:
    """The seal in a file; `root` is what somebody has kept of it elsewhere. Raises BadSeal, OSError."""
    try:
        document: Any = orjson.loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise BadSeal(f"{path} is a seal of another kind: {document['format']}")
        streams = {
            stream: SealedStream(version=version, link=bytes.fromhex(link), traces=b64decode(traces, validate=True))
            for stream, version, link, traces in document["heads"]
        }
        found = Seal(made_at=document["made_at"], streams=streams)
        written, said = found.root, document["root"]
    except (ValueError, LookupError, TypeError, AttributeError, NotBase64) as error:
        raise BadSeal(f"{path} is no seal: {error}") from error
    for stream, kept in streams.items():
        if len(kept.traces) != kept.version * TRACE_BYTES or kept.trace(kept.version) != kept.link[:TRACE_BYTES]:
            raise BadSeal(f"{path} is not as it was written: what it says of {stream} does not fit together")
    if written != said:
        raise BadSeal(f"{path} is not as it was written: its streams make the root {written}, it says {said}")
    if root is not None and written != root.lower():
        raise BadSeal(f"{path} is another seal: its root is {written}")
    return found
