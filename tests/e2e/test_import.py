"""A file becomes a project in the site: what it holds, what is wrong with it, how far it is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from testkit.board import Board, running
from testkit.visiting import Visitor, visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """The embedded process: it alone imports."""
    with running(tmp_path_factory.mktemp("import") / "data") as process:
        yield process


@pytest.fixture
def visitor(browser: Browser, board: Board) -> Iterator[Visitor]:
    visitor = visit(browser, board, board.register("Ann Baker"))
    visitor.page.get_by_role("link", name="Import").click()
    yield visitor
    visitor.page.context.close()
    assert [complaint for complaint in visitor.complaints if "422" not in complaint] == []


def table(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def start(visitor: Visitor) -> None:
    visitor.page.locator(".import-start").get_by_role("button", name="Import").click()


def test_a_table_is_looked_at_imported_opened_and_taken_back(visitor: Visitor) -> None:
    page = visitor.page
    text = "title,status,assignees\nBake,Doing,Ann Baker\nSell,To do,Nobody Known\n"
    page.set_input_files("input[type=file]", table("bakery.csv", text))
    expect(page.locator(".import-counts")).to_contain_text("2 new tasks")
    expect(page.locator(".settings")).to_contain_text("Nobody Known")
    start(visitor)
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    expect(page.locator(".import-counts")).to_contain_text("2 added")
    page.get_by_role("link", name="Open the project").click()
    expect(visitor.titles(0)).to_have_text(["Sell"])
    page.goto(f"{visitor.page.url.partition('/projects')[0]}/import")
    page.get_by_role("button", name="Take it back").first.click()
    expect(page.get_by_role("heading", name="Taken back")).to_be_visible()
    expect(page.locator(".import-counts")).to_contain_text("2 deleted")


def test_what_a_file_leaves_open_is_asked_and_what_was_guessed_can_be_changed(visitor: Visitor) -> None:
    page = visitor.page
    page.set_input_files("input[type=file]", table("reise.csv", "Was;Wo;Bis\nZug buchen;Wien;03/04/2026\n"))
    page.get_by_role("button", name="Was", exact=True).click()
    page.get_by_label("Wo").select_option(label="Status")
    page.get_by_label("Bis").select_option(label="Due date")
    page.get_by_role("button", name="The day").click()
    expect(page.locator(".import-counts")).to_contain_text("1 new task")
    page.locator(".import-map .doubtful select").select_option(label="Done")
    expect(page.locator(".import-plan")).to_have_attribute("aria-busy", "false")
    start(visitor)
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()


def test_a_newer_export_shows_what_changes_before_it_does(visitor: Visitor) -> None:
    page = visitor.page
    page.set_input_files("input[type=file]", table("Jira.csv", "Issue key,Summary,Status\nAB-1,Oven,To Do\n"))
    start(visitor)
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    page.get_by_role("button", name="Import another file").click()
    page.set_input_files("input[type=file]", table("Jira (1).csv", "Issue key,Summary,Status\nAB-1,Ovens,Done\n"))
    page.get_by_role("button", name="Update them there").click()
    expect(page.locator(".import-changes")).to_contain_text("Title: Oven → Ovens")
    expect(page.locator(".import-counts")).to_contain_text("1 changed")


def test_the_row_that_is_wrong_is_named_and_a_file_that_is_wrong_is_refused(visitor: Visitor) -> None:
    page = visitor.page
    page.set_input_files("input[type=file]", table("rows.csv", "title,due\nBake,2026-12-31\n,2026-12-31\n"))
    expect(page.locator(".import-counts")).to_contain_text("1 new task")
    expect(page.locator(".settings")).to_contain_text("Line 3 It has no title.")
    page.set_input_files("input[type=file]", table("wrong.csv", 'title\n"Bake\n'))
    expect(page.get_by_role("alert")).to_contain_text("Nothing was written")
    page.set_input_files("input[type=file]", table("right.csv", "title,due\nBake,2026-12-31\n"))
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".import-counts")).to_contain_text("1 new task")


def test_a_long_import_shows_how_far_it_is_and_can_be_stopped(visitor: Visitor) -> None:
    page = visitor.page
    rows = "".join(f"Task {number}\n" for number in range(6000))
    page.set_input_files("input[type=file]", table("long.csv", f"title\n{rows}"))
    start(visitor)
    expect(page.locator(".import-bar")).to_have_attribute("max", "6000")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", name="Stopped")).to_be_visible()
    page.get_by_role("button", name="Import another file").click()
    expect(page.locator(".drop-file")).to_be_visible()
