"""Initial consonants of Hangul, by which Korean is searched: ㅎㅇ for 회의."""

from typing import Final

from contracts.read_model import folded

CONSONANTS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
"""In the order of the syllables, as a keyboard writes them."""

_SYLLABLES: Final = range(ord("가"), ord("힣") + 1)
_PER_CONSONANT: Final = 588
_LEADS: Final = range(0x1100, 0x1113)


def initials(text: str) -> str:
    """The initial consonants of the syllables of a text, other characters as blanks; '' where there is no Hangul."""
    if text.isascii():
        return ""
    every = (_initial(char) for char in folded(text))
    return " ".join("".join(every).split())


def as_typed(char: str) -> str:
    """A consonant as a keyboard writes it, also one that begins a decomposed syllable; other characters as they are."""
    code = ord(char)
    return CONSONANTS[code - _LEADS.start] if code in _LEADS else char


def _initial(char: str) -> str:
    code = ord(char)
    if code in _SYLLABLES:
        return CONSONANTS[(code - _SYLLABLES.start) // _PER_CONSONANT]
    typed = as_typed(char)
    return typed if typed in CONSONANTS else " "
