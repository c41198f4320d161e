"""Makes the pictures of the README from the real program with the demonstration's data, or a gallery of every page.

.venv/bin/python tools/screenshots.py [FOLDER]             the README's, into docs/images unless said otherwise
.venv/bin/python tools/screenshots.py --gallery FOLDER     every page in both languages, light and dark, wide and not
"""

import argparse
import base64
import html
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, expect

from taskledger.commands.demo import PASSWORD
from taskledger.testing import Running, running
from taskledger.visiting import chromium

WIDE: Final = (1440, 860)
TALLEST: Final = 4000
PEOPLE: Final = {"en": "mina@example.org", "ko": "hana@example.org"}
LOCALES: Final = {"en": "en-US", "ko": "ko-KR"}


@dataclass(frozen=True, slots=True)
class Shot:
    """A page to look at. In `path`, {SHOP} is a project's id, {late} and so on a task's; `act` is done on the page."""

    name: str
    path: str
    language: str = "en"
    theme: str = "light"
    size: tuple[int, int] = WIDE
    scale: int = 1
    act: Callable[[Page], object] | None = None


README: Final = (
    Shot("board", "/projects/{SHOP}/board"),
    Shot("insights-dark", "/projects/{SHOP}/insights", theme="dark", size=(1440, 1000)),
    Shot("task", "/projects/{SHOP}/tasks/{SHOP-talk}", size=(1440, 800)),
    Shot("phone-ko", "/projects/{APP}/board", language="ko", size=(375, 740), scale=2),
)

PAGES: Final[Sequence[tuple[str, str, Callable[[Page], object] | None]]] = (
    ("projects", "/projects", None),
    ("my-tasks", "/my-tasks", None),
    ("board", "/projects/{SHOP}/board", None),
    ("board-ko", "/projects/{APP}/board", None),
    ("table", "/projects/{SHOP}/table", None),
    ("calendar", "/projects/{SHOP}/calendar", None),
    ("insights", "/projects/{SHOP}/insights", None),
    ("activity", "/projects/{SHOP}/activity", None),
    ("settings", "/projects/{SHOP}/settings", None),
    ("task", "/projects/{SHOP}/tasks/{SHOP-talk}", None),
    ("task-ko", "/projects/{APP}/tasks/{APP-talk}", None),
    ("inbox", "/inbox", None),
    ("notifications", "/notifications", None),
    ("account", "/account", None),
    ("outbox", "/outbox", None),
    ("not-found", "/nowhere", None),
    ("help", "/projects/{SHOP}/board", lambda page: page.keyboard.press("?")),
    ("palette", "/projects/{SHOP}/board", lambda page: page.keyboard.press("Control+k")),
    ("new-task", "/projects/{SHOP}/board", lambda page: page.keyboard.press("c")),
)
WITHOUT_SESSION: Final = (("login", "/login"), ("register", "/register"))
SIZES: Final = {"1440": (1440, 900), "375": (375, 812), "320": (320, 700)}


