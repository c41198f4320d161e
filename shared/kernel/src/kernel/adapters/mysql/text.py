"""Statements with their values as the bytes that MySQL takes: many in one packet, many rows in one statement."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from kernel.ports.database import Compiled, DatabaseRefused, Write

_PACKET_BYTES: Final = 1 << 20
"""What one packet may grow to; a single row may be larger, up to what the server takes."""

_BEGIN: Final = b"START TRANSACTION"
_MANY_ROWS: Final = re.compile(rb"(INSERT INTO .+ VALUES )(\(%s(?:, %s)*\))(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Packet:
    """Statements to be sent together; of each, the index of the write that it is part of, if it is of one."""

    text: bytes
    owners: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class _Template:
    """A statement as bytes. With `row`, it takes any number of these between `head` and `tail`."""

    text: bytes
    head: bytes = b""
    row: bytes = b""
    tail: bytes = b""


@lru_cache(maxsize=4096)
def _template(sql: str) -> _Template:
    text = sql.encode()
    parts = _MANY_ROWS.fullmatch(text)
    if parts is None:
        return _Template(text)
    head, row, tail = parts.groups()
    return _Template(text, head % (), row, tail % ())


def text_of(compiled: Compiled, params: Mapping[str, Any]) -> bytes:
    """One statement with its values. Raises DatabaseRefused for a value of another type, KeyError for a missing one."""
    return _template(compiled.sql).text % _literals(compiled.bind(params))


def packets(writes: Sequence[Write]) -> Iterator[Packet]:
    """The transaction of `writes`, from its beginning, without its end. Raises as `text_of`."""
    parts: list[bytes] = [_BEGIN]
    owners: list[int | None] = [None]
    size = 0
    for owner, write in enumerate(writes):
        for text in _texts(write):
            if size and size + len(text) > _PACKET_BYTES:
                yield Packet(b";".join(parts), owners)
                parts, owners, size = [], [], 0
            parts.append(text)
            owners.append(owner)
            size += len(text) + 1
    yield Packet(b";".join(parts), owners)


def _texts(write: Write) -> Iterator[bytes]:
    compiled = write.statement.compiled("mysql")
    if isinstance(write.params, Mapping):
        yield text_of(compiled, write.params)
        return
    template = _template(compiled.sql)
    if not template.row:
        for params in write.params:
            yield template.text % _literals(compiled.bind(params))
        return
    rows: list[bytes] = []
    size = 0
    for params in write.params:
        row = template.row % _literals(compiled.bind(params))
        if rows and size + len(row) > _PACKET_BYTES:
            yield template.head + b",".join(rows) + template.tail
            rows, size = [], 0
        rows.append(row)
        size += len(row) + 1
    if rows:
        yield template.head + b",".join(rows) + template.tail


def _literals(values: tuple[Any, ...]) -> tuple[bytes, ...]:
    try:
        return tuple([_LITERALS[type(value)](value) for value in values])
    except KeyError as unknown:
        raise DatabaseRefused(f"a value is a {unknown.args[0].__name__}, not an integer, text or bytes") from unknown
    except UnicodeEncodeError as error:
        raise DatabaseRefused(str(error)) from error


def _escaped(value: bytes) -> bytes:
    # Within quotes nothing else has a meaning: the connection is utf8mb4, which leaves ASCII bytes what they are, and
    # its sql_mode lets a backslash escape. https://dev.mysql.com/doc/refman/8.4/en/string-literals.html
    return value.replace(b"\\", b"\\\\").replace(b"'", b"\\'").replace(b"\0", b"\\0")


_LITERALS: Final[Mapping[type, Callable[[Any], bytes]]] = {
    int: lambda value: b"%d" % value,
    str: lambda value: b"'%b'" % _escaped(value.encode()),
    bytes: lambda value: b"_binary'%b'" % _escaped(value),
    type(None): lambda value: b"NULL",
}
