"""What makes a log prove itself: a hash chain over the stored bytes of each stream, and one root over all of them."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

LINK_BYTES: Final = 32

_BEGIN: Final = b"taskledger chain 1\0"
_LEAF: Final = b"\0"
_NODE: Final = b"\1"


def first(stream: str) -> bytes:
    """What stands before the first link of a stream, so that no stream can be taken for another."""
    return hashlib.sha256(_BEGIN + stream.encode(errors="surrogatepass")).digest()


def link(before: bytes, body: bytes) -> bytes:
    """The link of an event, 32 bytes: SHA-256 over the link before it and the event's bytes as they are stored."""
    return hashlib.sha256(before + body).digest()


def links(before: bytes, bodies: Iterable[bytes]) -> Iterator[bytes]:
    """The links of events that follow each other behind a link."""
    for body in bodies:
        before = link(before, body)
        yield before


def root(heads: Iterable[tuple[str, int, bytes]]) -> bytes:
    """The Merkle root over streams with their version and newest link, as RFC 6962 makes it, ordered by stream."""
    level = [
        hashlib.sha256(_LEAF + stream.encode(errors="surrogatepass") + b"\0%d\0" % version + newest).digest()
        for stream, version, newest in sorted(heads)
    ]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        paired = [
            hashlib.sha256(_NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = paired + level[len(paired) * 2 :]
    return level[0]
