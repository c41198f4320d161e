"""What the pages on security name as evidence is there."""

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = sorted((ROOT / "docs/security").glob("*.md"))
_QUOTED: Final = re.compile(r"`([^`\n]+)`")


@cache
def sources() -> str:
    """The names of all tests."""
    folders = ("tests", "services", "shared", "deploy/embedded")
    files = (file for folder in folders for file in (ROOT / folder).rglob("test_*.py"))
    return "\n".join(file.read_text() for file in files if "node_modules" not in file.parts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_evidence_is_not_dead(page: Path) -> None:
    quoted = _QUOTED.findall(page.read_text())
    files = [name for name in quoted if re.fullmatch(r"[\w./-]+\.(py|md)", name)]
    assert [name for name in files if not (ROOT / name).is_file()] == []
    named = [name for name in quoted if re.fullmatch(r"test_\w+", name)]
    assert [name for name in named if f"def {name}(" not in sources()] == []


def test_each_line_of_lifetimes_has_evidence() -> None:
    rows = [line for line in (ROOT / "docs/security/lifetimes.md").read_text().splitlines() if line.startswith("| ")]
    assert len(rows) > 10
    assert [row for row in rows[1:] if not re.search(r"`(test_\w+|[\w./-]+\.py)`", row)] == []
