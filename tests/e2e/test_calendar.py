"""The calendar in a real browser: tasks put on other days by mouse, finger and keyboard; the address has the month."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from testkit.board import Board, Person
from testkit.visiting import Finger, Visitor, drag, middle, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

MONTH = "2027-03"


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def project(ann: Person) -> dict[str, Any]:
    project: dict[str, Any] = ann.post("/api/projects", name="Operations", key="OPS")
    for title, due in (("Alpha", f"{MONTH}-10"), ("Beta", f"{MONTH}-10"), ("Gamma", None), ("Delta", "2027-04-02")):
        ann.post(f"/api/projects/{project['id']}/tasks", title=title, due=due)
    return project


@pytest.fixture
def calendar(browser: Browser, stack: Board, ann: Person, project: dict[str, Any]) -> Iterator[Visitor]:
    visitor = visit(browser, stack, ann, f"/projects/{project['id']}/calendar?month={MONTH}")
    expect(day(visitor, 10).locator(".entry")).to_have_count(2)
    yield visitor
    visitor.page.context.close()
    assert visitor.complaints == []


def day(visitor: Visitor, number: int, month: str = MONTH) -> Locator:
    """A day of the month, on a phone the small one."""
    return visitor.page.locator(
        f".day-cell[data-day='{month}-{number:02}'], .small-day[data-day='{month}-{number:02}']"
    )


def entry(visitor: Visitor, title: str) -> Locator:
    return visitor.page.locator(".calendar .entry", has_text=title)


def test_a_task_is_dragged_to_another_day_from_none_and_to_none(
    calendar: Visitor, browser: Browser, stack: Board, ann: Person
) -> None:
    other = visit(browser, stack, ann, calendar.page.url)
    drag(calendar.page, entry(calendar, "Alpha"), middle(day(calendar, 23)))
    expect(day(calendar, 23)).to_contain_text("Alpha")
    expect(day(other, 23)).to_contain_text("Alpha")
    expect(calendar.toast("OPS-1 is due on Tuesday, March 23")).to_be_visible()

    drag(calendar.page, entry(calendar, "Gamma"), middle(day(calendar, 5)))
    expect(day(other, 5)).to_contain_text("Gamma")
    drag(calendar.page, entry(calendar, "Beta"), middle(calendar.page.locator(".unscheduled-scroll")))
    expect(other.page.locator(".unscheduled")).to_contain_text("Beta")
    calendar.toast("OPS-2 has no due date").get_by_role("button", name="Undo").click()
    expect(day(other, 10)).to_contain_text("Beta")
    expect(calendar.page.locator(".panel")).to_have_count(0)
    other.page.context.close()


def test_the_keyboard_takes_a_task_to_another_week_as_one_change(calendar: Visitor, ann: Person) -> None:
    press, said = calendar.page.keyboard, calendar.page.locator("[role=status].sr-only")
    entry(calendar, "Beta").locator(".entry-link").focus()
    press.down("Shift")
    press.press("ArrowDown")
    press.press("ArrowRight")
    expect(said).to_have_text("OPS-2: Thursday, March 18")
    expect(day(calendar, 18).locator(".entry-link:focus")).to_contain_text("Beta")
    press.up("Shift")
    expect(calendar.toast("OPS-2 is due on Thursday, March 18")).to_be_visible()
    expect(day(calendar, 18).locator(".entry-link:focus")).to_contain_text("Beta")

    press.down("Shift")
    for _ in range(3):
        press.press("ArrowDown")
    expect(calendar.page.get_by_role("heading", name="April 2027")).to_be_visible()
    press.press("Escape")
    press.up("Shift")
    expect(calendar.page.get_by_role("heading", name="March 2027")).to_be_visible()
    expect(day(calendar, 18)).to_contain_text("Beta")
    task = next(task for task in ann.all(f"/api/projects/{calendar.page.url.split('/')[4]}/tasks?q=Beta"))
    assert [event["type"] for event in ann.all(f"/api/tasks/{task['id']}/history")] == [
        "task.created",
        "task.due-changed",
    ]


def test_a_finger_drags_a_task_onto_a_day_of_the_small_month(
    browser: Browser, stack: Board, ann: Person, project: dict[str, Any]
) -> None:
    phone = {"viewport": {"width": 375, "height": 740}, "has_touch": True, "is_mobile": True}
    visitor = visit(browser, stack, ann, f"/projects/{project['id']}/calendar?month={MONTH}", **phone)
    finger = Finger(visitor.page)
    finger.down(middle(entry(visitor, "Alpha")))
    expect(visitor.page.locator(".drag-copy")).to_be_visible()
    finger.go(middle(day(visitor, 24)))
    finger.up()
    expect(visitor.page.locator(f"section[data-day='{MONTH}-24']")).to_contain_text("Alpha")
    expect(visitor.page.locator(f"section[data-day='{MONTH}-10']")).not_to_contain_text("Alpha")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 375
    visitor.page.context.close()


def test_the_address_has_the_month_and_today_is_marked(calendar: Visitor) -> None:
    page = calendar.page
    page.get_by_role("button", name="Next month").click()
    expect(page.get_by_role("heading", name="April 2027")).to_be_visible()
    expect(page).to_have_url(re.compile("month=2027-04"))
    expect(day(calendar, 2, "2027-04")).to_contain_text("Delta")
    page.keyboard.press("[")
    expect(page).to_have_url(re.compile(f"month={MONTH}"))
    page.get_by_role("button", name="Today").click()
    today = page.evaluate("new Date().toLocaleDateString('en-CA')")
    expect(page.locator("[aria-current=date]")).to_have_attribute("data-day", today)
    page.goto(page.url + "?month=2027-99")
    expect(page.locator("[aria-current=date]")).to_be_visible()


def test_a_task_is_made_on_a_day(calendar: Visitor) -> None:
    day(calendar, 15).hover()
    day(calendar, 15).get_by_role("button", name="New task due on Monday, March 15").click()
    calendar.page.get_by_role("textbox", name="Title").fill("Made here")
    calendar.page.get_by_role("button", name="Create task").click()
    expect(day(calendar, 15)).to_contain_text("Made here")


def test_weeks_begin_and_days_are_said_as_the_reader_is_used_to(
    browser: Browser, stack: Board, ann: Person, project: dict[str, Any]
) -> None:
    minsu = stack.register("민수", locale="ko")
    ann.put(f"/api/projects/{project['id']}/members/{minsu.id}", role="member")
    for person, locale, first, heading in (
        (minsu, "ko-KR", "일", "2027년 3월"),
        (ann, "en-GB", "Mon", "March 2027"),
    ):
        visitor = visit(browser, stack, person, f"/projects/{project['id']}/calendar?month={MONTH}", locale=locale)
        expect(visitor.page.locator(".weekdays span").first).to_have_text(first)
        expect(visitor.page.get_by_role("heading", name=heading)).to_be_visible()
        visitor.page.context.close()


def test_a_full_day_shows_the_rest_when_asked(calendar: Visitor, ann: Person, project: dict[str, Any]) -> None:
    for number in range(12):
        ann.post(f"/api/projects/{project['id']}/tasks", title=f"Crowd {number}", due=f"{MONTH}-17")
    more = day(calendar, 17).get_by_role("button", name="more")
    expect(more).to_be_visible()
    more.click()
    expect(day(calendar, 17).locator(".entry")).to_have_count(12)
