"""Several values in one cell, and cells that a spreadsheet must not calculate."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from taskledger.imports.reading.clean import one_line

_RISKY: Final = re.compile(r"^'*[=+\-@\t\r＝＋－＠]")


def neutralised(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, CSV injection): an apostrophe stands before it."""
    return f"'{text}" if _RISKY.match(text) else text


def as_written(text: str) -> str:
    """What `neutralised` was given."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


def joined(values: Iterable[str]) -> str:
    """Values as one cell that `split` takes apart again, whatever is in them."""
    return "; ".join(_quoted(value) for value in values)


def _quoted(value: str) -> str:
    if value and value == value.strip() and not re.search(r"[;,|\"\n\[\]]", value):
        return value
    return '"' + value.replace('"', '""') + '"'


_ITEM: Final = re.compile(r'\s*"((?:[^"]|"")*)"\s*')


def separator_of(cells: Iterable[str], given: str | None = None) -> str:
    """What stands between the values of a column: what the names themselves have not, if the column shows it."""
    if given:
        return given
    seen = dict.fromkeys(";\n|,", False)
    for cell in cells:
        bare = _ITEM.sub("", cell)
        for sign in seen:
            seen[sign] = seen[sign] or sign in bare
    return next((sign for sign, there in seen.items() if there), ",")


def split(cell: str, separator: str) -> Sequence[str]:
    """The values of a cell: separated, quoted where they hold a separator, or a JSON array."""
    text = cell.strip()
    if text.startswith("[") and text.endswith("]"):
        try:
            found = orjson.loads(text)
            if isinstance(found, list) and all(isinstance(value, str) for value in found):
                return [one_line(value) for value in found if one_line(value)]
        except orjson.JSONDecodeError:
            pass
        text = text[1:-1]
    values: list[str] = []
    at = 0
    while at < len(text):
        if quoted := _ITEM.match(text, at):
            after = quoted.end()
            if after == len(text) or text[after] == separator:
                values.append(quoted[1].replace('""', '"'))
                at = after + 1
                continue
        end = text.find(separator, at)
        end = len(text) if end < 0 else end
        values.append(text[at:end])
        at = end + 1
    return [value for value in map(one_line, values) if value]


_YES: Final = (
    "yes true 1 1.0 x y ✓ ✔ ☑ done completed complete closed finished 100 100% 완료 예 네 참 ja oui sí si da はい 済"
)
_TRUE: Final = frozenset(_YES.split())


def is_true(cell: str) -> bool:
    """Whether a cell says yes, or all of it."""
    return cell.strip().casefold() in _TRUE


_MAILBOX: Final = re.compile(r"^(?P<name>.*?)\s*[<(](?P<address>[^<>()]+)[>)]$")


def person_of(text: str) -> tuple[str, str]:
    """Name and address (or number) of "Ann Baker <ann@example.org>", of "Ann (12)", of a name alone."""
    found = _MAILBOX.match(text)
    if found and found["name"]:
        return found["name"].strip(), found["address"].strip()
    return text, text
