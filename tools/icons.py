"""Makes the site's icons in pixels from `web/public/icon.svg`, with Debian's Chromium, when the SVG has changed.

.venv/bin/python tools/icons.py
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser

from testkit.visiting import chromium

PUBLIC: Final = Path(__file__).resolve().parents[1] / "web" / "public"


@dataclass(frozen=True, slots=True)
class Picture:
    """One file. `part`: how much of the width the drawing takes; what systems cut to their shape needs room."""

    name: str
    size: int
    full: bool = False
    part: float = 1.0


PICTURES: Final = (
    Picture("icon-192.png", 192),
    Picture("icon-512.png", 512),
    # What matters lies within a circle of 80 % (https://www.w3.org/TR/appmanifest/#icon-masks).
    Picture("icon-maskable-512.png", 512, full=True, part=0.86),
    Picture("apple-touch-icon.png", 180, full=True, part=0.94),
)


def make(browser: Browser, svg: str, picture: Picture) -> None:
    """Render one picture; a `full` one fills its square to the corners with the drawing's ground."""
    drawing = svg
    ground = "transparent"
    if picture.full:
        found = re.search(r'<rect[^>]*fill="(#\w+)"[^>]*/>', svg)
        if found is None:
            raise ValueError("icon.svg has no ground")
        ground, drawing = found[1], svg.replace(found[0], "")
    inner = round(picture.size * picture.part)
    drawing = drawing.replace("<svg ", f'<svg width="{inner}" height="{inner}" ', 1)
    page = browser.new_page(viewport={"width": picture.size, "height": picture.size})
    page.set_content(
        f"<style>body{{margin:0;height:100vh;display:grid;place-items:center;background:{ground}}}"
        f"svg{{display:block}}</style>{drawing}"
    )
    page.screenshot(path=PUBLIC / picture.name, omit_background=True)
    page.close()


def main() -> None:
    """Make every picture."""
    svg = (PUBLIC / "icon.svg").read_text()
    with chromium() as browser:
        for picture in PICTURES:
            make(browser, svg, picture)


if __name__ == "__main__":
    main()
