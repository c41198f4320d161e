"""Signing out reaches every tab of the browser at once, with a network and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from testkit.board import PASSWORD, Person, Running, running
from testkit.visiting import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data") as process:
        yield process


@pytest.mark.parametrize("network", [True, False])
def test_who_signs_out_in_one_tab_is_out_in_all_and_stays_out(browser: Browser, board: Running, network: bool) -> None:
    ann = Person.register(board.url, "Ann")
    ann.post("/api/projects", name="Secret bakery")
    ann.http.close()
    context = browser.new_context()
    one, two = Visitor(context.new_page()), Visitor(context.new_page())
    one.page.goto(f"{board.url}/login")
    one.page.get_by_label("E-mail").fill(ann.email)
    one.page.locator("input[type=password]").fill(PASSWORD)
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**/projects")
    two.page.goto(f"{board.url}/projects")
    expect(two.page.get_by_role("main").get_by_text("Secret bakery")).to_be_visible()
    one.page.goto(f"{board.url}/account")
    leave = one.page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).last
    leave.wait_for()
    context.set_offline(not network)
    leave.click()

    for visitor in (one, two):
        expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(visitor.page.get_by_text("Secret bakery")).to_have_count(0)
    context.set_offline(False)
    two.page.goto(f"{board.url}/projects")
    expect(two.page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()
