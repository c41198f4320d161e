"""The documents say what is so: links lead somewhere, what they name exists, what exists is named."""

import os
import re
import runpy
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import typer.main
from typer.core import TyperGroup

from auth_service.settings import Settings as AuthSettings
from kernel.process.settings import Settings
from notify_service.settings import Settings as NotifySettings
from task_service.settings import Settings as TaskSettings
from taskledger.cli import app
from taskledger.imports.formats import DOCUMENTS, TABLES, TEXTS

ROOT: Final = Path(__file__).resolve().parent.parent
DECISIONS: Final = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
README: Final = (ROOT / "README.md").read_text()
COMMAND: Final = (ROOT / "docs/reference/command.md").read_text()
VARIABLES: Final = (ROOT / "docs/reference/settings.md").read_text()
IMPORTING: Final = (ROOT / "docs/guides/import-and-export.md").read_text()

SETTINGS: Final = (Settings, AuthSettings, TaskSettings, NotifySettings)

_NOT_OURS: Final = {".git", ".venv", ".hypothesis", "__pycache__", "node_modules", "dist", "build", "data"}
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_TEST: Final = re.compile(r"\btest_\w+")


@cache
def ours() -> list[str]:
    """The paths of the repository's files, without what was installed, built or kept."""
    paths: list[str] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in _NOT_OURS and not name.endswith("_cache")]
        paths += [str((Path(folder) / file).relative_to(ROOT)) for file in files]
    return paths


def documents() -> list[Path]:
    """Every page."""
    return [ROOT / path for path in ours() if path.endswith(".md")]


@cache
def known_tests() -> set[str]:
    """The names of all tests and of the files they are in."""
    files = [ROOT / path for path in ours() if path.endswith(".py") and Path(path).name.startswith("test_")]
    functions = {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())}
    return functions | {file.stem for file in files}


def commands() -> set[str]:
    """`taskledger` and each of its commands, as they are typed."""
    found: set[str] = set()
    groups = [("taskledger", typer.main.get_group(app))]
    for prefix, group in groups:
        for name, command in group.commands.items():
            if isinstance(command, TyperGroup):
                groups.append((f"{prefix} {name}", command))
            else:
                found.add(f"{prefix} {name}")
    return found


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text()) if not re.match(r"[a-z]+:|#", link)]
    assert [link for link in links if not (page.parent / link.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_tests_that_are_named_exist(page: Path) -> None:
    assert set(_TEST.findall(page.read_text())) - known_tests() == set()


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"`([\w./-]+\.(?:py|toml|lock|in))`", page.read_text())
    assert [name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in ours())] == []


@pytest.mark.parametrize(
    "folder",
    [
        "bench",
        "shared/contracts/src/contracts",
        "tests/kit/src/testkit",
        "deploy/embedded/src/taskledger",
        "deploy/local/src/taskledger_local",
    ],
)
def test_every_file_of_a_folder_is_in_its_page(folder: str) -> None:
    page = next(parent for parent in [ROOT / folder, *(ROOT / folder).parents] if (parent / "README.md").exists())
    text = (page / "README.md").read_text()
    assert [
        file.name for file in (ROOT / folder).glob("*.py") if file.stem != "__init__" and f"`{file.name}`" not in text
    ] == []


def test_decisions_are_numbered_once_and_stand_in_the_index() -> None:
    index = (DECISIONS[0].parent / "README.md").read_text()
    numbers = [page.name.partition("-")[0] for page in DECISIONS]
    assert len(set(numbers)) == len(numbers)
    assert [page.name for page in DECISIONS if f"]({page.name})" not in index] == []
    assert {page.name for page in DECISIONS} | {"README.md"} == {page.name for page in DECISIONS[0].parent.iterdir()}


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_its_number_and_says_what_holds_it(page: Path) -> None:
    text = page.read_text()
    assert text.startswith(f"# {int(page.name.partition('-')[0])}. ")
    assert "\n**Decision.** " in text
    assert "\nHeld by " in text


def test_the_page_of_the_command_names_every_command() -> None:
    assert [command for command in commands() if command not in COMMAND] == []


def test_no_page_names_a_command_that_there_is_not() -> None:
    assert {f"taskledger {word}" for word in re.findall(r"`(?:\.venv/bin/)?taskledger (\w+)", COMMAND + README)} <= {
        " ".join(command.split()[:2]) for command in commands()
    }


def test_the_page_of_the_command_names_every_option() -> None:
    groups = [typer.main.get_group(app)]
    for group in groups:
        for command in group.commands.values():
            if isinstance(command, TyperGroup):
                groups.append(command)
                continue
            options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
            assert [option for option in options if option not in COMMAND] == [], command.name


def test_the_readme_names_every_make_target() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert targets == set(re.findall(r"^    make ([a-z]+)", README, re.MULTILINE))


def test_the_page_of_settings_names_every_variable_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]*)` \|", VARIABLES, re.MULTILINE))
    fields = {name.upper(): field for kind in SETTINGS for name, field in kind.model_fields.items()}
    alone = {"AUTH_URL", "TASK_URL", "SERVICE_SECRET"}
    others = {"TASKLEDGER_HOST", "TASKLEDGER_PORT", "TASKLEDGER_DATA", "OTEL_TRACES_SAMPLER"}
    assert set(rows) == set(fields) - alone | others
    assert all(name in VARIABLES for name in alone | {"OTEL_EXPORTER_OTLP_ENDPOINT"})
    switches = {name: field.default for name, field in fields.items() if isinstance(field.default, bool)}
    assert {name: rows[name] == "true" for name in switches} == switches
    numbers = {
        name: field.default
        for name, field in fields.items()
        if isinstance(field.default, int | float) and name not in switches
    }
    assert {name: float(rows[name]) for name in numbers} == numbers


def test_the_page_of_imports_names_every_format_that_is_imported() -> None:
    titles = [form.title.partition(" (")[0] for form in TABLES]
    titles += [form.title.partition(" (")[0] for form in DOCUMENTS]
    titles += [form.title for form in TEXTS]
    assert [title for title in titles if title.casefold() not in IMPORTING.casefold()] == []


def test_the_table_of_costs_is_what_the_prices_make() -> None:
    computed = runpy.run_path(str(ROOT / "deploy/aws/cost.py"))["table"]()
    assert computed in (ROOT / "docs/operate/cost.md").read_text()
