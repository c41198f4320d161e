"""The board of any moment: looked at, walked through, compared with today, and brought back."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def project(ann: Person) -> dict[str, Any]:
    """A project whose first task was renamed and finished, whose second is deleted, and that got a third since."""
    project: dict[str, Any] = ann.post("/api/projects", name="Relaunch", key="REL")
    path = f"/api/projects/{project['id']}/tasks"
    first = ann.post(path, title="Write texts", priority="high")
    second = ann.post(path, title="Ask the lawyers")
    project["then"] = second["created_at"]
    ann.call("PATCH", f"/api/tasks/{first['id']}", {"title": "Write all texts", "status": "done"})
    ann.delete(f"/api/tasks/{second['id']}")
    ann.post(path, title="Move pictures")
    return {**project, "first": first, "second": second}


@pytest.fixture
def visitor(browser: Browser, stack: Board, ann: Person, project: dict[str, Any]) -> Iterator[Visitor]:
    visitor = visit(browser, stack, ann, f"/projects/{project['id']}/past?at={project['then']}")
    expect(visitor.page.locator(".past-bar")).to_be_visible()
    yield visitor
    assert visitor.complaints == []
    visitor.page.context.close()


def test_the_board_is_as_it_was_then_and_is_only_looked_at(visitor: Visitor) -> None:
    expect(visitor.titles(0)).to_have_text(["Write texts", "Ask the lawyers"])
    expect(visitor.titles(2)).to_have_count(0)
    page = visitor.page
    expect(page.get_by_role("button", name=re.compile("Add a task|Move REL"))).to_have_count(0)
    page.keyboard.press(".")
    expect(visitor.titles(2)).to_have_text(["Write all texts"])
    expect(visitor.titles(0)).to_have_text(["Ask the lawyers"])
    page.keyboard.press(",")
    expect(visitor.titles(0)).to_have_text(["Write texts", "Ask the lawyers"])
    # The address keeps the moment, and leads there again.
    page.reload()
    expect(visitor.titles(0)).to_have_text(["Write texts", "Ask the lawyers"])
    page.get_by_label("Moment").press("End")
    expect(visitor.titles(0)).to_have_text(["Move pictures"])
    page.get_by_label("Moment").press("Home")
    expect(page.locator(".board .card-link")).to_have_count(0)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Stop playing")).to_be_visible()
    page.get_by_role("button", name="Stop playing").click()
    page.get_by_role("link", name="Back to today").click()
    expect(page.locator(".past-bar")).to_have_count(0)


def test_a_table_and_a_calendar_have_that_moment_too(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("tab", name="Table").click()
    expect(page.locator(".table-body .row-link")).to_have_text(["Write texts", "Ask the lawyers"])
    page.get_by_role("tab", name="Calendar").click()
    expect(page.locator(".calendar")).to_contain_text("Ask the lawyers")


def test_what_is_different_today_is_told(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("tab", name="Compare with today").click()
    added, changed, gone = (page.locator(f".past-change.{kind}") for kind in ("added", "changed", "removed"))
    expect(added).to_contain_text("Move pictures")
    expect(changed).to_contain_text("Write all texts")
    expect(changed.locator(".old")).to_contain_text(["Write texts", "Waiting"])
    expect(gone).to_contain_text("Ask the lawyers")


def test_a_field_and_a_task_are_brought_back(visitor: Visitor, ann: Person, project: dict[str, Any]) -> None:
    page = visitor.page
    visitor.card("Write texts").locator(".card-link").click()
    panel = page.get_by_role("complementary", name="Task as it was")
    expect(panel.locator(".past-different li")).to_have_count(2)
    panel.get_by_role("button", name="Bring back: Title").click()
    eventually(lambda: ann.get(f"/api/tasks/{project['first']['id']}")["title"] == "Write texts")
    assert ann.get(f"/api/tasks/{project['first']['id']}")["status"] == "done"
    panel.get_by_role("button", name="Bring all back as it was").click()
    expect(panel.get_by_text("It is so today as well.")).to_be_visible()
    eventually(lambda: ann.get(f"/api/tasks/{project['first']['id']}")["status"] == "waiting")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    visitor.card("Ask the lawyers").locator(".card-link").press("Enter")
    expect(panel).to_contain_text("It is deleted today.")
    panel.get_by_role("button", name="Restore").click()
    eventually(lambda: not ann.get(f"/api/tasks/{project['second']['id']}")["deleted"])
