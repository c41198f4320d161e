"""The second person comes in by the site: by a link, on a phone; and somebody who forgot the password comes back."""

import mailbox
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from testkit.board import PASSWORD, Running, eventually, running
from testkit.visiting import Visitor

pytestmark = pytest.mark.browser

PHONE = {"width": 375, "height": 740}


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data", REGISTRATION="closed") as process:
        for name in ("ann", "bob"):
            added = process.command(
                "user", "add", f"{name}@example.org", "--name", name.title(), "--password", PASSWORD
            )
            assert added.returncode == 0, added.stderr
        yield process


def sign_in(visitor: Visitor, board: Running, address: str, password: str = PASSWORD) -> None:
    visitor.page.goto(f"{board.url}/login")
    visitor.page.get_by_label("E-mail").fill(address)
    visitor.page.locator("input[type=password]").fill(password)
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/projects")


def test_a_link_leads_a_newcomer_with_a_phone_to_the_board_by_three_fields(browser: Browser, board: Running) -> None:
    ann = Visitor(browser.new_page())
    sign_in(ann, board, "ann@example.org")
    ann.page.get_by_role("button", name="New project").first.click()
    ann.page.get_by_label("Name").fill("Bakery")
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_role("heading", name="Bakery")).to_be_visible()
    ann.page.goto(re.sub(r"(/projects/[^/]+).*", r"\1/settings", ann.page.url))
    ann.page.get_by_role("button", name="Invite somebody").click()
    ann.page.get_by_role("button", name="Make the link").click()
    link = ann.page.locator(".invitation-link code").inner_text()
    assert link.startswith(f"{board.url}/invitation#tli_")
    ann.page.get_by_role("dialog").get_by_role("button", name="Done").click()
    expect(ann.page.locator(".invitations li")).to_contain_text("By link")

    guest = Visitor(browser.new_page(viewport=PHONE, has_touch=True, locale="en-US"))
    guest.page.goto(link)
    expect(guest.page.get_by_role("heading", level=1)).to_have_text("Ann invites you to Bakery")
    fields = guest.page.locator(".login-form input")
    assert [each.get_attribute("autocomplete") for each in fields.all()] == ["name", "email", "new-password"]
    guest.page.get_by_label("Name").fill("Gil")
    guest.page.get_by_label("E-mail").fill("gil@example.org")
    guest.page.locator("input[type=password]").fill(PASSWORD)
    guest.page.keyboard.press("Enter")
    guest.page.wait_for_url("**/projects/*")
    expect(guest.page.get_by_role("heading", name="Bakery")).to_be_visible()
    expect(ann.page.locator(".member-list")).to_contain_text("Gil")
    expect(ann.page.locator(".invitations li")).to_have_count(0)

    late = Visitor(browser.new_page(locale="ko-KR"))
    late.page.goto(link)
    expect(late.page.get_by_role("heading", level=1)).to_have_text("더 이상 쓸 수 없는 초대입니다")
    for visitor in (ann, guest, late):
        visitor.page.context.close()
        assert [each for each in visitor.complaints if "404" not in each] == []


def test_who_is_signed_in_joins_by_one_press(browser: Browser, board: Running) -> None:
    ann, bob = Visitor(browser.new_page()), Visitor(browser.new_page())
    for visitor, name in ((ann, "ann"), (bob, "bob")):
        sign_in(visitor, board, f"{name}@example.org")
    made = ann.page.evaluate(
        """async () => {
            const send = (path, body) => fetch(path, {method: "POST", headers: {"Content-Type": "application/json"},
                body: JSON.stringify(body)}).then((answer) => answer.json());
            const project = await send("/api/projects", {name: "Bakery"});
            return send(`/api/projects/${project.id}/invitations`, {role: "viewer"});
        }"""
    )
    bob.page.goto(made["url"])
    expect(bob.page.get_by_text("You are signed in as Bob.")).to_be_visible()
    bob.page.get_by_role("button", name="Join Bakery").click()
    bob.page.wait_for_url("**/projects/*")
    expect(bob.page.get_by_role("heading", name="Bakery")).to_be_visible()
    for visitor in (ann, bob):
        visitor.page.context.close()
        assert visitor.complaints == []


def test_a_forgotten_password_is_set_anew_by_mail_and_by_the_command(
    browser: Browser, board: Running, tmp_path: Path
) -> None:
    ann = Visitor(browser.new_page())
    page = ann.page
    page.goto(f"{board.url}/login")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail").fill("ann@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()

    def mailed() -> str | None:
        box = mailbox.Maildir(tmp_path / "data" / "mail", create=False)
        texts = [mail.get_payload()[0].get_payload(decode=True).decode() for mail in box]
        return next((found[0] for text in texts if (found := re.search(r"http\S+/reset#\S+", text))), None)

    for link, password in ((eventually(mailed), "the first new password"), ("", "the second new password")):
        if not link:
            told = board.command("user", "reset", "ann@example.org")
            assert told.returncode == 0, told.stderr
            link = f"{board.url}/reset#{told.stdout.strip().partition('#')[2]}"
        page.goto("about:blank")
        page.goto(link)
        page.locator("input[type=password]").fill(password)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Your new password is set")).to_be_visible()
        assert "#" not in page.url
        page.get_by_role("link", name="Go on").click()
        sign_in(ann, board, "ann@example.org", password)
        page.goto(link)
        page.get_by_role("button", name="Set the password").wait_for()
        page.context.clear_cookies()
    page.context.close()
    assert ann.complaints == []
