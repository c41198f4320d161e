"""Whatever things are called, pages hold: no text lies over another or is cut without a mark, none is too wide."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from testkit.board import Board, Person
from testkit.pages import settled
from testkit.visiting import visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

WIDTHS = (320, 768, 1360)
VIEWS = ("board", "table", "calendar", "insights", "activity", "settings")
PAGES = (
    "/projects",
    "/my-tasks",
    "/inbox",
    "/account",
    *(f"/projects/{{project}}/{view}" for view in VIEWS),
    "/tasks/{task}",
)

FAULTS = (Path(__file__).parent / "layout.js").read_text().rstrip().removesuffix(";")


@dataclass(frozen=True)
class Names:
    """What somebody called everything."""

    person: Person
    project: str
    task: str


@pytest.fixture(scope="module")
def names(stack: Board) -> Names:
    long = "Wirtschaftsprüfungsgesellschaftsvorsitzendenstellvertretung"
    ann = stack.register(f"Ann {long * 2}"[:100])
    project: dict[str, Any] = ann.post("/api/projects", name="W" * 200, key="WWWWWWWWWW")
    path = f"/api/projects/{project['id']}"
    statuses = [
        {"key": "waiting", "name": "W" * 50, "category": "waiting"},
        {
            "key": "in_progress",
            "name": "공급업체의 답변을 기다리는 중이며 아직 아무도 확인하지 않은 상태",
            "category": "active",
        },
        {"key": "done", "name": ("Abgeschlossen und " * 3)[:50].strip(), "category": "done"},
    ]
    ann.patch(path, statuses=statuses)
    others = [stack.register(f"{number} {long}"[:100]) for number in range(5)]
    for other in others:
        ann.put(f"{path}/members/{other.id}", role="viewer" if other is others[0] else "member")
    labels = [f"{number}{'M' * 49}" for number in range(4)]
    titles = ["W" * 500, "Überprüfen Sie die " * 20, "x", "긴 제목이 있는 작업 " * 30]
    tasks = []
    for number, title in enumerate(titles):
        one = ann.post(
            f"{path}/tasks",
            title=title[:500],
            status=statuses[number % 3]["key"],
            priority="urgent",
            labels=labels,
            due="2026-01-31",
            description=f"- [ ] {'W' * 300}\n\n{'V' * 300} `{'C' * 200}`\n\n# {'H' * 120}",
        )
        tasks.append(one)
        for person in (ann, *others):
            ann.put(f"/api/tasks/{one['id']}/assignees/{person.id}")
        others[1].post(f"/api/tasks/{one['id']}/comments", body="Q" * 400)
    return Names(ann, project["id"], tasks[0]["id"])


@pytest.fixture(scope="module")
def page(browser: Browser, stack: Board, names: Names) -> Iterator[Page]:
    page = visit(browser, stack, names.person, reduced_motion="reduce").page
    yield page
    page.context.close()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.rpartition("/")[2].strip("{}"))
def test_no_name_breaks_a_page(page: Page, names: Names, path: str) -> None:
    page.goto(path.format(project=names.project, task=names.task))
    settled(page)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found += [f"{width}: {fault}" for fault in page.evaluate(FAULTS)]
    assert not found, "\n".join(found)


ACTS: dict[str, tuple[str, Callable[[Page], object]]] = {
    "statuses": ("/tasks/{task}", lambda page: page.locator(".properties .chip").first.click()),
    "people": ("/projects/{project}/board", lambda page: page.get_by_role("button", name="Filter by assignee").click()),
    "labels": ("/projects/{project}/board", lambda page: page.get_by_role("button", name="Filter by label").click()),
    "palette": ("/projects", lambda page: (page.keyboard.press("Control+k"), page.keyboard.type("W"))),
    "new": ("/projects/{project}/board", lambda page: page.keyboard.press("c")),
    "many": ("/projects/{project}/table", lambda page: page.keyboard.press("Control+a")),
    "history": ("/tasks/{task}", lambda page: page.get_by_role("tab", name="History").click()),
}


@pytest.mark.parametrize("act", ACTS)
def test_no_name_breaks_what_opens_on_a_page(page: Page, names: Names, act: str) -> None:
    path, do = ACTS[act]
    found = []
    for width in (WIDTHS[0], WIDTHS[-1]):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path.format(project=names.project, task=names.task))
        settled(page)
        do(page)
        settled(page)
        found += [f"{width}: {fault}" for fault in page.evaluate(FAULTS)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("view", "name"), [("board", ".card-link"), ("table", ".label-text"), ("board", ".column h2")])
def test_what_is_cut_is_seen_whole_by_whoever_points_at_it(page: Page, names: Names, view: str, name: str) -> None:
    page.set_viewport_size({"width": 1360, "height": 900})
    page.goto(f"/projects/{names.project}/{view}")
    settled(page)
    one = page.locator(name).first
    one.hover()
    assert one.get_attribute("title") == one.text_content()
