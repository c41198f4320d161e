"""Every page of the site is for everyone: axe finds nothing in any language or light, nothing is too wide or small."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from testkit.pages import LOCALES, PLACES, Demonstration, Place, demonstration

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text()
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What a dialog stands over has been looked at, and cannot be reached meanwhile.
RUN = """rules => axe.run(document.querySelector("dialog:modal") ?? document,
  { runOnly: rules, resultTypes: ["violations"] })"""
RULES_OF_LIGHT = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

places = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


@pytest.fixture(scope="module")
def board(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with demonstration(browser, tmp_path_factory.mktemp("demo")) as started:
        yield started


@pytest.fixture(scope="module")
def at(board: Demonstration) -> Iterator[Callable[[Place, str, bool], Page]]:
    """Goes to a place, as somebody of a language, at a desk or on the smallest phone."""
    with ExitStack() as stack:
        pages: dict[tuple[str, bool, bool], Page] = {}

        def go(place: Place, language: str, phone: bool) -> Page:
            key = (language, phone, place.signed_in)
            if key not in pages:
                size = {"width": 320, "height": 700} if phone else {"width": 1360, "height": 860}
                options = {"viewport": size, "has_touch": phone, "is_mobile": phone, "bypass_csp": phone}
                context = stack.enter_context(board.context(language, signed_in=place.signed_in, **options))
                pages[key] = context.new_page()
            board.go(pages[key], place)
            return pages[key]

        yield go


def test_no_page_is_left_out() -> None:
    sources = [(ROOT / "web/src/app" / name).read_text() for name in ("App.tsx", "SignedIn.tsx")]
    routes = {route for source in sources for route in re.findall(r'<Route path="([^"]+)"', source)}
    assert routes - {place.route for place in PLACES} == {"/"}  # which leads to /projects


def violations(page: Page, scheme: Any, rules: dict[str, Any]) -> list[str]:
    """What axe finds in a light, and where."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate("() => Promise.allSettled(document.getAnimations().map(animation => animation.finished))")
    found: dict[str, Any] = page.evaluate(RUN, rules)
    return [
        f"{scheme}: {one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("language", LOCALES)
@places
def test_axe_finds_nothing(at: Callable[[Place, str, bool], Page], place: Place, language: str) -> None:
    page = at(place, language, False)
    page.evaluate(AXE)
    # In the dark, what the light has no part in would be found once more.
    found = violations(page, "light", RULES) + violations(page, "dark", RULES_OF_LIGHT)
    assert not found, "\n".join(found)


# Controls smaller than a finger (WCAG 2.2, 2.5.5), but for those in text: their own box, or what they lay over others.
TOO_SMALL = """() => {
  const inText = (element) => getComputedStyle(element).display === "inline" && element.closest("p, li, dd, .markdown");
  const found = [];
  for (const element of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    const target = element.closest("label") ?? element;
    const box = target.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (x < 0 || x > innerWidth || y < 0 || y > innerHeight || inText(element) || element.disabled) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const over = getComputedStyle(target, "::after");
    const [width, height] = ["width", "height"].map((side) =>
      Math.max(box[side], over.position === "absolute" ? parseFloat(over[side]) || 0 : 0));
    if (width < 43.9 || height < 43.9) found.push(`${element.outerHTML.slice(0, 120)} ${width} x ${height}`);
  }
  return found;
}"""


@places
def test_it_fits_the_smallest_phone_and_a_finger(at: Callable[[Place, str, bool], Page], place: Place) -> None:
    page = at(place, "ko", True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    small = page.evaluate(TOO_SMALL)
    assert not small, "\n".join(small)
    # Whatever fonts a machine has: here the letters are a third as wide as anywhere, and as low.
    tiny = page.add_style_tag(content="* { font-size: 5px !important; line-height: 6px !important }")
    small = page.evaluate(TOO_SMALL)
    tiny.evaluate("style => style.remove()")
    assert not small, "\n".join(small)
