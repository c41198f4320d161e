"""Mails: what happened, old -> new in words that the reader understands, in Korean or English, as text and as HTML."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from contracts.fields import BY_NAME, Field
from contracts.forms import Choice, Day, Labels, Locale, Number, People, StatusKey, Text, written
from contracts.project import Project
from kernel.words.catalogues import N_, Message, catalogue
from notify_service.domain.excerpts import shortened
from notify_service.domain.notice import Kind, Why

_LONGEST_TITLE_IN_SUBJECT: Final = 120
_PACKAGE: Final = "notify_service"
_DATES: Final[Mapping[Locale, str]] = {"en": "en_GB", "ko": "ko"}
"""Whose way of writing days."""

_PERSON: Final = N_("actor", "{name}")
_ERASED: Final = N_("actor", "Someone who has left")
_SYSTEM: Final = N_("actor", "Taskledger")

_LINES: Final[Mapping[str, Message]] = {
    "created": N_("line", "{actor} created this task."),
    "created for you": N_("line", "{actor} created this task and assigned it to you."),
    "assigned": N_("line", "{actor} changed who is assigned."),
    "assigned to you": N_("line", "{actor} assigned this task to you."),
    "taken from you": N_("line", "{actor} removed you from this task."),
    "status": N_("line", "{actor} changed the status."),
    "edited": N_("line", "{actor} edited this task."),
    "commented": N_("line", "{actor} commented."),
    "mentioned": N_("line", "{actor} mentioned you in a comment."),
    "named": N_("line", "{actor} mentioned you in the description."),
    "deleted": N_("line", "{actor} deleted this task. It can be restored at any time."),
    "restored": N_("line", "{actor} restored this task."),
}
"""What happened, by what it is to the reader; `{actor}` is whoever did it."""

_WHY: Final[Mapping[Why, Message]] = {
    "assignee": N_("why", "You get this mail because the task is assigned to you."),
    "unassigned": N_("why", "You get this mail because the task was assigned to you."),
    "creator": N_("why", "You get this mail because you created the task."),
    "commenter": N_("why", "You get this mail because you commented on the task."),
    "mentioned": N_("why", "You get this mail because you were mentioned."),
}

_STATUSES: Final = {
    text.english: text for text in (N_("status", "Waiting"), N_("status", "In progress"), N_("status", "Done"))
}
"""Those of a new project; a team names its own."""

_NOTHING: Final = N_("value", "none")
_SOMEBODY: Final = N_("value", "someone who has left")
_OPEN: Final = N_("link", "Open the task")
_SETTINGS: Final = N_("link", "Choose what you are told of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail is made of. `content` is the notice as it is kept; `names` are those of everyone in it."""

    kind: Kind
    why: Why
    reader: str
    locale: Locale
    task_id: str
    content: Mapping[str, Any]
    project: Project
    names: Mapping[str, str | None]
    public_url: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's subject and its two forms."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    old: str
    new: str


def render(letter: Letter) -> Rendered:
    """The mail for one reader."""
    say = catalogue(_PACKAGE, letter.locale).say
    content = letter.content
    turn = _turn(letter)
    # The same for all mails of a task: mail programs show together what has one subject.
    subject = one_line(f"[{content['task_key']}] {shortened(content['title'], _LONGEST_TITLE_IN_SUBJECT)}")
    site = letter.public_url.rstrip("/")
    values = {
        "subject": subject,
        "locale": letter.locale,
        "key": content["task_key"],
        "title": content["title"],
        "project": letter.project.name,
        "line": say(_LINES[turn], actor=_actor(letter)),
        "changes": [row for change in content["changes"] if (row := _row(change, letter)) is not None],
        "excerpt": content["excerpt"],
        "why": say(_WHY[letter.why]),
        "open": say(_OPEN),
        "settings": say(_SETTINGS),
        "link": f"{site}/projects/{letter.project.id}/tasks/{letter.task_id}",
        "settings_link": f"{site}/notifications",
    }
    text, html = (_templates().get_template(f"mail.{form}").render(values) for form in ("txt", "html"))
    return Rendered(subject, text, html)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("notify_service"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _turn(letter: Letter) -> str:
    """The kind, more exactly where it is about the reader."""
    assigned: Sequence[Mapping[str, Any]] = [c for c in letter.content["changes"] if c["field"] == "assignees"]
    match letter.kind:
        case "commented":
            if letter.why != "mentioned":
                return "commented"
            return "named" if letter.content["excerpt"] is None else "mentioned"
        case "created":
            return "created for you" if letter.why == "assignee" else "created"
        case "assigned":
            if letter.why == "assignee" and not assigned:  # as the task was made
                return "created for you"
            if any(change["new"] == letter.reader for change in assigned):
                return "assigned to you"
            if any(change["old"] == letter.reader for change in assigned):
                return "taken from you"
            return "assigned"
        case "deleted" | "restored" | "status" | "edited":
            return letter.kind


def _actor(letter: Letter) -> str:
    actor = letter.content["actor"]
    say = catalogue(_PACKAGE, letter.locale).say
    if actor is None:
        return say(_SYSTEM)
    name = letter.names.get(actor)
    return say(_ERASED) if name is None else say(_PERSON, name=name)


def _row(change: Mapping[str, Any], letter: Letter) -> _Row | None:
    """A change in words, or None for what the mail says elsewhere."""
    name = change["field"]
    field = BY_NAME.get(name)
    if field is None:
        return None
    old, new = (_value(field, value, letter) for value in (change["old"], change["new"]))
    return _Row(field.words[letter.locale], old, new)


def _value(field: Field, value: Any, letter: Letter) -> str:
    say = catalogue(_PACKAGE, letter.locale).say
    if value in (None, "", []):
        return say(_NOTHING)
    match field.form:
        case StatusKey():
            status = letter.project.status(value) or letter.project.former_status(value)
            if status is None:
                return str(value)
            return say(_STATUSES[status.name]) if status.name in _STATUSES else status.name
        case Choice():
            return field.form.words[letter.locale][value]
        case Day():
            return format_date(date.fromisoformat(value), "long", _DATES[letter.locale])
        case Number():
            return written(field.form, value)
        case Labels():
            return ", ".join(value)
        case People():
            return letter.names.get(value) or say(_SOMEBODY)
        case Text():
            return str(value)


_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """The text without ends of lines, in whatever way they are spelt; all else as it is."""
    return _CONTROLS.sub(" ", text).strip()
