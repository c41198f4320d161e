"""What the pages have readers type is understood: each `make` is a target, each `taskledger` parses."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import typer.main
from typer.core import TyperGroup

from taskledger.cli import app

ROOT: Final = Path(__file__).resolve().parent.parent
_NOT_OURS: Final = {".git", ".venv", "node_modules", "dist", "build", "data", "mutants"}
_TARGETS: Final = set(re.findall(r"^([\w./-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
_BLOCK: Final = re.compile(r"^ {4}\S.*(?:\n {4}.*)*", re.MULTILINE)
_COMMAND: Final = re.compile(
    r"(?:^ *|&& *|; *|\| *)(?:[A-Z_]+=\S+ +|exec +)*(?:\S*/)?(make|taskledger) +([^&;|<>\n]*)", re.MULTILINE
)


def typed() -> list[tuple[str, str, str]]:
    """The page, the program and what is typed behind it, of each command in a block of code."""
    found: list[tuple[str, str, str]] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in _NOT_OURS and not name.endswith("cache"))
        for page in (Path(folder) / name for name in sorted(files) if name.endswith(".md")):
            for block in _BLOCK.findall(page.read_text()):
                whole = block.replace("\\\n", " ")
                if re.match(r" +[#.\w/$]", whole):
                    commands = _COMMAND.findall(re.sub(r"#.*", "", whole))
                    found += [(str(page.relative_to(ROOT)), program, rest.strip()) for program, rest in commands]
    return sorted(set(found))


def understood(arguments: list[str]) -> bool:
    """Whether the command knows what is typed; it is parsed and not run."""
    command: Any = typer.main.get_command(app)
    while isinstance(command, TyperGroup):
        name, *arguments = arguments
        command = command.commands.get(name)
    if command is None:
        return False
    context = command.context_class(command, info_name=command.name)
    try:
        command.make_parser(context).parse_args(arguments)
    except Exception as error:
        if type(error).__name__ not in ("NoSuchOption", "BadOptionUsage"):
            raise
        return False
    return True


def test_the_pages_have_commands() -> None:
    programs = [program for _, program, _ in typed()]
    assert (programs.count("make") > 15, programs.count("taskledger") > 12) == (True, True)


@pytest.mark.parametrize(("page", "rest"), [(page, rest) for page, program, rest in typed() if program == "make"])
def test_a_make_that_is_typed_is_a_target(page: str, rest: str) -> None:
    targets = {word for word in rest.split() if "=" not in word and not word.startswith("-")}
    assert targets - _TARGETS == set(), page


@pytest.mark.parametrize(("page", "rest"), [(page, rest) for page, program, rest in typed() if program == "taskledger"])
def test_a_taskledger_that_is_typed_is_understood(page: str, rest: str) -> None:
    assert understood(shlex.split(rest)), page


@pytest.mark.parametrize("rest", ["nothing", "verify --loudly", "import --into"])
def test_what_the_command_does_not_know_is_not_understood(rest: str) -> None:
    assert not understood(shlex.split(rest))


def test_make_lists_its_commands() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make (\w+)", shown, re.MULTILINE)) <= _TARGETS
