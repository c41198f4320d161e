"""Makes the pictures of the README from the real program with the demonstration's data, or a gallery of every page.

.venv/bin/python tools/screenshots.py [FOLDER]             the README's, into docs/images unless said otherwise
.venv/bin/python tools/screenshots.py --gallery FOLDER     every page in both languages, light and dark, wide and not
"""

import argparse
import base64
import html
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from testkit.pages import LOCALES, PLACES, Demonstration, Place, demonstration
from testkit.visiting import chromium

WIDE: Final = (1440, 860)
TALLEST: Final = 4000


@dataclass(frozen=True, slots=True)
class Shot:
    """A page to look at, in somebody's language, light and size."""

    place: Place
    language: str = "en"
    theme: str = "light"
    size: tuple[int, int] = WIDE
    scale: int = 1


AT: Final = {place.name: place for place in PLACES}
_WEEKS_AGO: Final = f"{datetime.now(UTC) - timedelta(days=16):%Y-%m-%dT%H:%M:%SZ}"
PAST: Final = replace(AT["past"], path=f"{AT['past'].path}?at={_WEEKS_AGO}")
README: Final = {
    "past": Shot(PAST),
    "board": Shot(AT["board"]),
    "insights-dark": Shot(AT["insights"], theme="dark", size=(1440, 1000)),
    "task": Shot(AT["task"], size=(1440, 800)),
    "phone-ko": Shot(AT["board-ko"], language="ko", size=(375, 740), scale=2),
}
SIZES: Final = {"1440": (1440, 900), "375": (375, 812), "320": (320, 700)}


def take(board: Demonstration, shot: Shot, path: Path, *, whole: bool = False) -> None:
    """Take a picture; the `whole` page, also what one would have to scroll to."""
    look = {
        "color_scheme": shot.theme,
        "viewport": {"width": shot.size[0], "height": shot.size[1]},
        "device_scale_factor": shot.scale,
        "has_touch": shot.size[0] < 720,
    }
    with board.context(shot.language, signed_in=shot.place.signed_in, **look) as context:
        page = context.new_page()
        board.go(page, shot.place)
        if whole:
            below = page.evaluate(_BELOW)
            page.set_viewport_size({"width": shot.size[0], "height": min(shot.size[1] + below, TALLEST)})
            page.wait_for_timeout(300)
        _write(page, shot, path)


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


def gallery(board: Demonstration, folder: Path) -> None:
    """Every page in every way, and a page that shows them."""
    rows: list[str] = []
    for place in PLACES:
        cells: list[str] = []
        for (width, size), language, theme in product(SIZES.items(), LOCALES, ("light", "dark")):
            file = f"{place.name}-{language}-{theme}-{width}.png"
            take(board, Shot(place, language, theme, size), folder / file, whole=place.act is None)
            cells.append(f'<a href="{file}"><img loading="lazy" alt="{file}" src="{file}"></a>')
        rows.append(f"<h2>{html.escape(place.name)}</h2><p>{''.join(cells)}</p>")
    style = "<style>img{height:360px;margin:4px;border:1px solid #888}</style>"
    (folder / "index.html").write_text(f"<!doctype html><meta charset=utf-8>{style}{''.join(rows)}")


def main() -> None:
    """Take the pictures."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("docs/images"))
    arguments.add_argument("--gallery", action="store_true")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        chromium() as browser,
        demonstration(browser, Path(data)) as board,
    ):
        if given.gallery:
            gallery(board, given.folder)
            return
        for name, shot in README.items():
            take(board, shot, given.folder / f"{name}.webp")


if __name__ == "__main__":
    main()
