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


def test_a_table_is_looked_at_imported_and_opened(visitor: Visitor) -> None:
    page = visitor.page
    text = "title,status,assignees\nBake,Doing,Ann Baker\nSell,To do,Nobody Known\n"
    page.set_input_files("input[type=file]", table("bakery.csv", text))
    expect(page.locator(".import-counts")).to_contain_text("2 tasks")
    expect(page.locator(".settings")).to_contain_text("not assigned: Nobody Known")
    page.locator(".settings").get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    expect(page.locator(".import-counts")).to_contain_text("2 added")
    page.get_by_role("link", name="Open the project").click()
    expect(visitor.titles(0)).to_have_text(["Bake"])


def test_the_line_that_is_wrong_is_named_and_another_file_can_be_chosen(visitor: Visitor) -> None:
    page = visitor.page
    page.set_input_files("input[type=file]", table("wrong.csv", "title,due\nBake,tomorrow\n"))
    expect(page.get_by_role("alert")).to_contain_text("line 2")
    page.set_input_files("input[type=file]", table("right.csv", "title,due\nBake,2026-12-31\n"))
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".import-counts")).to_contain_text("1 task")


def test_a_long_import_shows_how_far_it_is_and_can_be_stopped(visitor: Visitor) -> None:
    page = visitor.page
    rows = "".join(f"Task {number}\n" for number in range(4000))
    page.set_input_files("input[type=file]", table("long.csv", f"title\n{rows}"))
    page.locator(".settings").get_by_role("button", name="Import").click()
    bar = page.locator(".import-bar")
    expect(bar).to_have_attribute("max", "4000")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", name="Stopped")).to_be_visible()
    assert 0 < int(bar.get_attribute("value") or 0) < 4000
    page.get_by_role("button", name="Import another file").click()
    expect(page.locator(".drop-file")).to_be_visible()
