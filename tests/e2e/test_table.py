"""The table in a real browser: rows chosen by box, range and key, changed together, each by its own command."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

TITLES = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta")


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def project(ann: Person) -> dict[str, Any]:
    project: dict[str, Any] = ann.post("/api/projects", name="Operations", key="OPS")
    for title in TITLES:
        ann.post(f"/api/projects/{project['id']}/tasks", title=title)
    return project


@pytest.fixture
def tasks(ann: Person, project: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The tasks as the lists have them, by title, once all are there."""
    listed = eventually(
        lambda: found if len(found := ann.all(f"/api/projects/{project['id']}/tasks")) == len(TITLES) else None
    )
    return {task["title"]: task for task in listed}


@pytest.fixture
def table(
    browser: Browser, stack: Board, ann: Person, project: dict[str, Any], tasks: dict[str, dict[str, Any]]
) -> Iterator[Visitor]:
    visitor = visit(browser, stack, ann, f"/projects/{project['id']}/table?sort=key")
    expect(rows(visitor)).to_have_count(len(TITLES))
    yield visitor
    visitor.page.context.close()
    assert visitor.complaints == []


def rows(visitor: Visitor) -> Locator:
    return visitor.page.locator(".table-body .table-row")


def box(visitor: Visitor, title: str) -> Locator:
    return rows(visitor).filter(has_text=title).get_by_role("checkbox")


def bulk(visitor: Visitor, field: str, *options: str) -> None:
    """Choose options of a field in the bar; a list that stays open is closed."""
    visitor.page.get_by_role("toolbar").get_by_role("button", name=field).click()
    for option in options:
        visitor.page.get_by_role("option", name=option).click()
    visitor.page.keyboard.press("Escape")


def statuses(ann: Person, tasks: dict[str, dict[str, Any]]) -> list[str]:
    return [ann.get(f"/api/tasks/{tasks[title]['id']}")["status"] for title in TITLES]


def test_many_tasks_are_changed_at_once_and_taken_back_at_once(
    table: Visitor, ann: Person, tasks: dict[str, dict[str, Any]]
) -> None:
    box(table, "Beta").check()
    box(table, "Delta").click(modifiers=["Shift"])
    expect(table.page.locator(".bulk-count")).to_have_text("3 selected")
    bulk(table, "Status", "In progress")

    expect(table.toast("3 tasks moved to In progress")).to_be_visible()
    assert statuses(ann, tasks) == ["waiting", *["in_progress"] * 3, "waiting", "waiting"]
    histories = [ann.all(f"/api/tasks/{tasks[title]['id']}/history") for title in ("Beta", "Gamma", "Delta")]
    assert [[entry["type"] for entry in history] for history in histories] == [
        ["task.created", "task.status-changed"]
    ] * 3

    table.toast("3 tasks moved").get_by_role("button", name="Undo").click()
    expect(rows(table).filter(has_text="Waiting")).to_have_count(6)
    eventually(lambda: statuses(ann, tasks) == ["waiting"] * 6)


def test_every_field_of_the_chosen_is_changed_and_kept_apart(
    table: Visitor, ann: Person, tasks: dict[str, dict[str, Any]]
) -> None:
    ann.patch(f"/api/tasks/{tasks['Alpha']['id']}", labels=["ops"])
    table.page.reload()
    for title in ("Alpha", "Beta"):
        box(table, title).check()
    bulk(table, "Priority", "High")
    expect(table.toast("Priority of 2 tasks: High")).to_be_visible()
    bulk(table, "Labels", "ops")
    expect(table.toast("Label ops added to 1 task")).to_be_visible()
    bulk(table, "Assignees", "Ann")
    expect(table.toast("2 tasks assigned to Ann")).to_be_visible()
    table.page.get_by_role("toolbar").get_by_role("button", name="Due date").click()
    table.page.locator(".day-picker").get_by_role("button", name="Tomorrow").click()
    expect(table.toast("Due date of 2 tasks: tomorrow")).to_be_visible()

    alpha, beta, gamma = (ann.get(f"/api/tasks/{tasks[title]['id']}") for title in ("Alpha", "Beta", "Gamma"))
    for task in (alpha, beta):
        assert (task["priority"], task["labels"], task["assignees"]) == ("high", ["ops"], [ann.id])
        assert task["due"] is not None
    assert gamma["version"] == 1
    table.toast("Due date of").get_by_role("button", name="Undo").click()
    eventually(lambda: ann.get(f"/api/tasks/{tasks['Beta']['id']}")["due"] is None)


def test_the_keyboard_chooses_and_deletes_and_brings_back(
    table: Visitor, ann: Person, tasks: dict[str, dict[str, Any]]
) -> None:
    press = table.page.keyboard.press
    rows(table).first.locator(".row-link").focus()
    press("ArrowDown")
    press("x")
    press("Shift+ArrowDown")
    press("Shift+ArrowDown")
    expect(table.page.locator(".table-row.chosen .row-link")).to_have_text(["Beta", "Gamma", "Delta"])
    press("Escape")
    expect(table.page.locator(".table-row.chosen")).to_have_count(0)
    press("Control+a")
    expect(table.page.locator(".bulk-count")).to_have_text("6 selected")
    box(table, "Alpha").uncheck()
    table.page.get_by_role("toolbar").get_by_role("button", name="Delete").click()

    expect(rows(table).locator(".row-link")).to_have_text(["Alpha"])
    table.toast("5 tasks deleted").get_by_role("button", name="Undo").click()
    expect(rows(table).locator(".row-link")).to_have_text(list(TITLES))


def test_what_was_refused_is_named_and_the_rest_stands(
    table: Visitor, ann: Person, tasks: dict[str, dict[str, Any]]
) -> None:
    """Ann's page hears nothing of others, so she changes a task that is deleted already."""
    table.page.route("**/api/stream", lambda route: route.abort())
    table.page.reload()
    expect(rows(table)).to_have_count(6)
    ann.delete(f"/api/tasks/{tasks['Gamma']['id']}")
    table.page.get_by_role("checkbox", name="Select all").check()
    bulk(table, "Status", "Done")

    expect(table.toast("1 of 6 tasks stayed as they were (OPS-3): The task is deleted.")).to_be_visible()
    expect(table.toast("5 tasks moved to Done")).to_be_visible()
    expect(rows(table).filter(has_text="Waiting").locator(".row-link")).to_have_text(["Gamma"])
    assert statuses(ann, tasks).count("done") == 5
    table.complaints[:] = [line for line in table.complaints if "409" not in line]


def test_a_reader_chooses_nothing(
    browser: Browser, stack: Board, ann: Person, project: dict[str, Any], tasks: dict[str, dict[str, Any]]
) -> None:
    vera = stack.register("Vera")
    ann.put(f"/api/projects/{project['id']}/members/{vera.id}", role="viewer")
    visitor = visit(browser, stack, vera, f"/projects/{project['id']}/table")
    expect(rows(visitor)).to_have_count(6)
    expect(visitor.page.get_by_role("checkbox")).to_have_count(0)
    rows(visitor).first.locator(".row-link").focus()
    visitor.page.keyboard.press("x")
    expect(visitor.page.locator(".bulk-bar")).to_have_count(0)
    visitor.page.context.close()
