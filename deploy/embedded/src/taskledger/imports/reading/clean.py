"""Text as it may be stored: NFC, without what no program can show."""

import re
import unicodedata
from typing import Final

# Control characters, halves of surrogate pairs that JSON can spell, marks of byte order where files were joined.
_UNCLEAN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_BREAKS: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def clean(text: str) -> str:
    """NFC, one kind of line end, without control characters."""
    if text.isascii() and text.isprintable():
        return text
    return _UNCLEAN.sub("", unicodedata.normalize("NFC", _BREAKS.sub("\n", text)))


def one_line(text: str) -> str:
    """Clean text on one line."""
    return " ".join(clean(text).split())


def folded(text: str) -> str:
    """Text as it is compared: without case, width, spaces, hyphens, underscores and what a spreadsheet adds."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_\-–—.:*()\[\]’'`\"/?#]+", "", text) or text.strip()
