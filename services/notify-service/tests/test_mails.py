"""Mails word for word, in both languages."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from contracts.project import DEFAULT_STATUSES, Project, Status
from notify_service.domain.notice import Kind, Why
from notify_service.mails import Letter, Locale, render

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROJECT = Project(
    id="p1",
    key="OPS",
    name="Operations",
    statuses=(*DEFAULT_STATUSES, Status(key="review", name="In review", category="active")),
    created_by="ann",
    created_at=NOON,
    updated_at=NOON,
    version=1,
)
EVERY_CHANGE: tuple[tuple[str, Any, Any], ...] = (
    ("title", "Fix it", "Fix all"),
    ("description", "", "How to"),
    ("status", "waiting", "in_progress"),
    ("priority", "none", "urgent"),
    ("estimate", 2.5, 0.0),
    ("start", "2026-12-01", None),
    ("due", None, "2026-12-04"),
    ("labels", ["ops"], []),
    ("assignees", None, "bob"),
    ("assignees", "gone", None),
)


def letter(
    locale: Locale,
    kind: Kind,
    *changes: tuple[str, Any, Any],
    why: Why = "creator",
    actor: str | None = "ann",
    excerpt: str | None = None,
    title: str = "Fix all",
) -> Letter:
    return Letter(
        kind=kind,
        why=why,
        reader="bob",
        locale=locale,
        task_id="t1",
        content={
            "task_key": "OPS-12",
            "title": title,
            "actor": actor,
            "changes": [{"field": field, "old": old, "new": new} for field, old, new in changes],
            "excerpt": excerpt,
        },
        project=PROJECT,
        names={"ann": "Ann", "bob": "Bob", "gone": None},
        public_url="https://board.example.org/",
    )


class Visible(HTMLParser):
    """The text of a page, without its style sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag in ("style", "title")
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.words.append(data.strip())


def visible(html: str) -> Visible:
    page = Visible()
    page.feed(html)
    return page


ENGLISH = """\
Ann assigned this task to you.

OPS-12 Fix all
Operations

Title: Fix it → Fix all
Description: none → How to
Status: Waiting → In progress
Priority: none → urgent
Estimate: 2.5 → 0
Start: 1 December 2026 → none
Due: none → 4 December 2026
Labels: ops → none
Assignee: none → Bob
Assignee: someone who has left → none

Open the task: https://board.example.org/projects/p1/tasks/t1

-- 
You get this mail because the task is assigned to you.
Choose what you are told of: https://board.example.org/notifications
"""  # noqa: W291 - "-- " is how a signature begins (RFC 3676, section 4.3)

KOREAN = """\
Ann님이 이 작업을 회원님에게 맡겼습니다.

OPS-12 Fix all
Operations

제목: Fix it → Fix all
설명: 없음 → How to
상태: 대기 → 진행 중
우선순위: 없음 → 긴급
추정치: 2.5 → 0
시작일: 2026년 12월 1일 → 없음
마감일: 없음 → 2026년 12월 4일
라벨: ops → 없음
담당자: 없음 → Bob
담당자: 탈퇴한 사용자 → 없음

작업 열기: https://board.example.org/projects/p1/tasks/t1

-- 
이 작업의 담당자여서 메일을 보내 드립니다.
알림 설정: https://board.example.org/notifications
"""  # noqa: W291


@pytest.mark.parametrize(
    ("locale", "subject", "text"),
    [("en", "[OPS-12] Fix all", ENGLISH), ("ko", "[OPS-12] Fix all", KOREAN)],
)
def test_a_mail_says_who_did_what_from_what_to_what_and_why_one_is_told(
    locale: Locale, subject: str, text: str
) -> None:
    mail = render(letter(locale, "assigned", *EVERY_CHANGE, why="assignee"))
    assert (mail.subject, mail.text) == (subject, text)


@pytest.mark.parametrize("locale", ["en", "ko"])
def test_the_html_says_the_same_as_the_text(locale: Locale) -> None:
    mail = render(letter(locale, "assigned", *EVERY_CHANGE, why="assignee"))
    page = visible(mail.html)
    said = " ".join(page.words)
    for line in mail.text.split("\n"):
        label, _, value = line.partition(": ")
        words = (label, *value.split(" → ")) if value and not value.startswith("https:") else (label,)
        for word in words:
            assert word.removeprefix("OPS-12 ").strip("- ") in said
    assert page.links == ["https://board.example.org/projects/p1/tasks/t1", "https://board.example.org/notifications"]
    assert f'<html lang="{locale}">' in mail.html


