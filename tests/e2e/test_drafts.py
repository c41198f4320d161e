"""What is written is never lost: not by a refusal, not by leaving, not by a reload; nor is it overwritten."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

REFUSED = '{"type": "about:blank", "title": "x", "status": 422, "code": "invalid", "detail": "no", "errors": []}'


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def task(ann: Person) -> dict[str, Any]:
    project = ann.post("/api/projects", name="Drafts")
    ann.post(f"/api/projects/{project['id']}/tasks", title="Another")
    task: dict[str, Any] = ann.post(f"/api/projects/{project['id']}/tasks", title="Renew it", description="Old words")
    return task


@pytest.fixture
def visitor(browser: Browser, stack: Board, ann: Person, task: dict[str, Any]) -> Iterator[Visitor]:
    visitor = visit(browser, stack, ann, f"/projects/{task['project_id']}/tasks/{task['id']}")
    expect(visitor.page.locator(".panel-title")).to_have_value("Renew it")
    yield visitor
    visitor.page.context.close()
    assert [one for one in visitor.complaints if "422" not in one] == []


def comment_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Comment")


class Held:
    """Calls of a path that wait for an answer until they are refused."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.routes: list[Route] = []
        page.route(pattern, lambda route: self._take(route))

    def _take(self, route: Route) -> None:
        if route.request.method == "POST":
            self.routes.append(route)
        else:
            route.continue_()

    def refuse(self) -> None:
        for route in self.routes:
            route.fulfill(status=422, content_type="application/problem+json", body=REFUSED)
        self.routes.clear()


def test_a_comment_stands_in_its_field_until_it_is_stored(visitor: Visitor, ann: Person, task: dict[str, Any]) -> None:
    page = visitor.page
    comment_of(page).fill("Is it done?")
    held = Held(page, "**/comments")
    page.get_by_role("button", name="Comment", exact=True).click()
    eventually(lambda: page.wait_for_timeout(20) is None and len(held.routes) == 1)
    expect(comment_of(page)).to_have_value("Is it done?")
    comment_of(page).press("End")
    page.keyboard.type(" I ask.")
    held.refuse()
    expect(page.locator(".toast.error")).to_be_visible()
    expect(comment_of(page)).to_have_value("Is it done? I ask.")
    page.unroute("**/comments")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(comment_of(page)).to_have_value("")
    expect(page.locator(".comment")).to_contain_text("Is it done? I ask.")
    assert [one["body"] for one in ann.all(f"/api/tasks/{task['id']}/comments")] == ["Is it done? I ask."]


def test_a_comment_that_is_too_long_stays_however_often_it_is_sent(visitor: Visitor, ann: Person) -> None:
    page = visitor.page
    comment_of(page).fill("x" * 21_000)
    for _ in range(2):
        page.get_by_role("button", name="Comment", exact=True).click()
        expect(page.locator(".toast.error")).to_be_visible()
        expect(page.get_by_role("button", name="Comment", exact=True)).to_be_enabled()
    expect(comment_of(page)).to_have_value("x" * 21_000)


def test_what_is_begun_is_there_again_after_history_another_task_and_a_reload(
    visitor: Visitor, ann: Person, task: dict[str, Any]
) -> None:
    page = visitor.page
    comment_of(page).fill("Half a sentence")
    page.get_by_role("button", name="Edit the description").click()
    page.get_by_role("textbox", name="Description").fill("New words")
    page.get_by_role("tab", name="History").click()
    page.get_by_role("tab", name="Comments").click()
    expect(comment_of(page)).to_have_value("Half a sentence")
    visitor.card("Another").locator(".card-link").click()
    expect(page.locator(".panel-title")).to_have_value("Another")
    expect(comment_of(page)).to_have_value("")
    visitor.card("Renew it").locator(".card-link").click()
    expect(comment_of(page)).to_have_value("Half a sentence")
    page.reload()
    expect(comment_of(page)).to_have_value("Half a sentence")
    expect(page.get_by_role("textbox", name="Description")).to_have_value("New words")
    expect(page.locator(".draft-note")).to_have_count(2)
    page.locator(".description").get_by_role("button", name="Save").click()
    eventually(lambda: ann.get(f"/api/tasks/{task['id']}")["description"] == "New words")
    page.locator(".editor").get_by_role("button", name="Throw away").click()
    page.reload()
    expect(comment_of(page)).to_have_value("")
    expect(page.locator(".description-edit")).to_have_count(0)


def test_a_conflict_saves_what_stands_in_the_field(visitor: Visitor, ann: Person, task: dict[str, Any]) -> None:
    page = visitor.page
    page.get_by_role("button", name="Edit the description").click()
    field = page.get_by_role("textbox", name="Description")
    field.fill("Old words of mine")
    ann.patch(f"/api/tasks/{task['id']}", description="Old words of Bob")
    page.locator(".description").get_by_role("button", name="Save").click()
    expect(page.locator(".conflict mark")).to_have_text(["Bob", "mine"])
    field.fill("Old words of Bob and mine")
    page.get_by_role("button", name="Save mine").click()
    expect(page.locator(".conflict")).to_have_count(0)
    eventually(lambda: ann.get(f"/api/tasks/{task['id']}")["description"] == "Old words of Bob and mine")


def test_a_refused_title_of_a_new_card_is_not_lost_nor_what_was_written_meanwhile(
    visitor: Visitor, task: dict[str, Any]
) -> None:
    page = visitor.page
    page.goto(f"/projects/{task['project_id']}/board")
    visitor.column(0).locator(".column-head .icon-button").click()
    field = page.get_by_role("textbox", name="Title of the new task")
    held = Held(page, "**/projects/*/tasks")
    field.fill("First")
    field.press("Enter")
    eventually(lambda: page.wait_for_timeout(20) is None and len(held.routes) == 1)
    expect(field).to_have_value("First")
    page.keyboard.type("Second")
    expect(field).to_have_value("Second")
    held.refuse()
    expect(page.locator(".quick-add .draft-note")).to_contain_text("First")
    expect(field).to_have_value("Second")
    page.unroute("**/projects/*/tasks")
    field.press("Enter")
    expect(field).to_have_value("")
    expect(visitor.titles(0)).to_contain_text(["Second"])


def test_a_filled_dialog_asks_and_is_not_closed_by_a_selection_that_ends_beside_it(
    visitor: Visitor, task: dict[str, Any]
) -> None:
    page = visitor.page
    page.goto(f"/projects/{task['project_id']}/board")
    expect(visitor.card("Renew it")).to_be_visible()
    page.keyboard.press("c")
    title = page.get_by_role("dialog").get_by_label("Title")
    title.fill("A long title that is selected")
    box = title.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(5, box["y"] + 10, steps=4)
    page.mouse.up()
    expect(title).to_have_value("A long title that is selected")
    expect(page.locator(".dialog-asks")).to_have_count(0)
    page.mouse.click(5, 5)
    expect(page.locator(".dialog-asks")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(title).to_have_value("A long title that is selected")
    page.reload()
    expect(visitor.card("Renew it")).to_be_visible()
    page.keyboard.press("c")
    expect(title).to_have_value("A long title that is selected")
    page.keyboard.press("Escape")
    page.locator(".dialog-asks").get_by_role("button", name="Throw away").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("c")
    expect(title).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
