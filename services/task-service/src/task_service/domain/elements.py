"""Lists that are changed by their elements: what two people do to one at the same time both holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements(Generic[T]):
    """What becomes of single elements; the others stay.

    `put`: these are there, each in the place of the one with its key; a new one in the place of one that goes, else at
    the end. `remove`: keys of those that go; a key that is not there is gone already. `order`: keys in the order in
    which they are to stand; one that is not named stays behind the one that it stood behind.
    """

    put: tuple[T, ...] = ()
    remove: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


def changed(now: Sequence[T], change: Elements[T], key: Callable[[T], str]) -> tuple[T, ...]:
    """The list after a change of its elements. What is put and removed at once is there."""
    by_key = {key(element): element for element in (*now, *change.put)}
    put = dict.fromkeys(key(element) for element in change.put)
    there = [key(element) for element in now]
    new = [name for name in put if name not in there]
    names: list[str] = []
    for name in there:
        if name in put or name not in change.remove:
            names.append(name)
        elif new:
            names.append(new.pop(0))
    return tuple(by_key[name] for name in _ordered([*names, *new], change.order))


def _ordered(names: list[str], order: Sequence[str]) -> list[str]:
    wanted = [name for name in dict.fromkeys(order) if name in names]
    followers: dict[str | None, list[str]] = {}
    last: str | None = None
    for name in names:
        if name in wanted:
            last = name
        else:
            followers.setdefault(last, []).append(name)
    if not wanted:
        return names
    return [*followers.get(None, ()), *(one for name in wanted for one in (name, *followers.get(name, ())))]
