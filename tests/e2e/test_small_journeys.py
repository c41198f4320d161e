"""Short ways through the site: keys between pages, a task beside the page it was opened from, marks made offline."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture(scope="module")
def task(ann: Person, stack: Board) -> dict[str, Any]:
    """A task under way of Ann's, on which Bob has written to her."""
    bob = stack.register("Bob")
    project = ann.post("/api/projects", name="Operations")
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
    task: dict[str, Any] = ann.post(f"/api/projects/{project['id']}/tasks", title="Renew it", status="in_progress")
    bob.post(f"/api/tasks/{task['id']}/comments", body="Shall I?")
    eventually(lambda: ann.get("/api/notifications?unread=true")["items"])
    return task


@pytest.fixture
def visitor(browser: Browser, stack: Board, ann: Person, task: dict[str, Any]) -> Iterator[Visitor]:
    visitor = visit(browser, stack, ann, f"/projects/{task['project_id']}/board")
    expect(visitor.card("Renew it")).to_be_visible()
    yield visitor
    visitor.page.context.close()
    assert visitor.complaints == []


def test_keys_lead_from_every_page_of_a_project_to_the_others(visitor: Visitor) -> None:
    page = visitor.page
    for key, name in (("i", "Insights"), ("k", "Calendar"), ("i", "Insights"), ("t", "Table"), ("b", "Board")):
        page.keyboard.press(key)
        expect(page.locator(".tab[aria-current]")).to_have_text(name)
    page.keyboard.press("?")
    expect(page.locator("dialog .help-groups")).to_contain_text("Insights")


@pytest.mark.parametrize(("name", "link"), [("Insights", ".age-task"), ("Activity", ".event-task")])
def test_a_task_opens_beside_the_page_that_it_was_opened_from_and_closes_to_it(
    visitor: Visitor, name: str, link: str
) -> None:
    page = visitor.page
    page.locator(".tab", has_text=name).click()
    page.locator(link).first.click()
    expect(page.locator(".panel-title")).to_have_value("Renew it")
    expect(page.locator(".tab[aria-current]")).to_have_text(name)
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    expect(page.locator(".tab[aria-current]")).to_have_text(name)


def test_what_is_marked_as_read_without_a_network_is_kept_and_sent(visitor: Visitor, ann: Person) -> None:
    page = visitor.page
    page.locator(".sidebar").get_by_role("link", name="Inbox").click()
    mark = page.get_by_role("button", name="Mark as read").first
    expect(mark).to_be_visible()
    unread = len(ann.all("/api/notifications?unread=true"))
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.context.set_offline(True)
    mark.click()
    expect(page.locator(".banner")).to_contain_text("1 unsent change")
    page.locator(".banner").get_by_role("link", name="Show").click()
    expect(page.locator(".unsent")).to_contain_text("Mark as read")
    page.context.set_offline(False)
    eventually(lambda: len(ann.all("/api/notifications?unread=true")) == unread - 1, within=20)


def test_back_from_a_task_that_was_closed_is_where_one_was_before(visitor: Visitor) -> None:
    page = visitor.page
    page.locator(".sidebar").get_by_role("link", name="Operations").click()
    visitor.card("Renew it").locator(".card-link").click()
    expect(page.locator(".panel-title")).to_have_value("Renew it")
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    page.locator(".sidebar").get_by_role("link", name="My tasks").click()
    page.go_back()
    expect(visitor.card("Renew it")).to_be_visible()
    page.go_back()
    expect(page.locator(".board")).to_be_visible()
    expect(page.locator(".panel")).to_have_count(0)


# What a keyboard of another layout sends: the letter that it writes, and the place of the key.
PRESS = """([key, code, ctrl]) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
  { key, code, ctrlKey: ctrl, bubbles: true, cancelable: true }))"""


@pytest.mark.parametrize(
    ("c", "k", "z"), [("ㅊ", "ㅏ", "ㅋ"), ("с", "л", "я"), ("ψ", "κ", "ζ")], ids=["ko", "ru", "el"]
)
def test_keys_work_with_a_layout_without_latin_letters(visitor: Visitor, c: str, k: str, z: str) -> None:
    page = visitor.page
    page.evaluate(PRESS, [c, "KeyC", False])
    expect(page.get_by_role("dialog", name="New task")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="New task")).to_have_count(0)
    page.evaluate(PRESS, [k, "KeyK", True])
    expect(page.locator("dialog.palette")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.palette")).to_have_count(0)
    page.evaluate(PRESS, [z, "KeyZ", True])
    expect(visitor.toast("Nothing to undo")).to_be_visible()


def test_a_key_of_a_syllable_that_is_being_composed_is_no_shortcut(visitor: Visitor) -> None:
    page = visitor.page
    page.evaluate("""document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
      { key: "ㅏ", code: "KeyK", ctrlKey: true, isComposing: true, bubbles: true }))""")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.palette")).to_be_visible()
