"""Whoever may only look is told so once, and is offered nothing that would be refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from testkit.board import Board, Person
from testkit.visiting import visit

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture(scope="module")
def bob(stack: Board) -> Person:
    return stack.register("Bob")


@pytest.fixture(scope="module")
def task(stack: Board, bob: Person) -> dict[str, Any]:
    ann = stack.register("Ann")
    project = ann.post("/api/projects", name="Looked at")
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="viewer")
    task: dict[str, Any] = ann.post(f"/api/projects/{project['id']}/tasks", title="Look", labels=["seen"])
    return task


@pytest.fixture
def page(browser: Browser, stack: Board, bob: Person, task: dict[str, Any]) -> Iterator[Page]:
    visitor = visit(browser, stack, bob, f"/projects/{task['project_id']}/board")
    yield visitor.page
    visitor.page.context.close()


def offered(page: Page) -> list[str]:
    """Controls of the task that could be used, by name."""
    found: list[str] = page.locator(".panel :is(button, input, textarea):not(:disabled, [readonly])").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-label') || one.textContent)"
    )
    return found


def test_a_viewer_is_told_once_and_offered_nothing(page: Page, task: dict[str, Any]) -> None:
    expect(page.get_by_text("View only")).to_have_count(1)
    expect(page.get_by_text("Drag a task here.")).to_have_count(0)
    page.locator(".card-link").click()
    panel = page.locator(".panel")
    expect(panel.locator(".label", has_text="seen")).to_be_visible()
    for word in ("Assign", "Due date", "Estimate", "Add a description …"):
        expect(panel.get_by_text(word, exact=True)).to_have_count(0)
    assert offered(page) == ["Copy link", "Close", "Comments", "History"]
    page.keyboard.press("c")
    expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize("path", ["/projects/0199aaaa-0000-7000-8000-000000000001/board", "/nowhere", "/tasks/none"])
def test_a_page_that_is_not_there_has_a_heading(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("h1")).to_be_visible()
