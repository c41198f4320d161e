"""Whoever comes back reads the net of what became of things, and says when they have seen it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def bob(stack: Board) -> Person:
    return stack.register("Bob")


@pytest.fixture
def project(ann: Person, bob: Person) -> dict[str, Any]:
    """A project of Ann's in which Bob works."""
    project: dict[str, Any] = ann.post("/api/projects", name="Operations", key="OPS")
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
    return project


@pytest.fixture
def at(stack: Board, browser: Browser, ann: Person) -> Iterator[Callable[..., Visitor]]:
    """Opens a page as Ann."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def opened(path: str, **options: Any) -> Visitor:
        visitor = visit(browser, stack, ann, path, **options)
        contexts.append(visitor.page.context)
        visitors.append(visitor)
        return visitor

    yield opened
    for context in contexts:
        context.close()
    assert [visitor.complaints for visitor in visitors] == [[]] * len(visitors)


def touched(ann: Person) -> int:
    return sum(len(one["items"]) for one in ann.get("/api/catch-up")["projects"])


def test_what_was_missed_is_told_as_its_net_and_the_mark_moves_only_when_one_says_so(
    at: Callable[..., Visitor], ann: Person, bob: Person, project: dict[str, Any]
) -> None:
    tasks = f"/api/projects/{project['id']}/tasks"
    moved, back, lost, given = [ann.post(tasks, title=title) for title in ("Moved", "Back", "Lost", "Given")]
    eventually(lambda: touched(ann) == 4)
    ann.put("/api/catch-up", at=ann.get("/api/catch-up")["at"])
    for priority in ("low", "high", "urgent"):
        bob.patch(f"/api/tasks/{moved['id']}", priority=priority)
    bob.patch(f"/api/tasks/{back['id']}", priority="low")
    bob.patch(f"/api/tasks/{back['id']}", priority="none")
    bob.delete(f"/api/tasks/{lost['id']}")
    bob.put(f"/api/tasks/{given['id']}/assignees/{ann.id}")
    eventually(lambda: touched(ann) == 3)

    visitor = at("/inbox")
    page = visitor.page
    expect(page.locator("main h1")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("c")
    news = page.locator(".news")
    expect(news.locator("h3")).to_have_text(["Became yours", "Also changed", "Gone"])
    expect(news.locator(".caught-title")).to_have_text(["Given", "Moved", "Lost"])
    changed = news.locator(".caught", has_text="Moved")
    expect(changed.locator(".caught-changes")).to_contain_text("Urgent")
    expect(changed.locator(".caught-by")).to_contain_text("Bob · 3 changes")
    # Looking moved nothing.
    page.reload()
    expect(news.locator(".caught")).to_have_count(3)

    page.get_by_role("button", name="I've seen it").press("Enter")
    expect(news.locator(".caught")).to_have_count(0)
    page.get_by_role("button", name="Not yet").click()
    expect(news.locator(".caught")).to_have_count(3)
    page.reload()
    expect(news.locator(".caught")).to_have_count(3)
    page.get_by_role("button", name="I've seen it").click()
    expect(page.get_by_role("button", name="Not yet")).to_be_enabled()
    page.reload()
    expect(page.get_by_text("You have seen everything")).to_be_visible()
