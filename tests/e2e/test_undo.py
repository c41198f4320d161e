"""Whatever was changed is taken back step by step and done again, settings included, with a network and without."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect

from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

UNDO, REDO = "Control+z", "Control+Shift+z"


@pytest.fixture
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def bob(stack: Board) -> Person:
    return stack.register("Bob")


@pytest.fixture
def project(ann: Person, bob: Person) -> dict[str, Any]:
    """A project of Ann's at which Bob looks."""
    project: dict[str, Any] = ann.post("/api/projects", name="Operations", key="OPS")
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="viewer")
    return project


@pytest.fixture
def at(stack: Board, browser: Browser, ann: Person) -> Iterator[Callable[[str], Visitor]]:
    """Opens a page as Ann."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def opened(path: str) -> Visitor:
        visitor = visit(browser, stack, ann, path)
        contexts.append(visitor.page.context)
        visitors.append(visitor)
        expect(visitor.page.locator("main h1")).to_be_visible()
        return visitor

    yield opened
    for context in contexts:
        context.close()
    assert [visitor.complaints for visitor in visitors] == [[]] * len(visitors)


def member(visitor: Visitor, person: Person) -> Locator:
    return visitor.page.locator(".member-list li", has_text=person.name)


def roles(ann: Person, project: dict[str, Any]) -> dict[str, str]:
    members = ann.get(f"/api/projects/{project['id']}")["members"]
    return {one["user_id"]: one["role"] for one in members}


def test_the_key_takes_back_one_change_after_the_other_and_does_them_again(
    at: Callable[[str], Visitor], ann: Person, project: dict[str, Any]
) -> None:
    task = ann.post(f"/api/projects/{project['id']}/tasks", title="Renew it")
    visitor = at(f"/projects/{project['id']}/board")
    page = visitor.page
    visitor.card("Renew it").locator(".card-link").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(visitor.toast("OPS-1 moved to In progress")).to_be_visible()
    page.keyboard.press("Shift+ArrowRight")
    expect(visitor.toast("OPS-1 moved to Done")).to_be_visible()
    # What is said may be gone: what was done can still be taken back.
    for _ in range(2):
        page.get_by_role("button", name="Dismiss").first.click()
    page.keyboard.press(UNDO)
    page.keyboard.press(UNDO)
    expect(visitor.toast("Undone: OPS-1 moved to In progress")).to_be_visible()
    expect(visitor.column(0).locator(".card")).to_have_count(1)
    page.keyboard.press(UNDO)
    expect(visitor.toast("Nothing to undo")).to_be_visible()

    page.keyboard.press(REDO)
    page.keyboard.press("Control+y")
    expect(visitor.toast("OPS-1 moved to Done").get_by_role("button", name="Undo")).to_be_visible()
    expect(visitor.column(2).locator(".card")).to_have_count(1)
    page.keyboard.press(UNDO)
    visitor.toast("Undone: OPS-1 moved to Done").get_by_role("button", name="Redo").click()
    expect(visitor.column(2).locator(".card")).to_have_count(1)
    page.keyboard.press(UNDO)
    expect(visitor.column(1).locator(".card")).to_have_count(1)
    visitor.card("Renew it").locator(".card-link").focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(visitor.toast("OPS-1 moved to Waiting")).to_be_visible()
    page.keyboard.press(REDO)
    expect(visitor.toast("Nothing to redo")).to_be_visible()
    assert ann.get(f"/api/tasks/{task['id']}")["status"] == "waiting"


@pytest.mark.parametrize("answer", ["Keep Urgent", "Put back No priority"])
def test_undo_asks_before_it_replaces_what_somebody_else_has_chosen_since(
    at: Callable[[str], Visitor], ann: Person, bob: Person, project: dict[str, Any], answer: str
) -> None:
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
    task = ann.post(f"/api/projects/{project['id']}/tasks", title="Renew it")
    path = f"/api/tasks/{task['id']}"
    visitor = at(f"/projects/{project['id']}/tasks/{task['id']}")
    page = visitor.page
    panel = page.locator(".panel")
    panel.get_by_role("button", name="Priority").click()
    page.get_by_role("option", name="Low").click()
    expect(visitor.toast("Priority of OPS-1: Low")).to_be_visible()
    bob.patch(path, priority="urgent")
    expect(panel.get_by_role("button", name="Priority")).to_contain_text("Urgent")

    page.keyboard.press(UNDO)

    question = page.get_by_role("dialog", name="Changed in the meantime")
    expect(question).to_contain_text("Bob changed the priority")
    expect(question.locator(".old-new")).to_contain_text("Urgent")
    expect(question.get_by_role("button", name="Keep Urgent")).to_be_focused()
    assert ann.get(path)["priority"] == "urgent"
    if answer == "Keep Urgent":
        page.keyboard.press("Enter")
        expect(question).to_have_count(0)
        page.keyboard.press(UNDO)
        expect(visitor.toast("Nothing to undo")).to_be_visible()
    else:
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        expect(visitor.toast("Undone: Priority of OPS-1: Low").get_by_role("button", name="Redo")).to_be_visible()
        expect(question).to_have_count(0)
    left = {"Keep Urgent": "urgent", "Put back No priority": "none"}[answer]
    assert ann.get(path)["priority"] == left
    # The browser tells of the answer that was the question.
    visitor.complaints[:] = [line for line in visitor.complaints if "409" not in line]


def test_settings_of_a_project_are_undone(
    at: Callable[[str], Visitor], ann: Person, bob: Person, project: dict[str, Any]
) -> None:
    visitor = at(f"/projects/{project['id']}/settings")
    page = visitor.page
    page.fill("#name", "Works")
    page.keyboard.press("Enter")
    visitor.toast("Project renamed").get_by_role("button", name="Undo").click()
    expect(visitor.toast("Undone: Project renamed").get_by_role("button", name="Redo")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Operations")
    expect(page.locator("#name")).to_have_value("Operations")

    member(visitor, bob).get_by_role("button", name="Role").click()
    page.get_by_role("option", name="Owner").click()
    expect(visitor.toast("Role changed")).to_be_visible()
    member(visitor, bob).get_by_role("button", name="Remove from the project").click()
    expect(visitor.toast("Member removed")).to_be_visible()
    expect(member(visitor, bob)).to_have_count(0)
    page.get_by_role("button", name="Add a status").click()
    page.get_by_role("button", name="Save statuses").click()
    expect(visitor.toast("Statuses saved")).to_be_visible()
    assert bob.id not in roles(ann, project)

    page.keyboard.press(UNDO)
    expect(page.locator(".status-list li")).to_have_count(3)
    page.keyboard.press(UNDO)
    expect(member(visitor, bob)).to_contain_text("Owner")
    page.keyboard.press(UNDO)
    expect(member(visitor, bob)).to_contain_text("Viewer")
    expect(visitor.toast("Undone: Role changed")).to_be_visible()
    assert roles(ann, project) == {ann.id: "owner", bob.id: "viewer"}

    page.get_by_role("button", name="Delete project").click()
    page.locator("dialog").get_by_role("button", name="Delete project").click()
    page.wait_for_url("**/projects")
    tile = page.locator(f".tile a[href='/projects/{project['id']}']")
    expect(tile).to_have_count(0)
    page.keyboard.press(UNDO)
    expect(tile).to_be_visible()


def test_nobody_leaves_a_project_by_mistake(
    at: Callable[[str], Visitor], ann: Person, bob: Person, project: dict[str, Any]
) -> None:
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="owner")
    visitor = at(f"/projects/{project['id']}/settings")
    page = visitor.page
    member(visitor, ann).get_by_role("button", name="Leave the project").click()
    page.get_by_role("button", name="Cancel").click()
    assert ann.id in roles(bob, project)
    member(visitor, ann).get_by_role("button", name="Leave the project").click()
    page.locator("dialog").get_by_role("button", name="Leave the project").click()
    page.wait_for_url("**/projects")
    expect(visitor.toast("You left the project").get_by_role("button", name="Undo")).to_have_count(0)
    expect(page.locator(f"a[href='/projects/{project['id']}']")).to_have_count(0)
    assert ann.id not in roles(bob, project)


def test_a_project_that_was_created_by_mistake_is_deleted_again(at: Callable[[str], Visitor], ann: Person) -> None:
    visitor = at("/projects?new")
    page = visitor.page
    page.fill("#project-name", "Mistake")
    page.keyboard.press("Enter")
    visitor.toast("Project created").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("This project was deleted")).to_be_visible()
    page.keyboard.press(REDO)
    expect(page.locator(".board")).to_be_visible()
    page.keyboard.press(UNDO)
    expect(page.get_by_text("This project was deleted")).to_be_visible()
    eventually(lambda: "Mistake" not in [project["name"] for project in ann.all("/api/projects")])


def test_settings_changed_without_a_network_are_sent_later(
    at: Callable[[str], Visitor], ann: Person, bob: Person, project: dict[str, Any]
) -> None:
    visitor = at(f"/projects/{project['id']}/settings")
    page = visitor.page
    page.goto("/notifications")
    mails = page.get_by_role("checkbox", name="Someone comments: E-mail")
    expect(mails).to_be_checked()
    page.go_back()
    expect(page.locator("#name")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")

    page.context.set_offline(True)
    page.fill("#name", "On a train")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("On a train")
    member(visitor, bob).get_by_role("button", name="Role").click()
    page.get_by_role("option", name="Member").click()
    member(visitor, bob).get_by_role("button", name="Remove from the project").click()
    expect(member(visitor, bob)).to_have_count(0)
    page.get_by_role("heading", name="Members").click()
    page.keyboard.press(UNDO)
    expect(member(visitor, bob)).to_contain_text("Member")
    expect(page.locator(".banner")).to_contain_text("2 unsent changes")
    page.locator(".banner").get_by_role("link", name="Show").click()
    expect(page.locator(".unsent li")).to_contain_text(["On a train", "Bob: Member"])
    assert ann.get(f"/api/projects/{project['id']}")["name"] == "Operations"

    context = page.context
    page.close()
    context.set_offline(False)
    again = Visitor(context.new_page())
    again.page.goto(f"/projects/{project['id']}/settings")
    expect(again.toast("2 kept changes sent")).to_be_visible()
    expect(again.page.locator("h1")).to_have_text("On a train")
    assert roles(ann, project) == {ann.id: "owner", bob.id: "member"}
    assert again.complaints == []


def test_a_tick_of_the_notification_settings_is_kept_sent_and_undone(at: Callable[[str], Visitor], ann: Person) -> None:
    def mailed() -> bool:
        return bool(ann.get("/api/notifications/preferences")["events"]["commented"]["mail"])

    visitor = at("/notifications")
    page = visitor.page
    tick = page.get_by_role("checkbox", name="Someone comments: E-mail")
    tick.click()
    expect(visitor.toast("Someone comments (E-mail): off")).to_be_visible()
    assert not mailed()
    # The focus is in the box, which is no field.
    page.keyboard.press(UNDO)
    expect(tick).to_be_checked()
    expect(visitor.toast("Undone: Someone comments (E-mail): off")).to_be_visible()
    assert mailed()
    page.context.set_offline(True)
    page.keyboard.press(REDO)
    expect(tick).not_to_be_checked()
    expect(page.locator(".banner")).to_contain_text("1 unsent change")
    assert mailed()
    page.context.set_offline(False)
    eventually(lambda: not mailed(), within=20)
    expect(tick).not_to_be_checked()
