"""The site in a real browser, on the real process: two people side by side, the keyboard alone, a lost network."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from testkit.board import PASSWORD, Board
from testkit.visiting import Visitor

pytestmark = pytest.mark.browser


Register = Callable[..., Visitor]


@pytest.fixture
def register(stack: Board, browser: Browser) -> Iterator[Register]:
    """Registers people through the form, each in a browser of their own."""
    visitors: list[Visitor] = []

    def new(name: str, *, language: str = "en-US", width: int = 1360, email: str = "") -> Visitor:
        context = browser.new_context(locale=language, viewport={"width": width, "height": 860})
        visitor = Visitor(context.new_page())
        visitors.append(visitor)
        visitor.page.goto(f"{stack.url}/register")
        visitor.page.fill("input[name=name]", name)
        visitor.page.fill("input[name=email]", email or f"{uuid4().hex}@example.com")
        visitor.page.fill("input[autocomplete=new-password]", PASSWORD)
        visitor.page.click("button[type=submit]")
        visitor.page.wait_for_url("**/projects")
        return visitor

    yield new
    for visitor in visitors:
        visitor.page.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


def make_project(visitor: Visitor, name: str) -> str:
    """Make a project through the form, and return its address."""
    page = visitor.page
    page.locator(".page").get_by_role("button", name="New project").click()
    page.fill("#project-name", name)
    page.get_by_role("button", name="Create project").click()
    page.wait_for_selector(".board")
    return page.url


def add_tasks(visitor: Visitor, *titles: str) -> None:
    """Write tasks into the first column, one after the other."""
    visitor.column(0).locator(".column-head button").click()
    for title in titles:
        visitor.page.fill(".quick-add textarea", title)
        visitor.page.keyboard.press("Enter")
        expect(visitor.card(title)).to_be_visible()
    visitor.page.keyboard.press("Escape")


def test_two_people_work_side_by_side(register: Register, stack: Board) -> None:
    minsu = f"민수{uuid4().hex[:6]}"  # whoever else is registered, there is one of that name
    address = f"{uuid4().hex}@example.com"
    ann, bob = register("Ann"), register(minsu, language="ko-KR", email=address)
    url = make_project(ann, "Operations")

    ann.page.get_by_role("link", name="Settings").click()
    ann.page.get_by_role("button", name="Add a member").last.click()
    ann.page.fill(".popover-search", address)  # whoever one shares nothing with yet is found by their whole address
    ann.page.locator(".option", has_text=minsu).click()
    expect(bob.page.locator(".sidebar").get_by_text("Operations")).to_be_visible()
    bob.page.goto(url)

    ann.page.get_by_role("link", name="Board").click()
    add_tasks(ann, "Renew the certificate")
    expect(bob.card("Renew the certificate")).to_be_visible()

    ann.card("Renew the certificate").drag_to(ann.column(1))
    expect(bob.column(1).locator(".card")).to_have_count(1)
    ann.toast("moved").get_by_role("button", name="Undo").click()
    expect(bob.column(0).locator(".card")).to_have_count(1)

    ann.card("Renew the certificate").locator(".card-link").click()
    ann.page.locator(".properties").get_by_role("button", name="Assign").click()
    ann.page.fill(".popover:popover-open .popover-search", minsu)
    ann.page.keyboard.press("Enter")
    ann.page.keyboard.press("Escape")
    ann.page.fill(".editor textarea", "Please look, @민")
    ann.page.keyboard.press("Enter")
    ann.page.keyboard.press("Control+Enter")
    expect(ann.page.locator(".comment .mention")).to_have_text(f"@{minsu}")

    bob.page.get_by_role("link", name="받은 소식").first.click()
    expect(bob.page.locator(".notice")).to_have_count(2)
    if stack.config()["outbox"]:
        bob.page.goto(f"{stack.url}/outbox")
        bob.page.locator(".mail-item").first.click()
        expect(bob.page.frame_locator(".mail-html").get_by_role("link").first).to_be_visible()
    else:
        expect(bob.page.locator(".sidebar a[href='/outbox']")).to_have_count(0)

    ann.page.locator(".panel-head").get_by_role("button", name="More actions").click()
    ann.page.locator(".option.danger").click()
    expect(ann.card("Renew the certificate")).to_have_count(0)
    ann.page.locator(".toast", has_text="deleted").get_by_role("button", name="Undo").click()
    expect(ann.card("Renew the certificate")).to_be_visible()


def test_nobodys_text_is_overwritten(register: Register) -> None:
    ann = register("Ann")
    make_project(ann, "Operations")
    add_tasks(ann, "Shared")
    ann.card("Shared").locator(".card-link").click()
    ann.page.wait_for_url("**/tasks/*")
    other = ann.page.context.new_page()
    other.goto(ann.page.url)
    for page, text in ((ann.page, "mine"), (other, "theirs")):
        page.locator(".add-description").click()
        page.fill(".description-edit", text)
    other.keyboard.press("Control+Enter")
    expect(other.locator(".description .markdown")).to_have_text("theirs")
    ann.page.keyboard.press("Control+Enter")
    expect(ann.page.locator(".conflict blockquote")).to_have_text(["theirs", "mine"])
    ann.page.get_by_role("button", name="Save mine").click()
    expect(other.locator(".description .markdown")).to_have_text("mine")


def test_a_change_without_network_is_sent_when_it_is_back(register: Register, browser: Browser) -> None:
    ann = register("Ann")
    make_project(ann, "Operations")
    add_tasks(ann, "Offline")
    # The same session in a browser that keeps its network.
    reader = browser.new_context(storage_state=ann.page.context.storage_state()).new_page()
    reader.goto(ann.page.url)
    ann.page.context.set_offline(True)
    expect(ann.page.locator(".banner")).to_be_visible()
    ann.card("Offline").locator(".card-link").focus()
    ann.page.keyboard.press("Shift+ArrowRight")
    expect(ann.page.locator(".banner")).to_contain_text("1 unsent")
    expect(reader.locator(".column").nth(0).locator(".card")).to_have_count(1)
    ann.page.context.set_offline(False)
    expect(reader.locator(".column").nth(1).locator(".card")).to_have_count(1, timeout=10_000)
    reader.context.close()


def test_a_killed_server_comes_back_and_the_page_goes_on(register: Register, browser: Browser, stack: Board) -> None:
    ann = register("Ann")
    make_project(ann, "Operations")
    add_tasks(ann, "Before")
    stack.kill()
    ann.page.get_by_role("link", name="Activity").click()
    stack.start()
    expect(ann.page.locator(".event").first).to_be_visible(timeout=20_000)
    other = browser.new_context(storage_state=ann.page.context.storage_state()).new_page()
    other.goto(ann.page.url)
    other.get_by_role("link", name="Board").click()
    ann.page.get_by_role("link", name="Board").click()
    add_tasks(Visitor(other), "After")
    expect(ann.card("After")).to_be_visible()
    other.context.close()
