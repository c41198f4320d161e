"""Each code by which a service says what is wrong has its words in the site."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from kernel.http.field_errors import CODES

ROOT: Final = Path(__file__).resolve().parent.parent
WORDS: Final = ROOT / "web/src/http/codes.ts"

_FIRST: Final = {"BadText", "WeakPassword"}
_THIRD: Final = {"FieldError"}
_NAMED: Final = {"Problem", "Rejection", "invalid"}


def codes_in(source: str) -> set[str]:
    """The codes that a module's errors are made with."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given: list[ast.expr] = []
        if name in _FIRST:
            given = node.args[:1]
        elif name in _THIRD:
            given = node.args[2:3]
        elif name in _NAMED:
            given = [keyword.value for keyword in node.keywords if keyword.arg == "reason"]
        elif name == "_unfit":
            given = node.args[1:2]
        found |= {value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)}
    return found


def codes() -> set[str]:
    """Every code of the services, the embedded process and the kernel."""
    files = [
        *(ROOT / "services").glob("*/src/**/*.py"),
        *(ROOT / "shared/kernel/src").rglob("*.py"),
        *(ROOT / "deploy/embedded/src").rglob("*.py"),
    ]
    found = {code for file in files for code in codes_in(file.read_text())}
    return found | CODES


def worded() -> set[str]:
    """The codes that the site has words for."""
    return set(re.findall(r'case "(\w+)":', WORDS.read_text()))


def test_every_code_of_the_services_has_its_words_in_the_site() -> None:
    assert len(codes()) > 40
    assert codes() - worded() == set()


def faults_of_imports() -> set[str]:
    """The codes of what is wrong with a file; what a service refuses in it has that service's."""
    found: set[str] = {"too_much"}
    for file in (ROOT / "deploy/embedded/src/taskledger/imports").rglob("*.py"):
        found |= set(re.findall(r'\bFault\(\s*"(\w+)"', file.read_text()))
    return found - {"refused"}


def test_every_code_of_an_import_has_its_words_in_the_site() -> None:
    assert len(faults_of_imports()) > 15
    known = set(re.findall(r'case "(\w+)":', (ROOT / "web/src/pages/import/words.ts").read_text()))
    assert faults_of_imports() - known - worded() == set()


def test_the_site_has_no_words_for_codes_that_there_are_not() -> None:
    assert worded() - codes() == set()


@pytest.mark.parametrize("code", sorted(codes()))
def test_a_code_is_snake_case(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
