"""What journeys in a browser share: Debian's Chromium, and people who look at the site in one of their own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from testkit.board import PASSWORD, Board, Person

FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
EXPECTED: Final = ("401", "412", "503", "net::ERR_", "fetching the script")
"""What the site deals with, servers that are away included; the browser notes every failed call on its console."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window; tools/need-chromium installs it."""
    path = shutil.which("chromium")
    if path is None:
        raise FileNotFoundError("no chromium: run tools/need-chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone at the site, in a browser of their own; `complaints` is what the browser had to say, policy included."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self._note(message))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(code in message.text for code in EXPECTED):
            self.complaints.append(message.text)

    def card(self, title: str) -> Locator:
        """A task on the board."""
        return self.page.locator(".board .card", has_text=title)

    def column(self, number: int) -> Locator:
        """A column of the board, from the left."""
        return self.page.locator(".column").nth(number)

    def titles(self, number: int) -> Locator:
        """The titles in a column of the board, from the top."""
        return self.column(number).locator(".card-link")

    def toast(self, text: str) -> Locator:
        """What the site says was done."""
        return self.page.locator(".toast", has_text=text)


def visit(browser: Browser, stack: Board, person: Person, path: str = "", **options: Any) -> Visitor:
    """A registered person at the site, logged in; `options` are those of a browser context."""
    context = browser.new_context(
        **{"locale": "en-US", "viewport": {"width": 1360, "height": 860}, "base_url": stack.url, **options}
    )
    body = {"email": person.email, "password": PASSWORD, "session": "cookie"}
    headers = {"Origin": stack.url}
    answer = context.request.post("/api/auth/login", data=body, headers=headers)
    if not answer.ok:
        raise AssertionError(f"log in: {answer.status} {answer.text()}")
    visitor = Visitor(context.new_page())
    visitor.page.goto(path or "/projects")
    return visitor


def middle(locator: Locator, *, down: float = 0.5) -> tuple[float, float]:
    """A point on an element: `down` is how far from its top, as a part of its height."""
    box = locator.bounding_box()
    if box is None:
        raise AssertionError(f"{locator} is not to be seen")
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * down


def drag(page: Page, source: Locator, to: tuple[float, float]) -> None:
    """Take hold with the mouse, go there in steps, let go, and see it land."""
    page.mouse.move(*middle(source))
    page.mouse.down()
    page.mouse.move(*to, steps=8)
    page.mouse.up()
    expect(page.locator(".drag-copy")).to_have_count(0)


class Finger:
    """A finger on a page."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._at = (0.0, 0.0)

    def down(self, at: tuple[float, float]) -> None:
        """Touch a point."""
        self._at = at
        self._touch("touchStart", at)

    def go(self, to: tuple[float, float]) -> None:
        """Go to another point in steps."""
        (x, y), (to_x, to_y) = self._at, to
        for step in range(1, 11):
            self._touch("touchMove", (x + (to_x - x) * step / 10, y + (to_y - y) * step / 10))
        self._at = to

    def up(self) -> None:
        """Leave the screen."""
        self._session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def _touch(self, kind: str, at: tuple[float, float]) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}]})
