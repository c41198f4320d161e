"""Hangul by an input method in a real browser: the Enter that ends a syllable is the input method's, not the form's."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, expect

from testkit.board import Board, Person
from testkit.visiting import Visitor, visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def person(stack: Board) -> Person:
    return stack.register("하나", locale="ko")


@pytest.fixture
def hana(browser: Browser, stack: Board, person: Person) -> Iterator[Visitor]:
    """Somebody on the board of a project with one task."""
    project = person.post("/api/projects", name="사무실 이전")
    person.post(f"/api/projects/{project['id']}/tasks", title="첫 작업")
    visitor = visit(browser, stack, person, f"/projects/{project['id']}/board", locale="ko-KR")
    expect(visitor.card("첫 작업")).to_be_visible()
    yield visitor
    visitor.page.context.close()


class InputMethod:
    """What composes syllables: the browser gets from it what it gets from one of the system."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    def compose(self, syllable: str) -> None:
        """Underlined and not there yet, as the keys pressed so far make it; as Chromium tells a key of it: 229."""
        self._key("rawKeyDown", "Process", 229)
        asked = {"text": syllable, "selectionStart": len(syllable), "selectionEnd": len(syllable)}
        self._session.send("Input.imeSetComposition", asked)

    def end(self, syllable: str) -> None:
        """The syllable is done."""
        self._session.send("Input.insertText", {"text": syllable})

    def enter(self, syllable: str) -> None:
        """Enter while a syllable is being composed: it ends the syllable, and is a key of the input method."""
        self._key("rawKeyDown", "Enter", 229)
        self.end(syllable)
        self._key("keyUp", "Enter", 13)

    def _key(self, kind: str, key: str, code: int) -> None:
        self._session.send("Input.dispatchKeyEvent", {"type": kind, "key": key, "windowsVirtualKeyCode": code})


def typed(visitor: Visitor, field: Locator, text: str) -> None:
    """Type by an input method, ending the last syllable by Enter: the text stands in the field."""
    field.focus()
    method = InputMethod(visitor.page.context.new_cdp_session(visitor.page))
    for syllable in text[:-1]:
        method.compose(syllable)
        method.end(syllable)
    method.compose(text[-1])
    method.enter(text[-1])
    expect(field).to_have_value(text)


def test_a_new_task_waits_for_the_enter_after_the_syllable(hana: Visitor) -> None:
    hana.column(0).locator(".column-head button").click()
    field = hana.page.locator(".quick-add textarea")
    typed(hana, field, "인증서갱신")
    expect(hana.titles(0)).to_have_text(["첫 작업"])
    hana.page.keyboard.press("Enter")
    expect(hana.titles(0)).to_have_text(["첫 작업", "인증서갱신"])
    hana.page.keyboard.press("Escape")


def test_a_title_and_a_comment_wait_for_it_too(hana: Visitor) -> None:
    hana.card("첫 작업").locator(".card-link").click()
    title = hana.page.locator(".panel-title")
    title.fill("")
    typed(hana, title, "둘째")
    expect(title).to_be_focused()
    hana.page.keyboard.press("Enter")
    expect(hana.card("둘째")).to_be_visible()

    editor = hana.page.locator(".editor textarea")
    typed(hana, editor, "좋아요")
    expect(hana.page.locator(".comment")).to_have_count(0)
    hana.page.keyboard.press("Control+Enter")
    expect(hana.page.locator(".comment")).to_contain_text("좋아요")
    hana.page.keyboard.press("Escape")


def test_the_palette_goes_nowhere_on_it(hana: Visitor) -> None:
    hana.page.keyboard.press("Control+k")
    field = hana.page.get_by_role("combobox")
    before = hana.page.url
    typed(hana, field, "둘째")
    assert hana.page.url == before
    expect(field).to_be_visible()
    hana.page.keyboard.press("Escape")
    assert hana.complaints == []