class Studio:
    """A running board with the demonstration, and a browser to look at it with."""

    def __init__(self, browser: Browser, stack: Running) -> None:
        self._browser = browser
        self._stack = stack
        self._sessions = {language: self._session(email) for language, email in PEOPLE.items()}
        self._places = self._find()

    def take(self, shot: Shot, path: Path, *, whole: bool = False) -> None:
        """Take a picture; the `whole` page, also what one would have to scroll to."""
        signed_in = shot.name not in dict(WITHOUT_SESSION)
        context = self._browser.new_context(
            storage_state=self._sessions[shot.language] if signed_in else None,
            locale=LOCALES[shot.language],
            color_scheme=shot.theme,  # type: ignore[arg-type]
            viewport={"width": shot.size[0], "height": shot.size[1]},
            device_scale_factor=shot.scale,
            has_touch=shot.size[0] < 720,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(self._stack.url + shot.path.format_map(self._places))
        _settled(page)
        if shot.act:
            shot.act(page)
            page.wait_for_timeout(300)
        if whole:
            below = page.evaluate(_BELOW)
            page.set_viewport_size({"width": shot.size[0], "height": min(shot.size[1] + below, TALLEST)})
            page.wait_for_timeout(300)
        _write(page, shot, path)
        if signed_in:
            self._sessions[shot.language] = context.storage_state()
        context.close()

    def _session(self, email: str) -> Any:
        context = self._browser.new_context(base_url=self._stack.url)
        body = {"email": email, "password": PASSWORD, "session": "cookie"}
        answer = context.request.post("/api/auth/login", data=body, headers={"Origin": self._stack.url})
        if not answer.ok:
            raise RuntimeError(f"{email}: {answer.status}")
        return _closed(context)

    def _find(self) -> dict[str, str]:
        """Ids by what shots call them: a project's key, and of each project the task with the most to read."""
        context = self._browser.new_context(base_url=self._stack.url, storage_state=self._sessions["en"])
        get = context.request.get
        found: dict[str, str] = {}
        for project in get("/api/projects").json()["items"]:
            found[project["key"]] = project["id"]
            tasks = get(f"/api/projects/{project['id']}/tasks?limit=200").json()["items"]
            open_tasks = [task for task in tasks if task["status"] in ("in_progress", "review") and task["assignees"]]
            most = max(open_tasks or tasks, key=lambda task: (len(task["description"]) > 150, task["version"]))
            found[f"{project['key']}-talk"] = most["id"]
        context.close()
        return found


def _write(page: Page, shot: Shot, path: Path) -> None:
    """Save what is seen: WebP is a third of a PNG, which Playwright alone would make."""
    if path.suffix == ".png":
        page.screenshot(path=path)
        return
    clip = {"x": 0, "y": 0, "width": shot.size[0], "height": shot.size[1], "scale": shot.scale}
    asked = {"format": "webp", "quality": 92, "clip": clip}
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    path.write_bytes(base64.b64decode(taken["data"]))


_BELOW: Final = """() => Math.max(0, ...[...document.querySelectorAll('.main, .main *')].map(e =>
  ['auto', 'scroll'].includes(getComputedStyle(e).overflowY) ? e.scrollHeight - e.clientHeight : 0))"""


def _closed(context: BrowserContext) -> Any:
    state = context.storage_state()
    context.close()
    return state


def _settled(page: Page) -> None:
    """Wait until everything is there: the page's skeletons are gone, and what avatars are called has come."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)
    expect(page.locator(".skeleton, .splash")).to_have_count(0, timeout=30_000)
    expect(page.get_by_text("…", exact=True)).to_have_count(0, timeout=30_000)
    page.wait_for_timeout(500)


def gallery(studio: Studio, folder: Path) -> None:
    """Every page in every way, and a page that shows them."""
    every = [(name, path, None) for name, path in WITHOUT_SESSION] + list(PAGES)
    rows: list[str] = []
    for name, path, act in every:
        cells: list[str] = []
        for (width, size), language, theme in product(SIZES.items(), LOCALES, ("light", "dark")):
            file = f"{name}-{language}-{theme}-{width}.png"
            studio.take(Shot(name, path, language, theme, size, act=act), folder / file, whole=act is None)
            cells.append(f'<a href="{file}"><img loading="lazy" alt="{file}" src="{file}"></a>')
        rows.append(f"<h2>{html.escape(name)}</h2><p>{''.join(cells)}</p>")
    style = "<style>img{height:360px;margin:4px;border:1px solid #888}</style>"
    (folder / "index.html").write_text(f"<!doctype html><meta charset=utf-8>{style}{''.join(rows)}")


def main() -> None:
    """Take the pictures."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("docs/images"))
    arguments.add_argument("--gallery", action="store_true")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        stack = Running(Path(data, "data"))
        made = stack.command("demo")
        if made.returncode:
            raise SystemExit(made.stderr)
        with running(stack.data) as started, chromium() as browser:
            studio = Studio(browser, started)
            if given.gallery:
                gallery(studio, given.folder)
                return
            for shot in README:
                studio.take(shot, given.folder / f"{shot.name}.webp")


if __name__ == "__main__":
    main()
