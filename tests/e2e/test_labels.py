"""Labels and the colours of statuses in a real browser: laid down by one, seen by the other without a reload."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture(scope="module")
def bob(stack: Board) -> Person:
    return stack.register("Bob")


@pytest.fixture
def project(ann: Person, bob: Person) -> dict[str, Any]:
    """A project of Ann's and Bob's whose tasks have labels that nobody has laid down."""
    project: dict[str, Any] = ann.post("/api/projects", name="Operations", key="OPS")
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
    for title, labels in (("Alpha", ["bug", "urgent"]), ("Beta", ["bug"]), ("Gamma", ["docs"])):
        ann.post(f"/api/projects/{project['id']}/tasks", title=title, labels=labels)
    eventually(lambda: len(ann.all(f"/api/projects/{project['id']}/tasks")) == 3)
    return project


@pytest.fixture
def settings(browser: Browser, stack: Board, ann: Person, project: dict[str, Any]) -> Iterator[Visitor]:
    visitor = visit(browser, stack, ann, f"/projects/{project['id']}/settings")
    yield visitor
    visitor.page.context.close()
    assert visitor.complaints == []


@pytest.fixture
def board(browser: Browser, stack: Board, bob: Person, project: dict[str, Any]) -> Iterator[Visitor]:
    visitor = visit(browser, stack, bob, f"/projects/{project['id']}/board")
    expect(visitor.card("Alpha")).to_be_visible()
    yield visitor
    visitor.page.context.close()
    assert visitor.complaints == []


def pick(settings: Visitor, button: str, option: str) -> None:
    settings.page.get_by_role("button", name=button, exact=True).click()
    settings.page.get_by_role("option", name=option, exact=True).click()


def rows(settings: Visitor) -> Locator:
    return settings.page.locator(".label-list li")


def labels(person: Person, project: dict[str, Any]) -> dict[str, list[str]]:
    return {task["title"]: task["labels"] for task in person.all(f"/api/projects/{project['id']}/tasks")}


def test_a_status_has_the_colour_that_its_project_gives_it(
    settings: Visitor, board: Visitor, ann: Person, project: dict[str, Any]
) -> None:
    icon = board.page.locator(".column[data-status=waiting] .column-head .status-icon")
    expect(icon).to_have_class("status-icon waiting")
    pick(settings, "Colour of Waiting", "Teal")
    settings.page.get_by_role("button", name="Save statuses").click()
    expect(icon).to_have_class("status-icon color-teal")

    pick(settings, "Colour of Waiting", "As its category")
    settings.page.get_by_role("button", name="Save statuses").click()
    expect(icon).to_have_class("status-icon waiting")
    assert ann.get(f"/api/projects/{project['id']}")["statuses"] == project["statuses"]


def test_a_label_has_the_colour_that_its_project_gives_it(
    settings: Visitor, board: Visitor, ann: Person, project: dict[str, Any]
) -> None:
    pick(settings, "Colour of bug", "Pink")
    for title in ("Alpha", "Beta"):
        expect(board.card(title).locator(".label", has_text="bug")).to_have_class("label color-pink")
    assert ann.get(f"/api/projects/{project['id']}")["labels"] == [{"name": "bug", "color": "pink"}]


def test_a_label_is_laid_down_before_any_task_has_it(settings: Visitor, board: Visitor) -> None:
    settings.page.get_by_label("New label").fill("later")
    settings.page.get_by_role("button", name="Add a label").click()
    expect(rows(settings).filter(has_text="later")).to_contain_text("unused")
    board.page.get_by_role("button", name="Filter by label").click()
    expect(board.page.get_by_role("option", name="later")).to_be_visible()


def test_a_label_gets_another_name_in_every_task(
    settings: Visitor, board: Visitor, ann: Person, project: dict[str, Any]
) -> None:
    expect(rows(settings).filter(has_text="bug")).to_contain_text("2 tasks")
    settings.page.get_by_role("button", name="Rename bug").click()
    dialog = settings.page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 tasks get the new name.")
    dialog.get_by_label("Name").fill("defect")
    settings.page.keyboard.press("Enter")
    expect(board.card("Alpha")).to_contain_text("defect")
    expect(board.card("Beta")).to_contain_text("defect")
    expect(rows(settings).filter(has_text="defect")).to_contain_text("2 tasks")
    expect(rows(settings).filter(has_text="bug")).to_have_count(0)
    eventually(lambda: labels(ann, project) == {"Alpha": ["defect", "urgent"], "Beta": ["defect"], "Gamma": ["docs"]})

    # One way back for all of it.
    settings.page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(board.card("Alpha")).to_contain_text("bug")
    expect(rows(settings).filter(has_text="bug")).to_contain_text("2 tasks")
    expect(rows(settings).filter(has_text="defect")).to_have_count(0)
    eventually(lambda: labels(ann, project) == {"Alpha": ["bug", "urgent"], "Beta": ["bug"], "Gamma": ["docs"]})
    assert ann.get(f"/api/projects/{project['id']}")["labels"] == []


def test_a_name_that_is_taken_makes_two_labels_one(settings: Visitor, ann: Person, project: dict[str, Any]) -> None:
    settings.page.get_by_role("button", name="Rename urgent").click()
    settings.page.get_by_role("dialog").get_by_label("Name").fill("bug")
    expect(settings.page.get_by_role("dialog")).to_contain_text("the two become one")
    settings.page.keyboard.press("Enter")
    expect(rows(settings)).to_have_count(2)
    eventually(lambda: labels(ann, project) == {"Alpha": ["bug"], "Beta": ["bug"], "Gamma": ["docs"]})


def test_a_label_that_goes_goes_from_every_task(
    settings: Visitor, board: Visitor, ann: Person, project: dict[str, Any]
) -> None:
    settings.page.get_by_role("button", name="Remove bug").click()
    dialog = settings.page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 tasks lose it.")
    dialog.get_by_role("button", name="Remove label").click()
    expect(rows(settings).filter(has_text="bug")).to_have_count(0)
    expect(board.page.locator(".card .label", has_text="bug")).to_have_count(0)
    eventually(lambda: labels(ann, project) == {"Alpha": ["urgent"], "Beta": [], "Gamma": ["docs"]})


def test_who_does_not_own_the_project_only_looks(
    browser: Browser, stack: Board, bob: Person, project: dict[str, Any]
) -> None:
    visitor = visit(browser, stack, bob, f"/projects/{project['id']}/settings")
    expect(rows(visitor)).to_have_text(["bug2 tasks", "docs1 task", "urgent1 task"])
    expect(visitor.page.get_by_role("button", name="Colour of")).to_have_count(0)
    expect(visitor.page.get_by_label("New label")).to_have_count(0)
    visitor.page.context.close()
    assert visitor.complaints == []
