"""Without a network, in a real browser: what is changed is kept on the device and sent in its order later on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def task(ann: Person) -> dict[str, Any]:
    """A task in a project of its own."""
    project = ann.post("/api/projects", name="Operations")
    task: dict[str, Any] = ann.post(f"/api/projects/{project['id']}/tasks", title="Renew it", description="old")
    return task


@pytest.fixture
def at(stack: Board, browser: Browser, ann: Person) -> Iterator[Callable[[dict[str, Any]], Visitor]]:
    """Opens a task beside its board."""
    contexts: list[BrowserContext] = []

    def opened(task: dict[str, Any]) -> Visitor:
        visitor = visit(browser, stack, ann, f"/projects/{task['project_id']}/tasks/{task['id']}")
        contexts.append(visitor.page.context)
        expect(visitor.page.locator(".comments")).to_be_visible()
        return visitor

    yield opened
    for context in contexts:
        context.close()


def changes(person: Person, task: dict[str, Any]) -> list[str]:
    return [event["type"] for event in person.all(f"/api/tasks/{task['id']}/history")]


def describe(page: Page, text: str) -> None:
    page.get_by_role("button", name="Edit the description").click()
    page.fill(".description-edit", text)
    page.keyboard.press("Control+Enter")


def test_changes_outlive_their_tab_and_are_sent_in_their_order(
    at: Callable[[dict[str, Any]], Visitor], ann: Person, task: dict[str, Any]
) -> None:
    page = at(task).page
    page.context.set_offline(True)
    page.locator(".properties").get_by_role("button", name="Status").click()
    page.get_by_role("option", name="In progress").click()
    expect(page.locator(".banner")).to_contain_text("1 unsent change")
    page.fill(".editor textarea", "written on a train")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment.sending")).to_contain_text("Waits for the network")
    describe(page, "new")
    page.get_by_role("button", name="Add a task to Waiting").click()
    page.fill(".quick-add textarea", "thought of on a train")
    page.keyboard.press("Enter")
    expect(page.locator(".unsent-card")).to_contain_text("thought of on a train")
    expect(page.locator(".banner")).to_contain_text("4 unsent changes")
    assert changes(ann, task) == ["task.created"]

    context = page.context
    page.close()
    context.set_offline(False)
    again = Visitor(context.new_page())
    again.page.goto(f"/projects/{task['project_id']}")
    expect(again.toast("4 kept changes sent")).to_be_visible()
    expect(again.card("thought of on a train")).to_be_visible()
    expect(again.column(1).locator(".card")).to_have_count(1)
    assert changes(ann, task)[1:] == ["task.status-changed", "task.commented", "task.description-changed"]
    assert again.complaints == []


def test_a_text_that_someone_else_has_changed_is_kept_beside_theirs(
    at: Callable[[dict[str, Any]], Visitor], ann: Person, task: dict[str, Any]
) -> None:
    page = at(task).page
    page.context.set_offline(True)
    describe(page, "mine")
    expect(page.locator(".description .markdown")).to_have_text("mine")
    ann.patch(f"/api/tasks/{task['id']}", description="theirs")
    page.context.set_offline(False)
    expect(page.locator(".banner")).to_contain_text("1 change could not be sent")
    page.reload()
    page.locator(".banner").get_by_role("link", name="Show").click()
    expect(page.locator(".unsent blockquote")).to_have_text(["theirs", "mine"])
    assert ann.get(f"/api/tasks/{task['id']}")["description"] == "theirs"
    page.get_by_role("button", name="Save mine").click()
    expect(page.get_by_role("heading", name="Everything is sent")).to_be_visible()
    assert ann.get(f"/api/tasks/{task['id']}")["description"] == "mine"


def test_what_a_tab_has_left_is_taken_on_by_another_that_is_open(
    at: Callable[[dict[str, Any]], Visitor], ann: Person, task: dict[str, Any]
) -> None:
    page = at(task).page
    context = page.context
    context.set_offline(True)
    describe(page, "mine")
    ann.patch(f"/api/tasks/{task['id']}", description="theirs")
    context.set_offline(False)
    expect(page.locator(".banner")).to_contain_text("1 change could not be sent")
    other = context.new_page()
    other.goto(f"/projects/{task['project_id']}")
    expect(other.locator(".board .card")).to_have_count(1)
    expect(other.locator(".banner")).to_have_count(0)
    page.close()
    expect(other.locator(".banner")).to_contain_text("1 change could not be sent")


def test_a_change_that_was_not_sent_is_taken_back_without_a_trace(
    at: Callable[[dict[str, Any]], Visitor], ann: Person, task: dict[str, Any]
) -> None:
    page = at(task).page
    page.context.set_offline(True)
    page.locator(".panel-head").get_by_role("button", name="More actions").click()
    page.get_by_role("option", name="Delete task").click()
    expect(page.locator(".board .card")).to_have_count(0)
    page.locator(".toast", has_text="deleted").get_by_role("button", name="Undo").click()
    expect(page.locator(".board .card")).to_have_count(1)
    page.context.set_offline(False)
    expect(page.locator(".banner")).to_have_count(0)
    assert changes(ann, task) == ["task.created"]


def test_what_a_killed_server_missed_reaches_it_when_it_is_back(
    at: Callable[[dict[str, Any]], Visitor], stack: Board, ann: Person, task: dict[str, Any]
) -> None:
    page = at(task).page
    stack.kill()
    page.fill(".editor textarea", "are you there?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".banner")).to_contain_text("The server cannot be reached")
    stack.start()
    expect(page.locator(".banner")).to_have_count(0, timeout=30_000)
    eventually(lambda: changes(ann, task) == ["task.created", "task.commented"])
    expect(page.locator(".comment")).to_have_count(1)
