"""Choosing a day: one change for the day that was meant, none for those on the way to it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

DUE = "2027-03-10"


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def task(ann: Person) -> dict[str, Any]:
    project = ann.post("/api/projects", name="Days")
    task: dict[str, Any] = ann.post(f"/api/projects/{project['id']}/tasks", title="Renew it", due=DUE)
    return task


@pytest.fixture
def visitor(browser: Browser, stack: Board, ann: Person, task: dict[str, Any]) -> Iterator[Visitor]:
    visitor = visit(browser, stack, ann, f"/projects/{task['project_id']}/tasks/{task['id']}")
    expect(visitor.page.locator(".panel-title")).to_have_value("Renew it")
    yield visitor
    visitor.page.context.close()
    assert visitor.complaints == []


def changes(ann: Person, task: dict[str, Any]) -> list[str]:
    """The due dates that the task has had, as its history tells."""
    events = ann.all(f"/api/tasks/{task['id']}/history")
    return [event["changes"][0]["new"] for event in events if event["type"] == "task.due-changed"]


def test_enter_saves_the_day_that_was_reached_and_no_other(visitor: Visitor, ann: Person, task: dict[str, Any]) -> None:
    page = visitor.page
    page.locator(".properties .due-open[aria-label^=Due]").click()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(visitor.toast("Due date set")).to_be_visible()
    eventually(lambda: changes(ann, task) == ["2027-03-26"])


def test_escape_leaves_the_day_as_it_was(visitor: Visitor, ann: Person, task: dict[str, Any]) -> None:
    page = visitor.page
    sent: list[str] = []
    page.on("request", lambda request: request.method == "PATCH" and sent.append(request.url))
    page.locator(".properties .due-open[aria-label^=Due]").click()
    for key in ("ArrowRight", "ArrowDown", "PageDown", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    expect(page.locator(".day-picker:popover-open")).to_be_hidden()
    expect(page.locator(".panel")).to_be_visible()
    # What is sent afterwards is the first thing that is sent.
    page.locator(".properties .chip-clear").click()
    eventually(lambda: changes(ann, task) == [None])
    assert len(sent) == 1


def test_a_calendar_that_is_left_saves_the_day_that_was_reached(
    visitor: Visitor, ann: Person, task: dict[str, Any]
) -> None:
    page = visitor.page
    page.locator(".properties .due-open[aria-label^=Due]").click()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.locator(".panel-head .key").click()
    expect(page.locator(".day-picker:popover-open")).to_be_hidden()
    eventually(lambda: changes(ann, task) == ["2027-03-06"])


def test_many_tasks_get_the_day_that_was_meant_in_one_change_each(
    visitor: Visitor, ann: Person, task: dict[str, Any]
) -> None:
    page = visitor.page
    page.goto(f"/projects/{task['project_id']}/table")
    page.locator(".table-row", has_text="Renew it").locator(".choose input").check()
    bar = page.get_by_role("toolbar")
    bar.get_by_role("button", name="Due date", exact=False).first.click()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    bar.get_by_role("button", name="Due date", exact=False).first.click()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    eventually(lambda: changes(ann, task) == ["2027-04-11"])