KINDS: list[tuple[Kind, Why, tuple[tuple[str, Any, Any], ...], str, str]] = [
    ("created", "assignee", (), "created this task and assigned it to you", "만들어 회원님에게 맡겼"),
    ("created", "mentioned", (), "created this task.", "작업을 만들었"),
    ("assigned", "assignee", (), "created this task and assigned it to you", "만들어 회원님에게 맡겼"),
    ("assigned", "assignee", (("assignees", None, "bob"),), "assigned this task to you", "회원님에게 맡겼"),
    ("assigned", "unassigned", (("assignees", "bob", None),), "removed you from this task", "회원님을 뺐"),
    ("assigned", "creator", (("assignees", None, "cat"),), "changed who is assigned", "담당자를 바꿨"),
    ("status", "creator", (("status", "waiting", "done"),), "changed the status", "상태를 바꿨"),
    ("edited", "commenter", (("title", "Fix it", "Fix all"),), "edited this task", "수정했"),
    ("commented", "creator", (("comment", None, "Hi"),), "commented", "댓글을 남겼"),
    ("deleted", "creator", (("deleted", False, True),), "deleted this task", "삭제했"),
    ("restored", "creator", (("deleted", True, False),), "restored this task", "되살렸"),
]


@pytest.mark.parametrize(("kind", "why", "changes", "english", "korean"), KINDS)
def test_every_kind_has_its_words_and_all_mails_of_a_task_one_subject(
    kind: Kind, why: Why, changes: Any, english: str, korean: str
) -> None:
    for locale, line in (("en", english), ("ko", korean)):
        mail = render(letter(locale, kind, *changes, why=why))  # type: ignore[arg-type]
        assert (mail.subject, line in mail.text) == ("[OPS-12] Fix all", True)


def test_a_status_that_the_project_has_no_more_has_the_name_it_had() -> None:
    gone = replace(PROJECT, former=(Status(key="new_status", name="QA review", category="active"),))
    mail = render(replace(letter("en", "status", ("status", "new_status", "done")), project=gone))
    assert "Status: QA review → Done" in mail.text


def test_a_subject_keeps_every_space() -> None:
    assert render(letter("en", "deleted", title="a  b\u3000c")).subject == "[OPS-12] a  b\u3000c"


@pytest.mark.parametrize(
    ("locale", "actor", "line"),
    [
        ("en", "ann", "Ann deleted this task. It can be restored at any time."),
        ("en", "gone", "Someone who has left deleted this task. It can be restored at any time."),
        ("en", None, "Taskledger deleted this task. It can be restored at any time."),
        ("ko", "ann", "Ann님이 이 작업을 삭제했습니다. 언제든지 되살릴 수 있습니다."),
        ("ko", "gone", "탈퇴한 사용자가 이 작업을 삭제했습니다. 언제든지 되살릴 수 있습니다."),
        ("ko", None, "Taskledger가 이 작업을 삭제했습니다. 언제든지 되살릴 수 있습니다."),
    ],
)
def test_a_mail_names_whoever_did_it(locale: Locale, actor: str | None, line: str) -> None:
    assert render(letter(locale, "deleted", actor=actor)).text.startswith(f"{line}\n")


def test_a_comment_is_quoted() -> None:
    mail = render(letter("en", "commented", ("comment", None, "Look\n@Bob"), excerpt="Look\n@Bob", why="mentioned"))
    assert "\n\nLook\n@Bob\n\n" in mail.text
    assert "Look\n@Bob" in visible(mail.html).words
    assert "→" not in mail.text


def test_statuses_go_by_their_names_and_unknown_ones_by_their_keys() -> None:
    mail = render(letter("ko", "status", ("status", "review", "long_gone")))
    assert "상태: In review → long_gone" in mail.text


def test_what_people_write_is_text_and_never_markup() -> None:
    mail = render(letter("en", "commented", title="<b>&", excerpt="<script>alert(1)</script>"))
    assert "<script>" not in mail.html
    assert "<b>" not in mail.html
    assert {"<b>&", "<script>alert(1)</script>"} <= set(visible(mail.html).words)
    assert "<script>alert(1)</script>" in mail.text


def test_a_subject_is_one_short_line() -> None:
    subject = render(letter("en", "deleted", title="a\r\nBcc: eve@example.org " + "x" * 500)).subject
    assert "\n" not in subject
    assert "\r" not in subject
    assert len(subject) < 160
    assert subject.endswith("…")


@pytest.mark.parametrize(("locale", "line"), [("en", "mentioned you in the description."), ("ko", "설명에서")])
def test_a_mention_in_a_description_is_told_as_one(locale: Locale, line: str) -> None:
    mail = render(letter(locale, "commented", ("description", "", "@Bob"), why="mentioned"))
    assert line in mail.text
