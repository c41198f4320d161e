"""What the query of an adapter's URL says: each option is a field of a frozen dataclass, its default tells the type."""

from dataclasses import fields
from typing import Any, TypeVar
from urllib.parse import parse_qs

T = TypeVar("T")


def from_query(kind: type[T], query: str) -> T:
    """The options of a query; a field named like a keyword has an underscore behind it. Numbers are above 0.

    Raises ValueError for an option that there is not, or a number that is none.
    """
    known: dict[str, Any] = {field.name.rstrip("_"): field for field in fields(kind)}  # type: ignore[arg-type]
    given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
    unknown = given.keys() - known.keys()
    if unknown:
        raise ValueError(f"the URL knows the options {', '.join(known)}; not {', '.join(sorted(unknown))}")
    return kind(**{known[name].name: _value(name, text, type(known[name].default)) for name, text in given.items()})


def _value(name: str, text: str, kind: type) -> Any:
    if kind is str:
        return text
    try:
        number = kind(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise ValueError(f"{name} in the URL is a number above 0, not {text!r}")
    return number
