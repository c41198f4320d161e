"""What people are called, by those who write `@` and a name."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_HANGUL_NAME: Final = re.compile(r"[가-힣]{3,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom `@name` may mean."""

    id: str
    name: str


def called(people: Iterable[Person]) -> Iterator[tuple[str, str]]:
    """What they may be called, with their ids: the whole name, with or without its blanks, or what comes first of it.

    Of a Korean name also what stands behind its first syllable, the family.
    """
    for person in people:
        words = person.name.split()
        yield person.name, person.id
        yield "".join(words), person.id
        if words:
            yield words[0], person.id
        if len(words) == 1 and _HANGUL_NAME.fullmatch(person.name):
            yield person.name[1:], person.id


def whose(name: str, people: Iterable[Person]) -> tuple[str, ...]:
    """The ids of all who are called so, whatever the case."""
    wanted = folded(name)
    return tuple(dict.fromkeys(user_id for known, user_id in called(people) if folded(known) == wanted))


def folded(text: str) -> str:
    """A name as it is compared."""
    return unicodedata.normalize("NFC", text).casefold()
