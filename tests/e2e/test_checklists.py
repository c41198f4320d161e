"""Checklists in a description: ticked where they stand, by several people at once."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

LIST = "Before the launch:\n\n- [ ] Write the text\n- [x] Book the room\n- [ ] Invite people"


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def task(ann: Person) -> dict[str, Any]:
    """A task with a checklist, in a project of its own."""
    project = ann.post("/api/projects", name="Launch")
    task: dict[str, Any] = ann.post(f"/api/projects/{project['id']}/tasks", title="Get ready", description=LIST)
    return task


@pytest.fixture
def at(stack: Board, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Opens a task beside its board, as somebody."""
    contexts: list[BrowserContext] = []

    def opened(person: Person, task: dict[str, Any], **options: Any) -> Visitor:
        path = f"/projects/{task['project_id']}/tasks/{task['id']}"
        visitor = visit(browser, stack, person, path, **options)
        contexts.append(visitor.page.context)
        expect(visitor.page.get_by_role("checkbox", name="Write the text")).to_be_visible()
        return visitor

    yield opened
    for context in contexts:
        context.close()


def test_a_point_is_ticked_in_place_counted_on_the_card_and_taken_back(
    at: Callable[..., Visitor], ann: Person, task: dict[str, Any]
) -> None:
    visitor = at(ann, task)
    page, card = visitor.page, visitor.card("Get ready")
    expect(card.locator(".progress")).to_contain_text("1/3")
    page.get_by_role("checkbox", name="Write the text").check()
    page.get_by_role("checkbox", name="Invite people").focus()
    page.keyboard.press("Space")
    expect(card.locator(".progress.complete")).to_contain_text("3/3")
    expect(page.get_by_role("checkbox", name="Invite people")).to_be_focused()
    visitor.toast("Ticked: Invite people").get_by_role("button", name="Undo").click()
    expect(card.locator(".progress")).to_contain_text("2/3")
    ticked = LIST.replace("- [ ] Write", "- [x] Write")
    eventually(lambda: ann.get(f"/api/tasks/{task['id']}")["description"] == ticked)
    page.goto(f"/projects/{task['project_id']}/table")
    expect(page.locator(".table-row .progress")).to_contain_text("2/3")
    assert visitor.complaints == []


def test_two_people_tick_one_list_and_someone_else_writes_on(
    at: Callable[..., Visitor], ann: Person, task: dict[str, Any]
) -> None:
    visitor = at(ann, task)
    page = visitor.page
    page.context.set_offline(True)
    page.get_by_role("checkbox", name="Write the text").check()
    expect(visitor.page.locator(".banner")).to_contain_text("1 unsent change")
    theirs = LIST.replace("- [ ] Invite", "- [x] Invite").replace("Before", "Well before") + "\n- [ ] Buy water"
    ann.patch(f"/api/tasks/{task['id']}", description=theirs)
    page.context.set_offline(False)
    expect(page.locator(".panel .progress")).to_contain_text("3/4")
    assert ann.get(f"/api/tasks/{task['id']}")["description"] == theirs.replace("- [ ] Write", "- [x] Write")
    assert visitor.complaints == []


def test_a_point_that_someone_else_has_removed_stays_removed(
    at: Callable[..., Visitor], ann: Person, task: dict[str, Any]
) -> None:
    page = at(ann, task).page
    page.route("**/api/stream*", lambda route: route.abort())
    page.reload()
    box = page.get_by_role("checkbox", name="Write the text")
    expect(box).to_be_visible()
    ann.patch(f"/api/tasks/{task['id']}", description="All is done.")
    box.click()
    expect(page.locator(".toast.error")).to_contain_text("rewritten this list")
    expect(page.locator(".description .markdown")).to_have_text("All is done.")
    assert ann.get(f"/api/tasks/{task['id']}")["description"] == "All is done."


def test_readers_see_the_list_and_cannot_tick_it(
    at: Callable[..., Visitor], stack: Board, ann: Person, task: dict[str, Any]
) -> None:
    vera = stack.register("Vera")
    ann.put(f"/api/projects/{task['project_id']}/members/{vera.id}", role="viewer")
    page = at(vera, task).page
    expect(page.get_by_role("checkbox", name="Write the text")).to_be_disabled()
    expect(page.get_by_role("checkbox", name="Book the room")).to_be_checked()
