"""What a search finds in a task: where its words stand, and what is shown of it. Texts are compared folded."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from contracts.hangul import CONSONANTS, as_typed, initials
from contracts.read_model import folded
from contracts.task import Task

Matched: TypeAlias = Literal["key", "title", "description", "comment", "former_title"]

FORGIVING: Final = 5
"""From so many characters on, a word may have one typing mistake: one put in, left out, another, or two swapped."""

_BEFORE: Final = 40
_LENGTH: Final = 160
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Found:
    """Where the words stand, and a piece of that text."""

    matched: Matched
    excerpt: str


def words_of(text: str) -> list[str]:
    """The words of a text, folded, each once. Consonants alone are those that a keyboard writes, however they came."""
    return list(dict.fromkeys("".join(map(as_typed, word)) for word in folded(text).split()))


def is_consonants(word: str) -> bool:
    """Whether a word is of initial consonants alone, such as ㅎㅇ for 회의."""
    return all(char in CONSONANTS for char in word)


def found_in(task: Task, former: Sequence[str], words: Sequence[str], *, forgiving: bool = False) -> Found | None:
    """Where the words stand, all of them somewhere in the task; None where one does not stand anywhere.

    The place that has all comes first, else the one that has most. `former`: the titles before, the newest last.
    """
    if not words:
        return Found("title", shown(task.title, ()))
    places: list[tuple[Matched, str]] = [("key", task.key), ("title", task.title), ("description", task.description)]
    places += [("comment", comment.body) for comment in task.comments.values() if not comment.deleted]
    places += [("former_title", title) for title in reversed(former)]
    held = [(sum(_stands(word, text, forgiving) for word in words), place, text) for place, text in places]
    missing = [word for word in words if not any(_stands(word, text, forgiving) for _, text in places)]
    if missing:
        return None
    most = max(count for count, _, _ in held)
    _, matched, text = next(each for each in held if each[0] == most)
    return Found(matched, shown(text, words))


def shown(text: str, words: Iterable[str]) -> str:
    """A piece of a text, on one line, about the first of the words that stands in it."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    pieces = [folded(char) for char in line]
    whole, consonants = "".join(pieces), [_consonant(char) for char in line]
    starts = [at for word in words for at in (_at(whole, word, pieces), "".join(consonants).find(word)) if at >= 0]
    first = max(0, min(starts, default=0) - _BEFORE)
    piece = line[first : first + _LENGTH]
    return f"{'…' if first else ''}{piece}{'…' if first + _LENGTH < len(line) else ''}"


def nearly(word: str, text: str) -> bool:
    """Whether a folded text has a word that begins with this one, but for one typing mistake."""
    for other in _WORD.findall(text):
        for length in (len(word), len(word) - 1, len(word) + 1):
            if len(other) >= length and _one_mistake(word, other[:length]):
                return True
    return False


def _stands(word: str, text: str, forgiving: bool) -> bool:
    plain = folded(text)
    if word in plain or (is_consonants(word) and word in initials(text)):
        return True
    return forgiving and len(word) >= FORGIVING and nearly(word, plain)


def _one_mistake(left: str, right: str) -> bool:
    if left == right:
        return True
    short, long = sorted((left, right), key=len)
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at + 1 : at + 2] + short[at : at + 1] + short[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or swapped == long[at:]


def _at(whole: str, word: str, pieces: Sequence[str]) -> int:
    """The character of the text at which a word of its folded form begins; -1 where it does not stand there."""
    place = whole.find(word)
    if place < 0:
        return -1
    for index, piece in enumerate(pieces):
        place -= len(piece)
        if place < 0:
            return index
    return -1


def _consonant(char: str) -> str:
    return initials(char) or " "
