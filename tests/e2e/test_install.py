"""The site as an app of the device: it can be installed, and opens without a network."""

import re
import shutil
import struct
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from taskledger import site
from testkit.board import Board, Person, eventually
from testkit.visiting import Visitor, visit

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture
def ann(stack: Board) -> Person:
    return stack.register("Ann")


@pytest.fixture
def visitor(browser: Browser, stack: Board, ann: Person) -> Iterator[Visitor]:
    visitor = visit(browser, stack, ann)
    yield visitor
    visitor.page.context.close()


def test_every_icon_is_there_in_the_size_that_it_claims(stack: Board) -> None:
    answer = httpx.get(f"{stack.url}/manifest.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest = answer.json()
    sizes: dict[str, set[str]] = {}
    for icon in manifest["icons"]:
        picture = httpx.get(f"{stack.url}{icon['src']}").raise_for_status()
        assert picture.headers["content-type"] == icon["type"]
        if icon["type"] == "image/png":
            assert png_size(picture.content) == icon["sizes"]
        sizes.setdefault(icon["purpose"], set()).add(icon["sizes"])
    assert {"192x192", "512x512"} <= sizes["any"]
    assert "512x512" in sizes["maskable"]
    page = httpx.get(stack.url).text
    assert 'rel="apple-touch-icon"' in page
    assert png_size(httpx.get(f"{stack.url}/apple-touch-icon.png").content) == "180x180"
    for shortcut in manifest["shortcuts"]:
        assert httpx.get(f"{stack.url}{shortcut['url']}").text == page


def png_size(data: bytes) -> str:
    """Width and height as a PNG's first chunk has them (https://www.w3.org/TR/png/#11IHDR)."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    return f"{width}x{height}"


def test_the_browser_finds_nothing_that_keeps_the_site_from_being_installed(visitor: Visitor) -> None:
    session = visitor.page.context.new_cdp_session(visitor.page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["url"].endswith("/manifest.webmanifest")
    # Contexts of a test are private windows, which install nothing.
    errors = {error["errorId"] for error in session.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert errors <= {"in-incognito"}


def kept(page: Page) -> None:
    """Wait until the site is on the device."""
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")


def test_the_site_opens_without_a_network_and_goes_on_with_it(visitor: Visitor, ann: Person) -> None:
    ann.post("/api/projects", name="Operations")
    page = visitor.page
    kept(page)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator(".banner")).to_contain_text("You see what was loaded last")
    expect(page.locator(".sidebar")).to_contain_text("Ann")
    expect(page.get_by_role("heading", name="Not on this device")).to_be_visible()
    page.get_by_role("link", name="My tasks").first.click()
    page.goto("/unsent")
    expect(page.get_by_role("heading", name="Everything is sent")).to_be_visible()
    page.goto("/projects")
    page.context.set_offline(False)
    expect(page.locator(".page").get_by_text("Operations")).to_be_visible()
    expect(page.locator(".banner")).to_have_count(0)
    assert visitor.complaints == []


def test_what_the_services_say_is_not_kept_on_the_device(visitor: Visitor) -> None:
    page = visitor.page
    kept(page)
    page.reload()
    expect(page.locator(".sidebar")).to_contain_text("Ann")
    paths = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
          return found;
        }"""
    )
    assert "/" in paths
    assert [path for path in paths if path.startswith("/api")] == []
    page.context.set_offline(True)
    answer = page.evaluate("fetch('/api/config').then(() => 'answered', () => 'failed')")
    assert answer == "failed"


class Releases:
    """A server of the built site's files alone, which can be those of another release the next time."""

    def __init__(self, folder: Path) -> None:
        built = site.folder()
        assert built is not None
        shutil.copytree(built, folder)
        self.folder = folder
        handler = partial(_Quiet, directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = Thread(target=self._server.serve_forever)

    def __enter__(self) -> "Releases":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def release(self, name: str, worker: str | None = None) -> None:
        """Another page, and the service worker that belongs to it."""
        page, script = self.folder / "index.html", self.folder / "sw.js"
        page.write_text(re.sub(r"<html[^>]*>", f'<html data-release="{name}">', page.read_text()))
        script.write_text(worker or re.sub(r'VERSION = "\w+"', f'VERSION = "{name}"', script.read_text()))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[Releases]:
    with Releases(tmp_path / "site") as releases:
        yield releases


def test_a_new_release_is_shown_at_the_next_load_and_takes_the_place_of_the_old_one(
    browser: Browser, releases: Releases
) -> None:
    releases.release("one")
    context = browser.new_context()
    page = context.new_page()
    page.goto(releases.url)
    kept(page)
    page.reload()
    expect(page.locator("html[data-release=one]")).to_be_attached()
    releases.release("two")
    page.reload()
    expect(page.locator("html[data-release=two]")).to_be_attached()
    eventually(lambda: page.evaluate("navigator.serviceWorker.getRegistration().then(found => !!found.waiting)"))
    # The old one leaves with the last page that it served.
    page.close()
    page = context.new_page()
    page.goto(releases.url)
    eventually(lambda: page.evaluate("caches.keys().then(names => names.join())") == "taskledger-site-two")
    context.set_offline(True)
    page.reload()
    expect(page.locator("html[data-release=two]")).to_be_attached()
    context.close()


def test_a_release_can_take_the_site_off_the_device(browser: Browser, releases: Releases) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(releases.url)
    kept(page)
    releases.release("without", (Path(__file__).parents[2] / "web" / "scripts" / "sw-off.js").read_text())
    page.evaluate("navigator.serviceWorker.getRegistration().then(found => found.update()).then(() => undefined)")
    gone = "Promise.all([caches.keys(), navigator.serviceWorker.getRegistrations()]).then(all => !all.flat().length)"
    eventually(lambda: page.evaluate(gone))
    context.close()
