"""Gettext catalogues of a package: its texts are in the code, in English; other languages are beside it, in PO files.

A text is marked where it stands by `N_("context", "text")`, and translated by the catalogue of a reader's language.
"""

from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from babel.messages.pofile import read_po

SOURCE: Final = "en"
"""The language of the texts in the code, which has no catalogue."""


class Message(NamedTuple):
    """A text as it is in the code, with what tells it from the same words elsewhere."""

    context: str
    english: str


def N_(context: str, english: str) -> Message:  # noqa: N802 - the name that gettext's tools know
    """Mark a text for the catalogues; it is translated when somebody reads it."""
    return Message(context, english)


class Catalogue:
    """The texts of a package in one language."""

    def __init__(self, translated: dict[tuple[str, str], str]) -> None:
        self._translated = translated

    def say(self, text: Message, **values: str) -> str:
        """The text in this language, with `{name}` for each value; in English where it is not translated."""
        return self._translated.get(text, text.english).format(**values)


@cache
def catalogue(package: str, locale: str) -> Catalogue:
    """The catalogue `locales/<locale>.po` of a package. Raises FileNotFoundError for a language that there is not."""
    if locale == SOURCE:
        return Catalogue({})
    with (files(package) / "locales" / f"{locale}.po").open("rb") as file:
        found = read_po(file, locale=locale, abort_invalid=True)
    return Catalogue({(message.context or "", str(message.id)): str(message.string) for message in found if message.id})
