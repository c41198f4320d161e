"""A board where nobody may register: the command adds people, and the site says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from testkit.board import PASSWORD, Running, running
from testkit.visiting import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data", REGISTRATION="closed") as process:
        yield process


def test_whoever_was_added_by_the_command_logs_in(browser: Browser, closed: Running) -> None:
    added = closed.command("user", "add", "ann@example.org", "--name", "Ann", "--password", PASSWORD)
    assert added.returncode == 0, added.stderr
    visitor = Visitor(browser.new_page())
    page = visitor.page
    page.goto(f"{closed.url}/register")
    page.wait_for_url("**/login")
    expect(page.locator(".login-other")).to_have_text("New here? Ask whoever runs this board for an account.")
    page.get_by_label("E-mail").fill("ann@example.org")
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects")
    page.context.close()
    assert visitor.complaints == []
