"""The main job in a real browser, two people side by side: what one does the other sees, without a reload."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from testkit.board import PASSWORD, Board

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, stack: Board) -> Iterator[Callable[..., Page]]:
    """Opens the site for one more person, in a context of their own; a fault in any page fails the test."""
    faults: list[str] = []
    contexts = []

    def opened(**options: object) -> Page:
        context = chromium.new_context(**{"locale": "en-US", "viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
        page.goto(stack.url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def register(page: Page, name: str) -> str:
    """Make an account; its address."""
    address = f"{uuid4().hex}@example.org"
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Begin with a project")).to_be_visible()
    return address


def test_two_people_do_the_main_job_side_by_side(open_page: Callable[..., Page], stack: Board) -> None:
    ann, bob = open_page(), open_page()
    register(ann, "Ann")
    robert = f"Robert{uuid4().hex[:6]}"  # whoever else is registered, there is one of that name
    address = register(bob, robert)

    ann.get_by_role("button", name="New project").click()
    ann.get_by_label("Name").fill("Bakery")
    ann.keyboard.press("Enter")
    ann.get_by_role("link", name="Settings").click()
    ann.get_by_role("button", name="Add a member").click()
    ann.keyboard.type(address)
    expect(ann.get_by_role("option", name=robert)).to_be_visible()
    ann.keyboard.press("Enter")
    # Without a reload, the project is there for the other.
    bob.get_by_role("main").get_by_role("link", name="Bakery").click()

    ann.get_by_role("link", name="Board").click()
    ann.get_by_role("button", name="Add a task to Waiting").click()
    ann.keyboard.type("Bake bread")
    ann.keyboard.press("Enter")
    ann.keyboard.press("Escape")
    expect(bob.get_by_role("region", name="Waiting").get_by_role("link", name="Bake bread")).to_be_visible()

    ann.get_by_role("link", name="Bake bread").click()
    panel = ann.get_by_role("complementary", name=re.compile("Task BAKE-1"))
    panel.get_by_role("button", name="Assignees").click()
    ann.get_by_role("option", name=robert).click()
    ann.keyboard.press("Escape")
    expect(bob.get_by_role("link", name=re.compile("Inbox.*1"))).to_be_visible()

    for status in ("In progress", "Done"):
        panel.get_by_role("button", name=re.compile("^Status")).click()
        ann.get_by_role("option", name=status).click()
        column = bob.get_by_role("region", name=status)
        expect(column.get_by_role("link", name="Bake bread")).to_be_visible()

    panel.get_by_role("textbox", name="Title").fill("Bake rye bread")
    panel.get_by_role("textbox", name="Title").press("Enter")
    expect(bob.get_by_role("region", name="Done").get_by_role("link", name="Bake rye bread")).to_be_visible()
    panel.get_by_role("textbox", name="Comment").fill("With **caraway**, @" + robert)
    panel.get_by_role("button", name="Comment", exact=True).click()
    expect(panel.locator(".comment").get_by_text("caraway")).to_be_visible()

    panel.get_by_role("button", name="More actions").click()
    ann.get_by_role("option", name="Delete task").click()
    expect(bob.get_by_role("link", name="Bake rye bread")).to_have_count(0)
    ann.locator(".toast").filter(has_text="deleted").get_by_role("button", name="Undo").click()
    expect(bob.get_by_role("region", name="Done").get_by_role("link", name="Bake rye bread")).to_be_visible()

    bob.get_by_role("link", name="Bake rye bread").click()
    bob.get_by_role("tab", name="History").click()
    history = bob.get_by_role("complementary", name=re.compile("Task BAKE-1"))
    for old, new in (("Waiting", "In progress"), ("In progress", "Done"), ("Bake bread", "Bake rye bread")):
        expect(history).to_contain_text(re.compile(f"{old}.*{new}", re.DOTALL))
    expect(history).to_contain_text("restored the task")

    bob.get_by_role("link", name=re.compile("Inbox")).click()
    expect(bob.get_by_role("main")).to_contain_text("BAKE-1")
    if stack.config()["outbox"]:
        bob.get_by_role("link", name="Outbox").click()
        expect(bob.get_by_role("main")).to_contain_text("Bake rye bread")
        ann.get_by_role("link", name="Outbox").click()
        expect(ann.get_by_role("main")).not_to_contain_text("Bake rye bread")
    else:
        expect(bob.get_by_role("link", name="Outbox")).to_have_count(0)

    stack.kill()
    stack.start()
    bob.reload()
    bob.get_by_role("link", name="My tasks").click()
    expect(bob.get_by_role("main")).to_contain_text("Bake rye bread")


def test_the_site_speaks_korean_on_a_phone_in_the_dark(open_page: Callable[..., Page]) -> None:
    page = open_page(locale="ko-KR", viewport={"width": 375, "height": 700}, color_scheme="dark", has_touch=True)
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.get_by_role("heading", level=1)).to_have_text("로그인")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(part) for part in re.findall(r"\d+", background)[:3]) < 200


def test_a_wrong_password_is_told_and_the_right_one_lets_in(open_page: Callable[..., Page], stack: Board) -> None:
    carol = stack.register("Carol")
    page = open_page()
    page.get_by_label("E-mail").fill(carol.email)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("password")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Projects", exact=True)).to_be_visible()
    assert page.evaluate("document.cookie") == ""
