"""The site in headless Chromium on the embedded process: how soon a board can be used, how smooth it is, how live.

The same is measured of an empty page in the same run, which is what the machine allows at that moment: a busy machine
shows in both.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page
from seed import seed_project

from testkit.board import Person, Running, running
from testkit.visiting import chromium, visit

SLOWER = 4
TARGETS = {"load": 1000.0, "frame": 50.0, "live": 300.0}

# Before the page's own scripts: notes when the first card stands and has been painted.
FIRST_CARD = """
new MutationObserver((_, observer) => {
  if (!document.querySelector(".card-link")) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.usable = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
"""
# Notes how long each frame took, and every task of more than 50 ms, while something goes on.
FRAMES = """
window.frames_ = []; window.long_ = [];
new PerformanceObserver((list) => window.long_.push(...list.getEntries().map((one) => one.duration)))
  .observe({ type: "longtask" });
let last = performance.now();
(function frame(now) { window.frames_.push(now - last); last = now; requestAnimationFrame(frame); })(last);
"""
EMPTY = "<!doctype html><title>empty</title><div style='height:9000px'></div>"


def throttled(page: Page) -> CDPSession:
    """Slow the page's processor down."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


def loads(browser: Browser, stack: Running, person: Person, path: str, rounds: int, *, warm: bool) -> Sequence[float]:
    """Milliseconds from asking for a board to its first card painted; `warm`: the files are in the browser's cache."""
    found = []
    visitor = visit(browser, stack, person)
    # As after the form: it notes that somebody is signed in here, so that what comes next is asked for at once.
    visitor.page.evaluate("localStorage.setItem('signed-in', 'yes')")
    for _ in range(rounds):
        page = visitor.page.context.new_page()
        session = throttled(page)
        session.send("Network.enable")
        if not warm:
            session.send("Network.clearBrowserCache")
        page.add_init_script(FIRST_CARD)
        page.goto(stack.url + path, wait_until="commit")
        found.append(awaited(page, "usable"))
        page.close()
    visitor.page.context.close()
    return found


def awaited(page: Page, name: str) -> float:
    """What the page sets a variable to, once it has. The policy of the site does not let Playwright poll."""
    look = f"(function look() {{ window.{name} ? known(window.{name}) : setTimeout(look, 5) }})()"
    return float(page.evaluate(f"() => new Promise((known) => {look})"))


def frames(page: Page, act: Callable[[], None]) -> tuple[Sequence[float], Sequence[float]]:
    """The frames and the long tasks while something goes on, in milliseconds."""
    page.evaluate("window.frames_.length = 0; window.long_.length = 0")
    act()
    page.wait_for_timeout(300)
    return page.evaluate("[window.frames_.slice(1), window.long_]")  # type: ignore[no-any-return]


def scroll(page: Page) -> None:
    """Wheel through a column, there and back."""
    column = page.locator(".column-scroll").first.bounding_box()
    if column is None:
        raise RuntimeError("no column")
    page.mouse.move(column["x"] + 100, column["y"] + 200)
    for turn in range(120):
        page.mouse.wheel(0, 400 if turn < 80 else -700)
        page.wait_for_timeout(16)


def wheel_empty(page: Page) -> None:
    """The same on an empty page."""
    page.mouse.move(300, 300)
    for turn in range(120):
        page.mouse.wheel(0, 100 if turn < 80 else -200)
        page.wait_for_timeout(16)


def drag(page: Page) -> None:
    """Take a card over all columns, up and down, and drop it."""
    card = page.locator(".column .card").nth(2).bounding_box()
    if card is None:
        raise RuntimeError("no card")
    x, y = card["x"] + 100, card["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(150):
        page.mouse.move(x + step * 5, y + (step * 37 % 400))
        page.wait_for_timeout(16)
    page.mouse.up()


def live(page: Page, person: Person, task: dict[str, Any], rounds: int) -> Sequence[float]:
    """Milliseconds from another person's sending a change to its being on the page."""
    found = []
    for number in range(rounds):
        title = f"Changed {number}"
        page.evaluate(
            """title => { window.seen = 0; new MutationObserver((_, observer) => {
                 if (document.body.innerText.includes(title)) { window.seen = Date.now(); observer.disconnect(); }
               }).observe(document.body, { childList: true, subtree: true, characterData: true }); }""",
            title,
        )
        sent = time.time() * 1000
        person.patch(f"/api/tasks/{task['id']}", title=title)
        found.append(awaited(page, "seen") - sent)
    return found


def shown(name: str, values: Sequence[float], target: float | None = None) -> None:
    """One line: the best, which other work disturbed least, the middle, the slowest of a hundred, and the target."""
    ordered = sorted(values)
    line = f"{name:<52} best {ordered[0]:6.1f}  median {statistics.median(ordered):6.1f}"
    line += f"  p99 {ordered[int(len(ordered) * 0.99) - 1]:6.1f}  worst {ordered[-1]:6.1f} ms"
    print(line + (f"  (target {target:.0f})" if target else ""))


def board(stack: Running, person: Person, tasks: int) -> tuple[str, dict[str, Any]]:
    """A project of so many tasks: the path of its board, and the first task of its first column."""
    project = person.post("/api/projects", name=f"{tasks} tasks", key="BO")
    stack.end()
    asyncio.run(seed_project(stack.data / "log.db", project["id"], person.id, tasks))
    stack.start()
    path = f"/api/projects/{project['id']}/tasks?status=waiting&sort=rank&limit=1"
    while len(person.all(f"/api/projects/{project['id']}/tasks")) < tasks:
        time.sleep(0.1)
    return f"/projects/{project['id']}/board", person.get(path)["items"][0]


def main(rounds: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as data, running(Path(data, "data")) as stack:
        person = stack.register("Ann")
        small, task = board(stack, person, 200)
        large, _ = board(stack, person, 2000)
        with chromium() as browser:
            measure(browser, stack, person, small, large, task, rounds)


def measure(
    browser: Browser, stack: Running, person: Person, small: str, large: str, task: dict[str, Any], rounds: int
) -> None:
    """Measure on boards that are there."""
    for warm in (False, True):
        cache = "files in the cache" if warm else "nothing in the cache"
        found = loads(browser, stack, person, small, rounds, warm=warm)
        shown(f"board of 200, {SLOWER}x slower, {cache}", found, TARGETS["load"])

    empty = browser.new_context().new_page()
    empty.set_content(EMPTY)
    empty.evaluate(FRAMES)
    taken, _ = frames(empty, lambda: wheel_empty(empty))
    shown("frames, scrolling an empty page", taken)
    empty.context.close()

    visitor = visit(browser, stack, person, large)
    visitor.page.wait_for_selector(".card-link")
    visitor.page.wait_for_timeout(1000)
    visitor.page.evaluate(FRAMES)
    for name, act in (("scrolling", scroll), ("dragging over", drag)):
        taken, long = frames(visitor.page, lambda act=act: act(visitor.page))  # type: ignore[misc]
        shown(f"frames, {name} a board of 2,000", taken, TARGETS["frame"])
        print(f"{'':<52} over 50 ms: {sum(one > 50 for one in taken)} of {len(taken)}; long tasks {long}")
    visitor.page.context.close()

    visitor = visit(browser, stack, person, small)
    visitor.page.wait_for_selector(".card-link")
    visitor.page.wait_for_timeout(3000)
    shown("another person's change seen", live(visitor.page, person, task, rounds * 4), TARGETS["live"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    main(parser.parse_args().rounds)
