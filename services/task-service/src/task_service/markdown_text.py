"""What a text in Markdown says, without what it only shows: code, links, addresses, escaped signs, HTML."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

NOT_SAID: Final = "\ufffc"
"""Stands where something is left out: no letter, and no part of a name."""

# Escaped signs stay apart from the text around them as long as they are not joined with it.
_PARSER: Final = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).disable("text_join")

_ADDRESS: Final = re.compile(
    r"(?:https?|ftp)://[^\s<]+|www\.[^\s<]+|mailto:[^\s<]+|[\w-]+(?:\.[\w-]+)+/[^\s<]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    re.ASCII | re.IGNORECASE,
)


def said(markdown: str) -> str:
    """The words of a text, a line for each block."""
    return "\n".join(
        _ADDRESS.sub(NOT_SAID, "".join(_inline(token.children or ())))
        for token in _PARSER.parse(markdown)
        if token.type == "inline"
    )


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    within_links = 0
    for token in tokens:
        if token.type in ("link_open", "link_close"):
            within_links += token.nesting
            yield NOT_SAID
        elif within_links:
            continue
        elif token.type == "text":
            yield token.content
        elif token.type == "text_special":
            yield NOT_SAID if token.content in ("@", "\uff20") else token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type in ("code_inline", "html_inline", "image"):
            yield NOT_SAID
