"""Every page of the site with something on it, to be looked at by tests and for pictures: the demonstration's data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, expect

from taskledger_demo.command import PASSWORD
from testkit.board import Running, running

PEOPLE: Final = {"en": "mina@example.org", "ko": "hana@example.org"}
"""Who looks, by language."""
LOCALES: Final = {"en": "en-US", "ko": "ko-KR"}


@dataclass(frozen=True, slots=True)
class Place:
    """A page, or something open on it. In `path`, {SHOP} is a project's id, {SHOP-talk} that of a task of it.

    `route` is the site's router's own name for the path. `act` opens what is to be looked at.
    """

    name: str
    path: str
    route: str
    act: Callable[[Page], object] | None = None
    signed_in: bool = True


_VIEW: Final = "/projects/:id/:view?"

PLACES: Final = (
    Place("login", "/login", "/login", signed_in=False),
    Place("register", "/register", "/register", signed_in=False),
    Place("forgot", "/forgot", "/forgot", signed_in=False),
    Place("reset", "/reset#token=nobodys", "/reset", signed_in=False),
    Place("verify", "/verify#token=nobodys", "/verify", signed_in=False),
    Place("invitation", "/invitation#token=nobodys", "/invitation", signed_in=False),
    Place("projects", "/projects", "/projects"),
    Place("my-tasks", "/my-tasks", "/my-tasks/:taskId?"),
    Place("board", "/projects/{SHOP}/board", _VIEW),
    Place("board-ko", "/projects/{APP}/board", _VIEW),
    Place("table", "/projects/{SHOP}/table", _VIEW),
    Place("calendar", "/projects/{SHOP}/calendar", _VIEW),
    Place("insights", "/projects/{SHOP}/insights", _VIEW),
    Place("activity", "/projects/{SHOP}/activity", _VIEW),
    Place("past", "/projects/{SHOP}/past", _VIEW),
    Place("past-compare", "/projects/{SHOP}/past?layout=compare", _VIEW),
    Place("past-task", "/projects/{SHOP}/past?task={SHOP-talk}", _VIEW),
    Place("settings", "/projects/{SHOP}/settings", _VIEW),
    Place("task", "/projects/{SHOP}/tasks/{SHOP-talk}", "/projects/:id/tasks/:taskId"),
    Place("task-ko", "/projects/{APP}/tasks/{APP-talk}", "/projects/:id/tasks/:taskId"),
    Place("task-link", "/tasks/{SHOP-talk}", "/tasks/:taskId"),
    Place("inbox", "/inbox", "/inbox/:taskId?"),
    Place("catch-up", "/catch-up", "/catch-up"),
    Place("handover", "/catch-up", "/catch-up", lambda page: page.locator(".catch-up-choice button").last.click()),
    Place("notifications", "/notifications", "/notifications"),
    Place("account", "/account", "/account"),
    Place("administration", "/administration", "/administration"),
    Place("outbox", "/outbox", "/outbox"),
    Place("unsent", "/unsent", "/unsent"),
    Place("import", "/import", "/import"),
    Place("not-found", "/nowhere", "*"),
    Place("help", "/projects/{SHOP}/board", _VIEW, lambda page: page.keyboard.press("?")),
    Place("palette", "/projects/{SHOP}/board", _VIEW, lambda page: page.keyboard.press("Control+k")),
    Place("new-task", "/projects/{SHOP}/board", _VIEW, lambda page: page.keyboard.press("c")),
    Place("search-without-hits", "/projects/{SHOP}/board?q=zzzz", _VIEW),
)


class Demonstration:
    """A running board with the demonstration, and a browser to look at it with."""

    def __init__(self, browser: Browser, stack: Running) -> None:
        self._browser = browser
        self._stack = stack
        self._sessions = {language: self._session(email) for language, email in PEOPLE.items()}
        self._ids = self._find()

    @contextmanager
    def context(self, language: str, *, signed_in: bool = True, **options: Any) -> Iterator[BrowserContext]:
        """A browser of somebody who reads the language; `options` are those of a browser context."""
        context = self._browser.new_context(
            storage_state=self._sessions[language] if signed_in else None,
            base_url=self._stack.url,
            locale=LOCALES[language],
            reduced_motion="reduce",
            **options,
        )
        try:
            yield context
            if signed_in:  # the session's cookie changes as it is used
                self._sessions[language] = context.storage_state()
        finally:
            context.close()

    def go(self, page: Page, place: Place) -> None:
        """Go there, and return when everything is."""
        page.goto(place.path.format_map(self._ids))
        settled(page)
        if place.act:
            place.act(page)
            page.wait_for_timeout(300)

    def _session(self, email: str) -> Any:
        context = self._browser.new_context(base_url=self._stack.url)
        body = {"email": email, "password": PASSWORD, "session": "cookie"}
        answer = context.request.post("/api/auth/login", data=body, headers={"Origin": self._stack.url})
        if not answer.ok:
            raise RuntimeError(f"{email}: {answer.status}")
        state = context.storage_state()
        context.close()
        return state

    def _find(self) -> dict[str, str]:
        """Ids by what places call them: a project's key, and of each project the task with the most to read."""
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


def settled(page: Page) -> None:
    """Wait until everything is there: the page's skeletons are gone, and what avatars are called has come."""
    page.wait_for_load_state("load")
    expect(page.locator("h1, h2, .login").first).to_be_visible(timeout=30_000)
    page.wait_for_timeout(200)
    expect(page.locator(".skeleton, .splash")).to_have_count(0, timeout=30_000)
    expect(page.get_by_text("…", exact=True)).to_have_count(0, timeout=30_000)
    page.wait_for_timeout(200)


@contextmanager
def demonstration(browser: Browser, folder: Path) -> Iterator[Demonstration]:
    """A board filled and started in a folder, and ended at the end."""
    stack = Running(folder / "data")
    made = stack.command("demo")
    if made.returncode:
        raise RuntimeError(made.stderr)
    with running(stack.data) as started:
        yield Demonstration(browser, started)
