"""The whole product without a mouse: every step has the focus somewhere, where it can be seen."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from testkit.board import PASSWORD, Board
from testkit.visiting import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.site]

# The focus is on something in sight that shows it, by a ring of its own or of what it stands on, or by a caret. What a
# script put it on without a stop of its own, such as a panel that has opened, needs no ring.
IN_SIGHT = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return false;
  const box = at.getBoundingClientRect();
  if (box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth) return false;
  if (at.tabIndex < 0 || at.matches("textarea, input:not([type=checkbox]), [role=listbox]")) return true;
  for (let one = at; one !== document.body; one = one.parentElement) {
    if (getComputedStyle(one).outlineStyle !== "none") return true;
  }
  return false;
}"""
MOST_TABS = 60


class Keys:
    """The keyboard, all there is; after every key the focus is looked for."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self._page.keyboard.press(key)
            self.look()

    def write(self, text: str) -> None:
        """Into what has the focus."""
        self._page.keyboard.type(text)
        self.look()

    def go(self, target: Locator, key: str = "Tab") -> None:
        """Press a key until the focus is there; behind the last of a page comes the browser's own, then the first."""
        expect(target).to_be_visible()
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self._page.keyboard.press(key)
            if self._page.evaluate("document.activeElement !== document.body"):
                self.look()
        raise AssertionError(f"{key} does not lead to {target}: {self.at()}")

    def at(self) -> str:
        """What has the focus."""
        return str(self._page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))

    def look(self) -> None:
        """Wait until the focus is somewhere in sight."""
        try:
            self._page.wait_for_function(IN_SIGHT, timeout=5_000)
        except Exception as lost:
            raise AssertionError(f"the focus is lost at {self.at()}") from lost


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    context = browser.new_context(locale="en-US", viewport={"width": 1360, "height": 860})
    visitor = Visitor(context.new_page())
    yield visitor
    context.close()
    assert visitor.complaints == []


@pytest.fixture
def keys(visitor: Visitor, stack: Board) -> Keys:
    """The keyboard of somebody who has just registered by it."""
    page, keys = visitor.page, Keys(visitor.page)
    page.goto(f"{stack.url}/register")
    expect(page.locator("input[name=name]")).to_be_visible()
    keys.go(page.locator("input[name=name]"))
    keys.write("Ann")
    keys.press("Tab")
    keys.write(f"{uuid4().hex}@example.com")
    keys.press("Tab")
    keys.write(PASSWORD)
    keys.press("Enter")
    page.wait_for_url("**/projects")
    keys.look()
    return keys


@pytest.fixture
def tasks(visitor: Visitor, keys: Keys) -> tuple[str, ...]:
    """Tasks of a project, made one after the other on its board; the focus is left on the last."""
    page, titles = visitor.page, ("First", "Second", "Third")
    keys.go(page.locator(".page").get_by_role("button", name="New project"))
    keys.press("Enter")
    expect(page.locator("#project-name")).to_be_focused()
    keys.write("Operations")
    keys.press("Enter")
    expect(page.locator(".board")).to_be_visible()
    keys.go(page.get_by_role("button", name="First task"))
    keys.press("Enter")
    for title in titles:
        expect(page.locator(".quick-add textarea")).to_be_focused()
        keys.write(title)
        keys.press("Enter")
    keys.press("Escape")
    expect(visitor.titles(0)).to_have_text(list(titles))
    return titles


