"""Parts of long texts, for those who are told of them. Pure."""

from typing import Final

from contracts.documents import Change

LONGEST: Final = 500
"""Characters of a value that a notice keeps; the whole text is in the task."""


def shortened(text: str, length: int = LONGEST) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


_CONTEXT: Final = 60
"""Characters that stand around what differs between two long texts."""


def differing(old: str, new: str, length: int = LONGEST) -> tuple[str, str]:
    """The parts in which two texts differ, from whole words, with a little around them; of short ones, all."""
    if len(old) <= length and len(new) <= length:
        return old, new
    shorter = min(len(old), len(new))
    begin = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    end = next((n for n in range(shorter - begin) if old[-1 - n] != new[-1 - n]), shorter - begin)
    begin = _word_before(new, max(0, begin - _CONTEXT)) if begin > _CONTEXT else 0
    return _part(old, begin, len(old) - end, length), _part(new, begin, len(new) - end, length)


def _word_before(text: str, place: int) -> int:
    """The beginning of the word at a place, if it is near."""
    near = max(0, place - _CONTEXT)
    space = max(text.rfind(" ", near, place), text.rfind("\n", near, place))
    return place if space < 0 else space + 1


def _part(text: str, begin: int, end: int, length: int) -> str:
    end = min(len(text), end + _CONTEXT // 2)
    part = shortened(text[begin:end].strip(), length - (begin > 0) - (end < len(text)))
    before = "…" if begin else ""
    return f"{before}{part}{'…' if end < len(text) and not part.endswith('…') else ''}"


def shortened_change(change: Change) -> Change:
    """The change with texts that a notice can keep: where both are long, the parts that differ."""
    if isinstance(change.old, str) and isinstance(change.new, str):
        return Change(change.field, *differing(change.old, change.new))
    old, new = (shortened(value) if isinstance(value, str) else value for value in (change.old, change.new))
    return Change(change.field, old, new)
