"""Insights in the browser, on the demonstration's data: looked at, moved in by keys, read as a table, taken along."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from testkit.board import PASSWORD, Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]

ZONE = "UTC"


@pytest.fixture(scope="module")
def board(stack: Board) -> Board:
    """A board on which a team has worked for weeks."""
    stack.kill()  # the demonstration writes where no board runs
    made = stack.command("demo", "--add", "--password", PASSWORD)
    assert made.returncode == 0, made.stderr
    stack.start()
    eventually(lambda: "wait for the projector" not in stack.command("verify").stdout, within=60)
    return stack


@pytest.fixture(scope="module")
def mina(board: Board) -> Iterator[Person]:
    http = httpx.Client(base_url=board.url, timeout=20)
    body = {"email": "mina@example.org", "password": PASSWORD}
    answer = http.post("/api/auth/login", json=body).raise_for_status().json()
    http.headers["Authorization"] = f"Bearer {answer['access_token']}"
    yield Person(answer["user"]["id"], answer["user"]["name"], "mina@example.org", http)
    http.close()


@pytest.fixture(scope="module")
def shop(mina: Person) -> dict[str, Any]:
    projects = eventually(lambda: [one for one in mina.all("/api/projects") if one["key"] == "SHOP"], within=60)
    return projects[0]


Open = Callable[..., Visitor]


@pytest.fixture
def open_insights(browser: Browser, board: Board, mina: Person, shop: dict[str, Any]) -> Iterator[Open]:
    """Opens the page; whatever a browser complains of fails the test."""
    visitors: list[Visitor] = []

    def opened(search: str = "", project: str = "", **options: Any) -> Visitor:
        path = f"/projects/{project or shop['id']}/insights{search}"
        visitor = visit(browser, board, mina, path, **{"timezone_id": ZONE, "accept_downloads": True, **options})
        visitors.append(visitor)
        return visitor

    yield opened
    for visitor in visitors:
        visitor.page.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


def asked(mina: Person, shop: dict[str, Any], **days: str) -> dict[str, Any]:
    query = "&".join(f"{'from' if name == 'first' else 'to'}={day}" for name, day in days.items())
    answer: dict[str, Any] = mina.get(f"/api/projects/{shop['id']}/insights?tz={ZONE}&{query}")
    return answer


def test_what_the_service_counted_is_what_one_sees(open_insights: Open, mina: Person, shop: dict[str, Any]) -> None:
    page = open_insights().page
    expect(page.get_by_role("heading", level=2)).to_have_text(
        ["Cumulative flow", "Cycle time", "Throughput", "Ageing work", "Load"]
    )
    found = asked(mina, shop)
    flow = page.get_by_role("region", name="Cumulative flow")
    expect(flow.locator(".band")).to_have_count(len(found["flow"]))
    expect(flow.locator(".legend li")).to_have_text([f"{band['name']} {band['counts'][-1]}" for band in found["flow"]])
    times = page.get_by_role("region", name="Cycle time")
    begun = [task for task in found["finished"]["tasks"] if task["cycle"] is not None]
    expect(times.locator(".dot")).to_have_count(len(begun))
    expect(page.get_by_role("region", name="Throughput").locator(".bar")).to_have_count(len(found["finished"]["weeks"]))
    ageing = page.get_by_role("region", name="Ageing work")
    oldest = found["ageing"]["tasks"][0]
    expect(ageing.get_by_role("listitem").first).to_contain_text(f"{oldest['key']} {oldest['title']}")
    expect(page.get_by_role("region", name="Load").locator(".loads li")).to_have_count(len(found["load"]))

    times.get_by_role("button", name="Lead").click()
    expect(page).to_have_url(re.compile("measure=lead"))
    expect(page.get_by_role("region", name="Lead time").locator(".dot")).to_have_count(found["finished"]["count"])


def test_a_chart_is_moved_in_by_keys_and_says_where_one_is(
    open_insights: Open, mina: Person, shop: dict[str, Any]
) -> None:
    page = open_insights().page
    chart = page.get_by_role("group", name=re.compile("Cumulative flow: tasks in each status"))
    page.get_by_role("button", name="Cumulative flow as a CSV file").focus()
    page.keyboard.press("Tab")
    expect(chart).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    found = asked(mina, shop)
    said = ", ".join(f"{band['name']} {band['counts'][6]}" for band in found["flow"])
    expect(chart.get_by_role("status")).to_contain_text(said)
    expect(chart.locator(".plot-tip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(chart.locator(".plot-tip")).to_have_count(0)

    dots = page.get_by_role("group", name=re.compile("Cycle time of each finished task"))
    dots.focus()
    page.keyboard.press("End")
    newest = [task for task in found["finished"]["tasks"] if task["cycle"] is not None][-1]
    expect(dots.get_by_role("status")).to_contain_text(newest["key"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name=re.compile(newest["key"]))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("region", name="Throughput")).to_be_visible()


def test_a_pointer_over_a_chart_shows_what_is_there(open_insights: Open) -> None:
    page = open_insights().page
    bars = page.get_by_role("group", name=re.compile("Tasks finished in each week"))
    bars.scroll_into_view_if_needed()
    bars.locator(".bar").nth(3).hover()
    expect(bars.locator(".plot-tip")).to_contain_text("task")
    expect(bars.locator(".bar").nth(3)).to_have_class(re.compile("looked"))
    dot = page.locator(".dot").nth(5)
    dot.hover()
    expect(page.get_by_role("region", name="Cycle time").locator(".plot-tip .key")).to_contain_text("SHOP-")
    dot.click()
    expect(page).to_have_url(re.compile("/tasks/"))


def test_the_days_stand_in_the_address_and_any_day_can_be_gone_back_to(
    open_insights: Open, mina: Person, shop: dict[str, Any]
) -> None:
    page = open_insights().page
    page.get_by_role("button", name="4 weeks").click()
    expect(page).to_have_url(re.compile(r"\?weeks=4$"))
    expect(page.get_by_label("From")).to_have_value((datetime.now(UTC).date() - timedelta(27)).isoformat())

    then = (datetime.now(UTC).date() - timedelta(20)).isoformat()
    page.get_by_label("To").fill(then)
    expect(page).to_have_url(re.compile(f"to={then}"))
    expect(page.locator(".range-at")).to_contain_text("As it stood at the end of")
    found = asked(mina, shop, first=(datetime.now(UTC).date() - timedelta(27)).isoformat(), last=then)
    expect(page.locator(".legend").first.locator("li")).to_have_text(
        [f"{band['name']} {band['counts'][-1]}" for band in found["flow"]]
    )
    page.reload()
    expect(page.locator(".range-at")).to_contain_text("As it stood at the end of")
    page.get_by_role("button", name="All").click()
    expect(page.get_by_label("From")).to_have_value(shop["created_at"][:10])


def test_a_chart_is_a_table_too_and_a_file(
    open_insights: Open, mina: Person, shop: dict[str, Any], tmp_path: Path
) -> None:
    page = open_insights("?weeks=2").page
    flow = page.get_by_role("region", name="Cumulative flow")
    flow.get_by_role("button", name="Cumulative flow as a table").click()
    expect(flow.get_by_role("row")).to_have_count(15)
    expect(flow.get_by_role("columnheader").first).to_have_text("Day")

    found = mina.get(
        f"/api/projects/{shop['id']}/insights?tz={ZONE}&from={(datetime.now(UTC).date() - timedelta(13)).isoformat()}"
    )
    with page.expect_download() as started:
        page.get_by_role("button", name="Cycle time as a CSV file").click()
    file = started.value
    assert file.suggested_filename == f"SHOP-{found['from']}-{found['to']}-times.csv"
    file.save_as(tmp_path / "times.csv")
    text = (tmp_path / "times.csv").read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Task", "Title", "Done", "Cycle time (days)", "Lead time (days)"]
    assert [row[:2] for row in rows[1:]] == [[t["key"], t["title"]] for t in reversed(found["finished"]["tasks"])]


def test_a_new_project_says_what_will_be_here(open_insights: Open, mina: Person) -> None:
    project = mina.post("/api/projects", name="Brand new")
    page = open_insights(project=project["id"]).page
    expect(page.get_by_role("heading", name="Insights grow by themselves")).to_be_visible()
    page.get_by_role("link", name="Go to the board").click()
    expect(page).to_have_url(re.compile("/board$"))
    page.close()  # a page of a project that is gone would complain
    mina.delete(f"/api/projects/{project['id']}")


# By how much what was shown has moved by itself since the page began; under 0.1 nobody is disturbed.
MOVED = """() => new Promise(done => {
  let sum = 0;
  const seen = list => list.getEntries().forEach(entry => { if (!entry.hadRecentInput) sum += entry.value; });
  new PerformanceObserver(seen).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


@pytest.mark.parametrize("width", [900, 1360])
def test_nothing_moves_while_the_charts_come(open_insights: Open, width: int) -> None:
    page = open_insights(viewport={"width": width, "height": 800}).page
    expect(page.locator(".plot svg").first).to_be_visible()
    assert page.evaluate(MOVED) < 0.1


@pytest.mark.parametrize("width", [320, 375, 3840])
def test_it_fits_every_screen_in_korean_and_in_the_dark(open_insights: Open, mina: Person, width: int) -> None:
    mina.patch("/api/auth/me", locale="ko")
    page = open_insights(
        locale="ko-KR", color_scheme="dark", viewport={"width": width, "height": 800}, has_touch=width < 700
    ).page
    expect(page.get_by_role("heading", name="누적 흐름")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.insight')].map(e => e.scrollWidth - e.clientWidth))"
    )
    assert wide <= 0
    mina.patch("/api/auth/me", locale="en")
