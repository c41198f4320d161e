"""Estimate and start in a real browser: typed, chosen, sorted and filtered by, taken back, kept without a network."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

TODAY = date.today().isoformat()  # noqa: DTZ011 - the day of the reader, who is at this machine


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def project(ann: Person) -> dict[str, Any]:
    project: dict[str, Any] = ann.post("/api/projects", name="Operations", key="OPS")
    path = f"/api/projects/{project['id']}/tasks"
    ann.post(path, title="Small", estimate=0.5, start="2026-01-05")
    ann.post(path, title="Unknown")
    ann.post(path, title="Large", estimate=13, start="2099-01-05")
    eventually(lambda: len(ann.all(path)) == 3)
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
        expect(visitor.page.locator("main h1")).to_be_visible()
        return visitor

    yield opened
    for context in contexts:
        context.close()
    assert [visitor.complaints for visitor in visitors] == [[]] * len(visitors)


def titles(visitor: Visitor) -> Locator:
    return visitor.page.locator(".table-body .row-link")


def in_a_panel(at: Callable[..., Visitor], ann: Person, project: dict[str, Any]) -> tuple[Visitor, dict[str, Any]]:
    task = ann.post(f"/api/projects/{project['id']}/tasks", title="Renew it")
    visitor = at(f"/projects/{project['id']}/tasks/{task['id']}")
    expect(visitor.page.locator(".comments")).to_be_visible()
    return visitor, task


def test_they_are_columns_that_one_sorts_by_and_filters(at: Callable[..., Visitor], project: dict[str, Any]) -> None:
    visitor = at(f"/projects/{project['id']}/table?sort=key")
    page = visitor.page
    expect(titles(visitor)).to_have_text(["Small", "Unknown", "Large"])
    expect(page.locator(".table-body .c-estimate")).to_have_text(["0.5", "", "13"])
    page.get_by_role("columnheader", name="Estimate").get_by_role("button").click()
    expect(titles(visitor)).to_have_text(["Large", "Small", "Unknown"])
    page.get_by_role("columnheader", name="Start").get_by_role("button").click()
    expect(titles(visitor)).to_have_text(["Small", "Large", "Unknown"])
    page.get_by_role("button", name="Filter by: Start").click()
    page.get_by_role("option", name="Starts after today").click()
    expect(titles(visitor)).to_have_text(["Large"])
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Filter by: Estimate").click()
    page.get_by_role("option", name="Without an estimate").click()
    expect(titles(visitor)).to_have_text(["Unknown"])


def test_an_estimate_is_typed_refused_where_it_does_not_fit_and_taken_back(
    at: Callable[..., Visitor], ann: Person, project: dict[str, Any]
) -> None:
    visitor, task = in_a_panel(at, ann, project)
    page = visitor.page
    field = page.locator(".properties").get_by_label("Estimate")
    field.fill("0.3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("0 to 1000, in steps of 0.5")
    expect(field).to_have_value("0.3")
    field.fill("2,5")
    page.keyboard.press("Enter")
    expect(visitor.toast("Estimate of OPS-4 changed")).to_be_visible()
    expect(field).to_have_value("2.5")
    page.keyboard.press("ArrowUp")
    expect(field).to_have_value("3")
    page.keyboard.press("Enter")
    eventually(lambda: ann.get(f"/api/tasks/{task['id']}")["estimate"] == 3)
    expect(visitor.toast("Estimate of OPS-4 changed")).to_have_count(2)
    visitor.toast("Estimate of OPS-4 changed").last.get_by_role("button", name="Undo").click()
    expect(field).to_have_value("2.5")
    eventually(lambda: ann.get(f"/api/tasks/{task['id']}")["estimate"] == 2.5)
    page.get_by_role("tab", name="History").click()
    expect(page.locator(".timeline .event").last).to_contain_text("Ann changed the estimate")


def test_both_are_kept_without_a_network_and_sent_later(
    at: Callable[..., Visitor], ann: Person, project: dict[str, Any]
) -> None:
    visitor, task = in_a_panel(at, ann, project)
    page = visitor.page
    page.context.set_offline(True)
    page.locator(".properties").get_by_label("Estimate").fill("8")
    page.keyboard.press("Enter")
    page.locator(".properties").get_by_role("button", name="Start", exact=True).click()
    page.keyboard.press("Enter")
    expect(page.locator(".banner")).to_contain_text("2 unsent changes")
    page.context.set_offline(False)
    expect(page.locator(".banner")).to_have_count(0)
    path = f"/api/tasks/{task['id']}"
    eventually(lambda: (now := ann.get(path))["estimate"] == 8 and now["start"] == TODAY)


def test_a_new_task_has_them_and_they_read_well_in_korean(
    at: Callable[..., Visitor], ann: Person, project: dict[str, Any]
) -> None:
    ann.patch("/api/auth/me", locale="ko")
    visitor = at(f"/projects/{project['id']}/table", locale="ko-KR")
    page = visitor.page
    expect(titles(visitor)).to_have_count(3)
    page.keyboard.press("c")
    page.get_by_role("dialog").get_by_label("제목").fill("물 주기")
    page.get_by_role("dialog").get_by_label("추정치").fill("5.3")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text("0부터 1000까지, 0.5 단위")
    page.get_by_role("dialog").get_by_label("추정치").fill("5")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".panel .properties").get_by_label("추정치")).to_have_value("5")
    expect(page.get_by_role("columnheader", name="시작일")).to_be_visible()
    path = f"/api/projects/{project['id']}/tasks?sort=-estimate"
    eventually(lambda: [task["title"] for task in ann.all(path)] == ["Large", "물 주기", "Small", "Unknown"])
    ann.patch("/api/auth/me", locale="en")
