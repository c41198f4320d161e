"""Texts within the limits of the domain. What is cut is said."""

from collections.abc import Sequence
from typing import Final

from contracts.fields import MAX_DESCRIPTION, MAX_LABEL, MAX_LABELS, MAX_TITLE
from task_service.domain.project import MAX_STATUS_NAME
from task_service.domain.task import MAX_COMMENT
from taskledger.imports.model import Note
from taskledger.imports.reading.clean import clean, one_line

_MAX_KEPT: Final = 10_000


def title_and_description(
    title: str, description: str, kept: Sequence[tuple[str, str]], where: str, notes: list[Note]
) -> tuple[str, str]:
    """Both as they are stored: `kept` below the description, line by line; a title too long goes on in there."""
    parts = [description] if description else []
    if len(title) > MAX_TITLE:
        parts.insert(0, title)
        title = title[: MAX_TITLE - 1] + "…"
        notes.append(Note(code="title_long", where=where, what=str(MAX_TITLE)))
    if kept:
        parts.append("\n".join(_line(name, text) for name, text in kept))
    text = "\n\n".join(parts)
    if len(text) > MAX_DESCRIPTION:
        text = text[:MAX_DESCRIPTION]
        notes.append(Note(code="description_cut", where=where, what=str(MAX_DESCRIPTION)))
    return title, text


def _line(name: str, text: str) -> str:
    """A line of a list; what has several lines is indented below its name."""
    text = clean(text)[:_MAX_KEPT].strip()
    if "\n" not in text:
        return f"- {one_line(name)}: {text}"
    inner = "\n".join(f"  {line}" if line.strip() else "" for line in text.split("\n"))
    return f"- {one_line(name)}:\n\n{inner}"


def comment(body: str, where: str, notes: list[Note]) -> str:
    """A comment."""
    if len(body) > MAX_COMMENT:
        notes.append(Note(code="comment_cut", where=where, what=str(MAX_COMMENT)))
    return body[:MAX_COMMENT]


def labels(names: Sequence[str], where: str, notes: list[Note]) -> tuple[str, ...]:
    """Labels, each once."""
    unique = list(dict.fromkeys(name for label in names if (name := label_name(label))))
    if len(unique) > MAX_LABELS:
        notes.append(Note(code="labels_cut", where=where, what=str(MAX_LABELS)))
    return tuple(unique[:MAX_LABELS])


def label_name(name: str) -> str:
    """A label's name."""
    return one_line(one_line(name)[:MAX_LABEL])


def status_name(name: str) -> str:
    """A status's name."""
    name = one_line(name)
    return name if len(name) <= MAX_STATUS_NAME else name[: MAX_STATUS_NAME - 1].rstrip() + "…"
