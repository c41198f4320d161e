"""How much memory a value takes, near enough to bound what is remembered."""

import sys
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any


def weigh(value: object) -> int:
    """The bytes of a value and all that it is made of. What it shares with others is counted as its own."""
    total = 0
    stack: list[Any] = [value]
    while stack:
        found = stack.pop()
        if found is None:
            continue
        total += sys.getsizeof(found)
        kind = type(found)
        if kind is str or kind is bytes or kind is int:
            continue
        if isinstance(found, dict):
            stack.extend(found)
            stack.extend(found.values())
        elif isinstance(found, (list, tuple, set, frozenset)):
            stack.extend(found)
        else:
            stack.extend(getattr(found, name) for name in _names(kind))  # type: ignore[arg-type]
    return total


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