def test_a_board_is_walked_and_a_task_is_written(visitor: Visitor, keys: Keys, tasks: tuple[str, ...]) -> None:
    page = visitor.page
    keys.go(visitor.card("First").locator(".card-link"))
    keys.press("ArrowDown", "Shift+ArrowRight")
    expect(visitor.column(1).locator(".card-link:focus")).to_have_text("Second")
    keys.press("m", "End", "Enter")
    expect(visitor.toast("moved to Done")).to_be_visible()
    keys.press("Control+z")
    expect(visitor.titles(1)).to_have_text(["Second"])

    keys.go(visitor.card("First").locator(".card-link"), "Shift+Tab")
    keys.press("Enter")
    panel = page.locator(".panel")
    title = panel.get_by_role("textbox", name="Title")
    expect(title).to_have_value("First")
    keys.go(title)
    keys.press("Control+a")
    keys.write("The first")
    keys.press("Enter")
    expect(visitor.card("The first")).to_be_visible()
    keys.go(panel.get_by_role("button", name="Assign"))
    keys.press("Enter")
    keys.write("Ann")
    keys.press("Enter", "Escape")
    expect(panel.locator(".properties .avatar").first).to_be_visible()
    keys.go(panel.locator(".add-description"))
    keys.press("Enter")
    keys.write("By hand")
    keys.press("Control+Enter")
    expect(panel.locator(".description .markdown")).to_have_text("By hand")
    keys.go(panel.locator(".editor textarea"))
    keys.write("Look, @An")
    keys.press("Enter", "Control+Enter")
    expect(panel.locator(".comment .mention")).to_have_text("@Ann")
    keys.go(panel.get_by_role("button", name="Delete the comment"), "Shift+Tab")
    keys.press("Enter")
    expect(panel.locator(".comment")).to_have_count(0)
    keys.look()
    keys.go(panel.get_by_role("button", name="More actions"), "Shift+Tab")
    keys.press("Enter", "Enter")
    expect(visitor.card("The first")).to_have_count(0)
    keys.look()
    keys.press("Control+z")
    expect(visitor.card("The first")).to_be_visible()


def test_pages_are_reached_by_keys_and_the_table_is_changed(
    visitor: Visitor, keys: Keys, tasks: tuple[str, ...]
) -> None:
    page = visitor.page
    keys.press("t")
    rows = page.locator(".table-body .row-link")
    keys.go(rows.first)
    keys.press("x", "Shift+ArrowDown")
    keys.go(page.locator(".bulk-bar").get_by_role("button", name="Priority"))
    keys.press("Enter", "ArrowDown", "Enter")
    expect(visitor.toast("Priority of 2 tasks")).to_be_visible()
    keys.press("Control+z")
    keys.go(page.locator(".bulk-bar").get_by_role("button", name="Delete"))
    keys.press("Enter")
    expect(rows).to_have_count(1)
    keys.look()
    keys.press("Control+z")
    expect(rows).to_have_count(len(tasks))

    keys.press("k")
    expect(page.locator(".calendar")).to_be_visible()
    keys.press("]", "[")
    today = page.evaluate("new Date().toLocaleDateString('en-CA')")
    new = page.locator(f".day-cell[data-day='{today}']").get_by_role("button", name="New task")
    keys.go(new)
    keys.press("Enter")
    expect(page.locator("dialog .title-input")).to_be_focused()
    keys.write("Today")
    keys.press("Enter")
    expect(page.locator(".panel-title")).to_have_value("Today")
    keys.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    keys.look()

    keys.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    keys.write("Second")
    expect(page.get_by_role("option", name="Second")).to_be_visible()
    keys.press("Enter")
    expect(page.locator(".panel-title")).to_have_value("Second")
    keys.press("Escape", "?")
    expect(page.locator("dialog.help")).to_be_visible()
    keys.press("Escape")
    for sequence, path in (("gm", "/my-tasks"), ("gi", "/inbox"), ("ga", "/account"), ("gp", "/projects")):
        keys.press(*sequence)
        page.wait_for_url(f"**{path}")
        keys.look()


def test_a_field_takes_back_its_own_text(visitor: Visitor, keys: Keys, tasks: tuple[str, ...]) -> None:
    """The key that undoes changes is the field's own while something is being written."""
    keys.go(visitor.card("First").locator(".card-link"))
    keys.press("Shift+ArrowRight")
    expect(visitor.toast("moved to")).to_be_visible()
    keys.press("/")
    keys.write("zzz")
    keys.press("Control+z")
    expect(visitor.page.locator(".search-field input")).not_to_have_value("zzz")
    expect(visitor.toast("moved to")).to_be_visible()
