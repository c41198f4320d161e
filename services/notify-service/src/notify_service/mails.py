"""Mails: what happened, old -> new in words that the reader understands, in Korean or English, as text and as HTML."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from contracts.fields import BY_NAME, Field
from contracts.forms import Choice, Day, Labels, Locale, Number, People, StatusKey, Text, written
from contracts.project import DEFAULT_STATUSES, Project
from notify_service.domain.excerpts import shortened
from notify_service.domain.notice import Kind, Why

_LONGEST_TITLE_IN_SUBJECT: Final = 120


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
    words = _WORDS[letter.locale]
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
        "line": words["line", turn].format(actor=_actor(letter)),
        "changes": [row for change in content["changes"] if (row := _row(change, letter)) is not None],
        "excerpt": content["excerpt"],
        "why": words["why", letter.why],
        "open": words["open", ""],
        "settings": words["settings", ""],
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
    words = _WORDS[letter.locale]
    if actor is None:
        return words["actor", "system"]
    name = letter.names.get(actor)
    return words["actor", "erased"] if name is None else words["actor", "person"].format(name=name)


def _row(change: Mapping[str, Any], letter: Letter) -> _Row | None:
    """A change in words, or None for what the mail says elsewhere."""
    name = change["field"]
    field = BY_NAME.get(name)
    if field is None:
        return None
    old, new = (_value(field, value, letter) for value in (change["old"], change["new"]))
    return _Row(field.words[letter.locale], old, new)


def _value(field: Field, value: Any, letter: Letter) -> str:
    words = _WORDS[letter.locale]
    if value in (None, "", []):
        return words["nothing", ""]
    match field.form:
        case StatusKey():
            status = letter.project.status(value) or letter.project.former_status(value)
            return value if status is None else words.get(("status", status.name), status.name)
        case Choice():
            return field.form.words[letter.locale][value]
        case Day():
            return _day(date.fromisoformat(value), letter.locale)
        case Number():
            return written(field.form, value)
        case Labels():
            return ", ".join(value)
        case People():
            return letter.names.get(value) or words["somebody", ""]
        case Text():
            return str(value)


def _day(day: date, locale: Locale) -> str:
    if locale == "ko":
        return f"{day.year}년 {day.month}월 {day.day}일"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_WAITING, _ACTIVE, _DONE = (status.name for status in DEFAULT_STATUSES)

_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """The text without ends of lines, in whatever way they are spelt; all else as it is."""
    return _CONTROLS.sub(" ", text).strip()


_WORDS: Final[Mapping[Locale, Mapping[tuple[str, str], str]]] = {
    "en": {
        ("actor", "person"): "{name}",
        ("actor", "erased"): "Someone who has left",
        ("actor", "system"): "Taskledger",
        ("line", "created"): "{actor} created this task.",
        ("line", "created for you"): "{actor} created this task and assigned it to you.",
        ("line", "assigned"): "{actor} changed who is assigned.",
        ("line", "assigned to you"): "{actor} assigned this task to you.",
        ("line", "taken from you"): "{actor} removed you from this task.",
        ("line", "status"): "{actor} changed the status.",
        ("line", "edited"): "{actor} edited this task.",
        ("line", "commented"): "{actor} commented.",
        ("line", "mentioned"): "{actor} mentioned you in a comment.",
        ("line", "named"): "{actor} mentioned you in the description.",
        ("line", "deleted"): "{actor} deleted this task. It can be restored at any time.",
        ("line", "restored"): "{actor} restored this task.",
        ("why", "assignee"): "You get this mail because the task is assigned to you.",
        ("why", "unassigned"): "You get this mail because the task was assigned to you.",
        ("why", "creator"): "You get this mail because you created the task.",
        ("why", "commenter"): "You get this mail because you commented on the task.",
        ("why", "mentioned"): "You get this mail because you were mentioned.",
        ("nothing", ""): "none",
        ("somebody", ""): "someone who has left",
        ("open", ""): "Open the task",
        ("settings", ""): "Choose what you are told of",
    },
    "ko": {
        ("actor", "person"): "{name}님이",
        ("actor", "erased"): "탈퇴한 사용자가",
        ("actor", "system"): "Taskledger가",
        ("line", "created"): "{actor} 이 작업을 만들었습니다.",
        ("line", "created for you"): "{actor} 이 작업을 만들어 회원님에게 맡겼습니다.",
        ("line", "assigned"): "{actor} 담당자를 바꿨습니다.",
        ("line", "assigned to you"): "{actor} 이 작업을 회원님에게 맡겼습니다.",
        ("line", "taken from you"): "{actor} 이 작업의 담당자에서 회원님을 뺐습니다.",
        ("line", "status"): "{actor} 상태를 바꿨습니다.",
        ("line", "edited"): "{actor} 이 작업을 수정했습니다.",
        ("line", "commented"): "{actor} 댓글을 남겼습니다.",
        ("line", "mentioned"): "{actor} 댓글에서 회원님을 언급했습니다.",
        ("line", "named"): "{actor} 설명에서 회원님을 언급했습니다.",
        ("line", "deleted"): "{actor} 이 작업을 삭제했습니다. 언제든지 되살릴 수 있습니다.",
        ("line", "restored"): "{actor} 이 작업을 되살렸습니다.",
        ("why", "assignee"): "이 작업의 담당자여서 메일을 보내 드립니다.",
        ("why", "unassigned"): "이 작업의 담당자였기 때문에 메일을 보내 드립니다.",
        ("why", "creator"): "이 작업을 만든 분이어서 메일을 보내 드립니다.",
        ("why", "commenter"): "이 작업에 댓글을 남기셔서 메일을 보내 드립니다.",
        ("why", "mentioned"): "언급되셔서 메일을 보내 드립니다.",
        ("status", _WAITING): "대기",
        ("status", _ACTIVE): "진행 중",
        ("status", _DONE): "완료",
        ("nothing", ""): "없음",
        ("somebody", ""): "탈퇴한 사용자",
        ("open", ""): "작업 열기",
        ("settings", ""): "알림 설정",
    },
}
