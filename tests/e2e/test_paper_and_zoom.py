"""A board on paper, and where there is little height: nothing is missing, and tasks are in sight."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from testkit.board import Board, Person
from testkit.visiting import visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

TASKS = 120

# What is drawn while a page is printed: the browser tells the page, and takes what is there then.
PRINTED = """(selector) => {
  dispatchEvent(new Event("beforeprint"));
  const found = document.querySelectorAll(selector).length;
  return found;
}"""


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture(scope="module")
def project(ann: Person) -> dict[str, Any]:
    project: dict[str, Any] = ann.post("/api/projects", name="Paper", key="PAP")
    tasks = [{"title": f"Task {number}"} for number in range(TASKS)]
    ann.post(f"/api/projects/{project['id']}/tasks/batch", tasks=tasks)
    return project


@pytest.fixture
def at(browser: Browser, stack: Board, ann: Person, project: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    opened: list[Page] = []

    def go(view: str, width: int = 1280, height: int = 800) -> Page:
        visitor = visit(browser, stack, ann, f"/projects/{project['id']}/{view}")
        opened.append(visitor.page)
        visitor.page.set_viewport_size({"width": width, "height": height})
        expect(visitor.page.get_by_text("Task 0", exact=True).first).to_be_visible()
        return visitor.page

    yield go
    for page in opened:
        page.context.close()


@pytest.mark.parametrize(("view", "one"), [("board", ".card"), ("table", ".table-body .table-row")])
def test_every_task_is_printed(at: Callable[..., Page], view: str, one: str) -> None:
    page = at(view)
    assert page.locator(one).count() < TASKS
    assert page.evaluate(PRINTED, one) == TASKS
    page.emulate_media(media="print")
    # Not the list of a phone, whatever the paper's width; each below the one before.
    boxes = page.locator(one).evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(b => [b.top, b.bottom])"
    )
    assert all(after[0] >= before[1] - 0.5 for before, after in pairwise(boxes))
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator(one).nth(TASKS - 1)).to_have_count(0)


def test_a_task_is_printed_without_what_is_behind_it(at: Callable[..., Page]) -> None:
    page = at("board")
    page.locator(".card-link").first.click()
    expect(page.locator(".panel-title")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".panel-title")).to_be_visible()
    expect(page.locator(".board")).to_be_hidden()


@pytest.mark.parametrize("view", ["board", "table"])
@pytest.mark.parametrize(("width", "height"), [(320, 256), (667, 375)])
def test_tasks_are_in_sight_where_there_is_little_height(
    at: Callable[..., Page], view: str, width: int, height: int
) -> None:
    page = at(view, width, height)
    page.evaluate("document.querySelector('.project-main').scrollTo(0, 10_000)")
    # The heads have gone: at least two tasks are there at once.
    one = ".card" if view == "board" else ".table-body .table-row"
    seen = page.locator(one).evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).filter(b => b.top >= 0 && b.bottom <= innerHeight).length"
    )
    assert seen >= 2
