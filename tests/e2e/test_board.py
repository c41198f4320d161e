"""The board in a real browser: cards put where people want them, by mouse, finger, keyboard and menu."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from testkit.board import Board, Person
from testkit.visiting import Finger, Visitor, drag, middle, visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def project(ann: Person) -> dict[str, Any]:
    """A project whose first column has five tasks."""
    project: dict[str, Any] = ann.post("/api/projects", name="Operations", key="OPS")
    for title in ("Alpha", "Beta", "Gamma", "Delta", "Epsilon"):
        ann.post(f"/api/projects/{project['id']}/tasks", title=title)
    return project


@pytest.fixture
def board(browser: Browser, stack: Board, ann: Person, project: dict[str, Any]) -> Iterator[Visitor]:
    visitor = visit(browser, stack, ann, f"/projects/{project['id']}/board")
    expect(visitor.titles(0)).to_have_count(5)
    yield visitor
    visitor.page.context.close()
    assert visitor.complaints == []


def test_an_order_made_by_mouse_is_everybodys_and_can_be_undone(
    board: Visitor, browser: Browser, stack: Board, ann: Person, project: dict[str, Any]
) -> None:
    bob = stack.register("Bob")
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
    other = visit(browser, stack, bob, board.page.url)
    expect(other.titles(0)).to_have_count(5)

    drag(board.page, board.card("Epsilon"), middle(board.card("Beta"), down=0.2))
    changed = ["Alpha", "Epsilon", "Beta", "Gamma", "Delta"]
    expect(board.titles(0)).to_have_text(changed)
    expect(other.titles(0)).to_have_text(changed)
    board.page.reload()
    expect(board.titles(0)).to_have_text(changed)

    drag(board.page, board.card("Alpha"), middle(board.card("Gamma"), down=0.8))
    expect(other.titles(0)).to_have_text(["Epsilon", "Beta", "Gamma", "Alpha", "Delta"])
    board.page.get_by_role("button", name="Undo").click()
    expect(board.titles(0)).to_have_text(changed)
    expect(other.titles(0)).to_have_text(changed)
    other.page.context.close()


def test_a_card_is_dropped_into_another_column_where_its_place_is(board: Visitor, ann: Person) -> None:
    drag(board.page, board.card("Alpha"), middle(board.column(1)))
    expect(board.titles(1)).to_have_text(["Alpha"])
    drag(board.page, board.card("Beta"), middle(board.card("Alpha"), down=0.9))
    expect(board.titles(1)).to_have_text(["Alpha", "Beta"])
    drag(board.page, board.card("Delta"), middle(board.card("Beta"), down=0.1))
    expect(board.titles(1)).to_have_text(["Alpha", "Delta", "Beta"])
    expect(board.titles(0)).to_have_text(["Gamma", "Epsilon"])
    board.toast("OPS-4 moved to In progress").get_by_role("button", name="Undo").click()
    expect(board.titles(0)).to_have_text(["Gamma", "Delta", "Epsilon"])


def test_a_drag_that_escape_ends_or_that_leads_nowhere_changes_nothing(board: Visitor) -> None:
    page = board.page
    page.mouse.move(*middle(board.card("Alpha")))
    page.mouse.down()
    page.mouse.move(*middle(board.card("Delta")), steps=5)
    expect(page.locator(".drop-line")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".drag-copy")).to_have_count(0)
    page.mouse.up()
    drag(page, board.card("Alpha"), middle(page.locator(".sidebar")))
    expect(page.locator(".drag-copy")).to_have_count(0)
    expect(board.titles(0)).to_have_text(["Alpha", "Beta", "Gamma", "Delta", "Epsilon"])
    expect(page.locator(".toast")).to_have_count(0)
    expect(page.locator(".panel")).to_have_count(0)


def test_a_long_column_scrolls_under_a_card_at_its_edge(board: Visitor, ann: Person, project: dict[str, Any]) -> None:
    for number in range(25):
        ann.post(f"/api/projects/{project['id']}/tasks", title=f"More {number}")
    expect(board.column(0).locator(".column-count")).to_have_text("30")
    page, scroller = board.page, board.column(0).locator(".column-scroll")
    page.mouse.move(*middle(board.card("Alpha")))
    page.mouse.down()
    page.mouse.move(*middle(scroller, down=0.99), steps=5)
    # The card that was taken hold of leaves the page meanwhile: the list is virtual.
    page.wait_for_function(
        "list => list.scrollTop + list.clientHeight >= list.scrollHeight - 1", arg=scroller.element_handle()
    )
    expect(board.card("More 24")).to_be_visible()
    expect(board.column(0).locator(".dragged")).to_have_count(0)
    page.mouse.move(*middle(board.card("More 24"), down=0.9), steps=3)
    page.mouse.up()
    expect(board.titles(0).last).to_have_text("Alpha")


def test_a_finger_that_rests_drags_and_one_that_does_not_scrolls(
    browser: Browser, stack: Board, ann: Person, project: dict[str, Any]
) -> None:
    for number in range(20):
        ann.post(f"/api/projects/{project['id']}/tasks", title=f"More {number}")
    phone = {"viewport": {"width": 375, "height": 740}, "has_touch": True, "is_mobile": True}
    visitor = visit(browser, stack, ann, f"/projects/{project['id']}/board", **phone)
    page, finger = visitor.page, Finger(visitor.page)
    scroller = visitor.column(0).locator(".column-scroll")
    expect(visitor.card("Alpha")).to_be_visible()

    start = middle(visitor.card("Alpha"))
    finger.down(start)
    expect(page.locator(".drag-copy")).to_be_visible()
    finger.go(middle(visitor.card("Gamma"), down=0.9))
    finger.up()
    expect(visitor.titles(0).nth(2)).to_have_text("Alpha")
    assert scroller.evaluate("list => list.scrollTop") == 0

    x, y = middle(visitor.card("Delta"))
    finger.down((x, y))
    finger.go((x, y - 200))
    finger.up()
    page.wait_for_function("list => list.scrollTop > 50", arg=scroller.element_handle())
    expect(page.locator(".drag-copy")).to_have_count(0)
    expect(page.locator(".panel")).to_have_count(0)
    assert visitor.complaints == []
    page.context.close()


def test_the_keyboard_carries_a_card_along_and_puts_it_down_once(board: Visitor, ann: Person) -> None:
    page, said = board.page, board.page.locator("[role=status].sr-only")
    board.card("Alpha").locator(".card-link").focus()
    page.keyboard.down("Shift")
    page.keyboard.press("ArrowDown")
    expect(said).to_have_text("OPS-1: Waiting, 2 of 5")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("OPS-1: In progress, 1 of 1")
    expect(board.column(1).locator(".card-link:focus")).to_have_text("Alpha")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("End")
    page.keyboard.up("Shift")
    changed = ["Beta", "Gamma", "Delta", "Epsilon", "Alpha"]
    expect(board.titles(0)).to_have_text(changed)
    expect(board.toast("OPS-1 moved within Waiting")).to_be_visible()
    expect(board.column(0).locator(".card-link:focus")).to_have_text("Alpha")

    page.keyboard.down("Shift")
    page.keyboard.press("Home")
    expect(board.titles(0).first).to_have_text("Alpha")
    page.keyboard.press("Escape")
    page.keyboard.up("Shift")
    expect(board.titles(0)).to_have_text(changed)
    alpha = next(task for task in ann.all(f"/api/projects/{page.url.split('/')[4]}/tasks") if task["title"] == "Alpha")
    assert [entry["type"] for entry in ann.all(f"/api/tasks/{alpha['id']}/history")] == [
        "task.created",
        "task.rank-changed",
    ]


def test_the_menu_moves_without_dragging(board: Visitor) -> None:
    def move(title: str, to: str) -> None:
        board.card(title).hover()
        board.card(title).get_by_role("button").click()
        board.page.get_by_role("option", name=to, exact=True).click()

    move("Delta", "To the top")
    expect(board.titles(0)).to_have_text(["Delta", "Alpha", "Beta", "Gamma", "Epsilon"])
    move("Delta", "Down")
    expect(board.titles(0)).to_have_text(["Alpha", "Delta", "Beta", "Gamma", "Epsilon"])
    move("Beta", "To the bottom")
    expect(board.titles(0)).to_have_text(["Alpha", "Delta", "Gamma", "Epsilon", "Beta"])
    move("Epsilon", "Up")
    expect(board.titles(0)).to_have_text(["Alpha", "Delta", "Epsilon", "Gamma", "Beta"])
    move("Gamma", "Done")
    move("Alpha", "Done")
    expect(board.titles(2)).to_have_text(["Alpha", "Gamma"])


def test_a_sorted_board_takes_a_card_into_a_column_and_sorts_it_in(
    board: Visitor, ann: Person, project: dict[str, Any]
) -> None:
    for number, priority in ((1, "low"), (2, "urgent"), (5, "high")):
        task = ann.all(f"/api/projects/{project['id']}/tasks?sort=key")[number - 1]
        ann.patch(f"/api/tasks/{task['id']}", priority=priority)
    board.page.goto(f"/projects/{project['id']}/board?sort=-priority")
    expect(board.titles(0)).to_have_text(["Beta", "Epsilon", "Alpha", "Gamma", "Delta"])
    drag(board.page, board.card("Alpha"), middle(board.column(1)))
    drag(board.page, board.card("Beta"), middle(board.card("Alpha"), down=0.9))
    expect(board.titles(1)).to_have_text(["Beta", "Alpha"])
    drag(board.page, board.card("Delta"), middle(board.card("Epsilon"), down=0.1))
    expect(board.titles(0)).to_have_text(["Epsilon", "Gamma", "Delta"])


def test_what_happens_is_said_in_korean(browser: Browser, stack: Board, ann: Person, project: dict[str, Any]) -> None:
    minsu = stack.register("민수", locale="ko")
    ann.put(f"/api/projects/{project['id']}/members/{minsu.id}", role="member")
    visitor = visit(browser, stack, minsu, f"/projects/{project['id']}/board", locale="ko-KR")
    visitor.card("Alpha").locator(".card-link").focus()
    visitor.page.keyboard.press("Shift+ArrowDown")
    expect(visitor.page.locator("[role=status].sr-only")).to_have_text("OPS-1: 대기, 5개 중 2번째")
    visitor.page.context.close()
