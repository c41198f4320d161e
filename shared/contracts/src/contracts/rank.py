"""Where a task stands among others: a text that sorts, with always more room between two of them.

Fractional indexing: six digits before the point and any number behind it, so that first and last always have a next and
whoever is moved is the only one to change. The texts are compared by their bytes. A rank between two others ends in the
task's own number: no two tasks of a project ever share one, even if two people put their tasks into the same gap at the
same moment. The site computes the same (`web/src/lib/rank.ts`), to show a move before it has been answered.
"""

from typing import Final

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE: Final = len(_DIGITS)
_LENGTH: Final = 6
_ORIGIN: Final = _BASE**_LENGTH // 2

MAX_RANK: Final = 255
"""The most characters of a rank: far over a thousand tasks put, each in turn, between the same two."""


def of_number(number: int) -> str:
    """The rank that a task begins with: behind those made before it."""
    return _whole(_ORIGIN + number)


def between(low: str | None, high: str | None, number: int) -> str:
    """A rank for the task of this number, more than `low` and less than `high`; None for no bound."""
    if low is None or high is None:
        middle = _whole(_before_point(high) - 1 if high else _before_point(low) + 1 if low else _ORIGIN)
    else:
        first, last = _before_point(low), _before_point(high)
        if last - first > 1:
            middle = _whole((first + last) // 2)
        else:
            fraction = _behind_point(high) if first == last else None
            middle = _whole(first) + _fraction(_behind_point(low), fraction)
    own = _text(number)
    # Its length comes last, so that what is read from the end belongs to one number alone; and it is never a zero.
    return f"{middle}{own}{_DIGITS[len(own)]}"


def _fraction(low: str, high: str | None) -> str:
    """Digits between two fractions, no longer than it takes, that are not the beginning of either."""
    digits = ""
    while True:
        place = len(digits)
        least = _DIGITS.index(low[place]) if place < len(low) else 0
        most = _BASE if high is None else _DIGITS.index(high[place])
        if most - least > 1:
            return digits + _DIGITS[(least + most) // 2]
        if most > least:
            high = None  # from here on everything is below it
        digits += _DIGITS[least]


def _before_point(rank: str) -> int:
    value = 0
    for digit in rank[:_LENGTH]:
        value = value * _BASE + _DIGITS.index(digit)
    return value


def _behind_point(rank: str) -> str:
    return rank[_LENGTH:]


def _whole(value: int) -> str:
    return _text(value).rjust(_LENGTH, _DIGITS[0])


def _text(value: int) -> str:
    digits = _DIGITS[value % _BASE]
    while value := value // _BASE:
        digits = _DIGITS[value % _BASE] + digits
    return digits
