"""The house is in order: rooms are small, and what somebody looks for is where the map says."""

import ast
import os
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
KERNEL: Final = ROOT / "shared/kernel/src/kernel"

MAX_LINES: Final = 300
_NOT_OURS: Final = {".git", ".venv", ".hypothesis", "node_modules", "dist", "build", "data", "mutants", "cdk.out"}
_SOURCES: Final = {".py", ".ts", ".tsx", ".mjs"}
_GENERATED: Final = {"schema.d.ts"}
_REASON: Final = re.compile(r"\bLong because \w+ \w+")

_MAP: Final = re.compile(r"^\| (.+?) \| `([^`]+)`, `([^`]+)` \|$", re.MULTILINE)


def test_the_kernel_has_few_rooms_and_none_is_crowded() -> None:
    rooms = [room for room in KERNEL.iterdir() if room.is_dir() and room.name != "__pycache__"]
    assert len(rooms) <= 12
    for room in KERNEL.rglob("*"):
        if room.is_dir() and room.name != "__pycache__":
            assert len([file for file in room.glob("*.py") if file.name != "__init__.py"]) <= 12, room.name


def sources() -> list[Path]:
    """Every file of Python and TypeScript that somebody writes."""
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in _NOT_OURS and not name.endswith("cache")]
        found += [Path(folder) / name for name in files if Path(name).suffix in _SOURCES and name not in _GENERATED]
    return found


def test_a_long_file_says_in_its_first_line_why_it_is_one() -> None:
    texts = {file: file.read_text().splitlines() for file in sources()}
    assert len(texts) > 500
    long = {file: lines[0] for file, lines in texts.items() if len(lines) > MAX_LINES}
    reasonless = [file for file, first in long.items() if not _REASON.search(first)]
    assert [str(file.relative_to(ROOT)) for file in reasonless] == []


def places() -> list[tuple[str, str, str]]:
    """The map of ARCHITECTURE.md: what somebody looks for, the file, and the name in it."""
    section = (ROOT / "ARCHITECTURE.md").read_text().partition("## Where to find what")[2].partition("\n## ")[0]
    return _MAP.findall(section)


def test_the_map_has_what_newcomers_ask_for() -> None:
    assert len(places()) >= 12


@pytest.mark.parametrize(("sought", "file", "name"), places(), ids=lambda value: value[:40])
def test_what_the_map_names_is_there(sought: str, file: str, name: str) -> None:
    path = ROOT / file
    assert path.exists(), file
    if path.suffix != ".py":
        assert re.search(rf"\b{re.escape(name)}\b", path.read_text()), name
        return
    tree = ast.parse(path.read_text())
    named = {getattr(node, "name", "") for node in ast.walk(tree)}
    assigned = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    assert name in named | assigned
