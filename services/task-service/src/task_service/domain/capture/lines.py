"""Lines as people write and paste them: which are tasks, how deep, done or not, and where their words begin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TAB: Final = 4
_WIDE: Final = "\u3000"
"""The ideographic space, as wide as two."""

_BULLET: Final = re.compile(
    r"""(?:[-*+•◦▪‣·–—○●■□◆◇▶]|\(?\d{1,3}[.)](?!\s*\d{1,2}\.)|[①-⑳]|[a-z]\)|[가나다라마바사아자차카타파하][.)]|\#{1,6})(?:\s+|$)""",
    re.VERBOSE,
)
_BOX: Final = re.compile(r"(?P<open>\[\s?\]|☐|□)|(?P<done>\[[xX✓✔]\]|☑️?|✅|✔️?)")
_RULE: Final = re.compile(r"[-=_*~—–#.\s>]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that is a task. `begin` is the offset of its first word, `box` the offsets of a ticked box."""

    number: int
    text: str
    indent: int
    begin: int
    box: tuple[int, int] | None


def lines_of(text: str) -> Iterator[Line]:
    """The lines that say something; their numbers count from 0 and count the empty ones too."""
    for number, raw in enumerate(text.split("\n")):
        line = raw.rstrip()
        if _RULE.fullmatch(line):
            continue
        begin = len(line) - len(line.lstrip())
        indent = _width(line[:begin])
        bullet = _BULLET.match(line, begin)
        if bullet:
            begin = bullet.end()
        box = _BOX.match(line, begin)
        if box and (line[box.end() : box.end() + 1].isspace() or box.end() == len(line)):
            begin = box.end() + len(line[box.end() :]) - len(line[box.end() :].lstrip())
        else:
            box = None
        if begin < len(line):
            yield Line(
                number=number,
                text=line,
                indent=indent,
                begin=begin,
                box=box.span() if box and box["done"] else None,
            )


def _width(blank: str) -> int:
    width = 0
    for character in blank:
        if character == "\t":
            width += _TAB - width % _TAB
        else:
            width += 2 if character == _WIDE else 1
    return width
