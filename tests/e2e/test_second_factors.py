"""A passkey and an authenticator, as their owner sets them up and comes in by them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from testkit.board import PASSWORD, Person, Running, running
from testkit.visiting import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("factors") / "data") as process:
        yield process


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="en-US", viewport={"width": 375, "height": 740})
    yield context
    context.close()


def named(board: Running) -> str:
    """The board's address with a name, for a number has no passkeys."""
    return board.url.replace("127.0.0.1", "localhost")


class Device:
    """A device of the browser's own that keeps passkeys and knows its owner, who touches it as soon as it asks."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable", {"enableUI": False})
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def touched(self, enabled: bool) -> None:
        """Whether its owner is there to touch it."""
        body = {"authenticatorId": self._id, "enabled": enabled}
        self._session.send("WebAuthn.setAutomaticPresenceSimulation", body)


def by_password(page: Page, person: Person) -> None:
    page.get_by_label("E-mail").fill(person.email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


def sign_out(page: Page, board: Running) -> None:
    page.goto(f"{named(board)}/account")
    page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).last.click()
    page.get_by_role("heading", name="Sign in").wait_for()


def test_a_passkey_made_on_the_account_s_page_is_the_way_in(board: Running, context: BrowserContext) -> None:
    ann = Person.register(board.url, "Ann")
    ann.http.close()
    visitor = Visitor(context.new_page())
    page = visitor.page
    page.goto(f"{named(board)}/login")
    device = Device(page)
    by_password(page, ann)
    page.wait_for_url("**/projects")
    page.goto(f"{named(board)}/account")
    page.get_by_role("button", name="Add a passkey").click()
    expect(visitor.toast("Passkey added")).to_be_visible()
    expect(page.get_by_role("button", name="Remove the passkey")).to_be_visible()
    # The browser offers the passkey beside the name by itself, and nobody takes it.
    device.touched(False)
    sign_out(page, board)
    offer = page.get_by_role("button", name="Sign in with a passkey")
    expect(offer).to_have_class("button wide primary")
    # By now it has asked the device, which answers only what it is asked while its owner is there.
    page.wait_for_load_state("networkidle")
    device.touched(True)
    offer.click()
    page.wait_for_url("**/projects")
    assert visitor.complaints == []


def test_an_authenticator_is_set_up_by_its_key_and_asked_for_at_a_login(
    board: Running, context: BrowserContext
) -> None:
    bob = Person.register(board.url, "Bob")
    bob.http.close()
    visitor = Visitor(context.new_page())
    page = visitor.page
    page.goto(f"{named(board)}/login")
    by_password(page, bob)
    page.wait_for_url("**/projects")
    page.goto(f"{named(board)}/account")
    page.get_by_role("button", name="Set up an authenticator").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    secret = page.locator(".totp-key").inner_text().replace(" ", "")
    field = page.get_by_label("Code")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    field.fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("The code is wrong")).to_be_visible()
    # The step before: whatever the machine does meanwhile, the code of now is not used up.
    field.fill(pyotp.TOTP(secret).at(time.time() - 25))
    page.get_by_role("button", name="Turn it on").click()
    shown = page.locator(".recovery-codes code")
    expect(shown).to_have_count(10)
    codes = shown.all_inner_texts()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()
    sign_out(page, board)
    by_password(page, bob)
    page.get_by_role("heading", name="A code of your authenticator").wait_for()
    page.get_by_label("Code").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The code is wrong")).to_be_visible()
    page.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects")
    assert [line for line in visitor.complaints if "422" not in line] == []


def test_where_a_second_factor_is_required_one_is_set_up_before_anything_else(
    browser: Browser, tmp_path: Path, context: BrowserContext
) -> None:
    with running(tmp_path / "data", REQUIRE_SECOND_FACTOR="true") as board:
        ann = Person.register(board.url, "Ann")
        assert ann.http.get("/api/projects").json()["code"] == "second_factor_required"
        ann.http.close()
        page = context.new_page()
        page.goto(f"{named(board)}/login")
        Device(page)
        by_password(page, ann)
        page.get_by_role("heading", name="A second factor is required here").wait_for()
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("heading", name="Projects", exact=True)).to_be_visible()
