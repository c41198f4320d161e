"""An administrator shuts somebody out, lets them in again and reads of it; on the machine the command does the same."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from testkit.board import Person, Running, eventually, running
from testkit.visiting import visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("administration") / "data") as process:
        yield process


@pytest.fixture(scope="module")
def ann(board: Running) -> Person:
    """Who administers, being the first."""
    return board.register("Ann")


def test_a_person_is_shut_out_and_let_in_again_on_the_page_and_by_the_command(
    browser: Browser, board: Running, ann: Person
) -> None:
    bob = board.register("Bob")
    visitor = visit(browser, board, ann, "/administration", viewport={"width": 375, "height": 740})
    page = visitor.page
    page.get_by_label("Name or address").fill("bo")
    page.get_by_role("button", name="What to do with Bob").click()
    page.get_by_role("option", name="Deactivate", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate", exact=True).click()
    expect(visitor.toast("Bob is deactivated")).to_be_visible()
    expect(page.get_by_text("Account deactivated")).to_be_visible()
    with bob.http.stream("GET", "/api/stream") as stream:
        eventually(lambda: bob.http.get("/api/projects").status_code == 401)
        assert stream.status_code in (200, 401)
    done = board.command("user", "activate", bob.email)
    assert (done.returncode, done.stdout.strip()) == (0, f"{bob.email} is active")
    assert board.command("user", "deactivate", ann.email).returncode != 0
    again = board.log_in(bob)
    assert again.http.get("/api/projects").status_code == 200
    page.reload()
    expect(page.get_by_text("by a command on the machine")).to_be_visible()
    assert visitor.complaints == []
    page.context.close()


def test_to_whoever_does_not_administer_there_is_no_such_page(browser: Browser, board: Running, ann: Person) -> None:
    cat = board.register("Cat")
    assert cat.http.get("/api/admin/users").json()["code"] == "forbidden"
    assert ann.http.get("/api/admin/users").status_code == 200
    page = visit(browser, board, cat, "/administration").page
    page.get_by_text("There is no such page").wait_for()
    expect(page.get_by_role("heading", name="Administration")).to_have_count(0)
    page.context.close()
