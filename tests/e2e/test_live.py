"""Live updates that miss nothing and load nothing twice: after a lost network, a sleep, a reload, in several tabs."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from testkit.board import Board, Person, eventually, running
from testkit.visiting import Visitor, visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """The embedded process: its lists follow the log at once, so that calls can be counted."""
    with running(tmp_path_factory.mktemp("live") / "data") as process:
        yield process


@pytest.fixture(scope="module")
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture(scope="module")
def bob(stack: Board) -> Person:
    return stack.register("Bob")


@pytest.fixture
def project(ann: Person, bob: Person) -> dict[str, Any]:
    """A project of Ann's and Bob's with one task."""
    project: dict[str, Any] = ann.post("/api/projects", name="Operations")
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
    add(ann, project, "First")
    return project


@pytest.fixture
def board(browser: Browser, stack: Board, ann: Person, project: dict[str, Any]) -> Iterator[Visitor]:
    visitor = visit(browser, stack, ann, "/account")
    page = visitor.page
    page.clock.install()
    page.reload()
    # The next page goes on from a place in the stream, so that it loads nothing twice.
    eventually(lambda: page.clock.run_for(1000) or page.evaluate("localStorage.getItem('live-place')"))
    page.goto(f"/projects/{project['id']}/board")
    expect(visitor.card("First")).to_be_visible()
    yield visitor
    visitor.page.context.close()
    assert visitor.complaints == []


def add(person: Person, project: dict[str, Any], title: str) -> None:
    person.post(f"/api/projects/{project['id']}/tasks", title=title)


def settled(board: Visitor, project: dict[str, Any], bob: Person) -> None:
    """Wait until the board lives."""
    add(bob, project, "Heard")
    expect(board.card("Heard")).to_be_visible()
    board.page.clock.run_for(10_000)


class Calls:
    """The calls of a page from now on: of the stream, and of a project's tasks."""

    def __init__(self, page: Page) -> None:
        self.streams: list[str] = []
        self.lists: list[str] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if "/api/stream" in request.url:
            self.streams.append(request.url)
        if "/tasks?" in request.url:
            self.lists.append(request.url)


def test_what_happened_while_the_network_was_away_is_told_from_where_it_broke(
    board: Visitor, project: dict[str, Any], bob: Person
) -> None:
    settled(board, project, bob)
    calls = Calls(board.page)
    board.page.context.set_offline(True)
    expect(board.page.locator(".banner")).to_be_visible()
    add(bob, project, "Missed")
    add(bob, project, "Missed as well")
    board.page.context.set_offline(False)
    eventually(lambda: board.page.clock.run_for(1000) or calls.streams)
    expect(board.titles(0)).to_have_text(["First", "Heard", "Missed", "Missed as well"])
    assert all("last_event_id=" in url for url in calls.streams)
    assert calls.lists == []


def test_after_a_sleep_a_dead_connection_is_given_up_and_nothing_was_missed(
    board: Visitor, project: dict[str, Any], bob: Person
) -> None:
    settled(board, project, bob)
    calls = Calls(board.page)
    # The computer sleeps: for an hour nothing was heard, and no timer ran.
    board.page.clock.fast_forward("01:00:00")
    add(bob, project, "Woken")
    eventually(lambda: board.page.clock.run_for(500) or calls.streams)
    assert "last_event_id=" in calls.streams[0]
    expect(board.card("Woken")).to_be_visible()
    assert calls.lists == []


def test_a_page_that_is_loaded_again_goes_on_where_it_was(board: Visitor, project: dict[str, Any], bob: Person) -> None:
    settled(board, project, bob)
    calls = Calls(board.page)
    board.page.reload()
    expect(board.card("Heard")).to_be_visible()
    eventually(lambda: board.page.clock.run_for(1000) or calls.streams)
    add(bob, project, "Later")
    expect(board.card("Later")).to_be_visible()
    board.page.clock.run_for(10_000)
    assert "last_event_id=" in calls.streams[0]
    assert len(calls.lists) == 1


def test_one_tab_listens_for_all_and_another_takes_over(
    browser: Browser, stack: Board, ann: Person, bob: Person, project: dict[str, Any]
) -> None:
    # With the clock of the browser: one that is set anew in each tab would jump there while the tab begins.
    first = visit(browser, stack, ann, f"/projects/{project['id']}/board")
    add(bob, project, "Heard")
    expect(first.card("Heard")).to_be_visible()
    second = Visitor(first.page.context.new_page())
    calls = Calls(second.page)
    second.page.goto(first.page.url)
    expect(second.card("Heard")).to_be_visible()
    add(bob, project, "For both")
    expect(second.card("For both")).to_be_visible()
    expect(first.card("For both")).to_be_visible()
    assert calls.streams == []
    first.page.close()
    eventually(lambda: second.page.wait_for_timeout(50) or calls.streams)
    add(bob, project, "For the one that is left")
    expect(second.card("For the one that is left")).to_be_visible()
    assert "last_event_id=" in calls.streams[0]
    second.page.context.close()
    assert first.complaints == second.complaints == []
