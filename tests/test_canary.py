"""The canary's way, on a running board."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from kernel.observe.metric_lines import NAMESPACE
from testkit.board import running

pytestmark = pytest.mark.process

CODE: Final = Path(__file__).parents[1] / "deploy/aws/taskledger_aws/functions/canary.py"


@pytest.fixture(scope="module")
def canary() -> ModuleType:
    spec = importlib.util.spec_from_file_location("canary", CODE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_board_that_works_is_walked_through_again_and_again_by_one_account(
    canary: ModuleType, tmp_path: Path
) -> None:
    with running(tmp_path / "data") as board:
        for _ in range(3):
            canary.go(board.url, "canary@taskledger.invalid", "a password that a secret made 0123456789")
        person = canary.Person(board.url, "canary@taskledger.invalid", "a password that a secret made 0123456789")
        person.enter()
        (project,) = person.ask("GET", "/api/projects")["items"]
        assert len(person.ask("GET", f"/api/projects/{project['id']}/tasks")["items"]) == 1


def test_a_board_that_does_not_answer_is_told(canary: ModuleType, tmp_path: Path) -> None:
    with running(tmp_path / "data") as board:
        url = board.url
    with pytest.raises(OSError, match="refused"):
        canary.go(url, "canary@taskledger.invalid", "x")


def test_what_it_says_is_a_line_that_cloudwatch_reads(canary: ModuleType) -> None:
    line = json.loads(canary.line(NAMESPACE, 1, 2.5, "OSError: away"))
    (described,) = line["_aws"]["CloudWatchMetrics"]
    assert described["Namespace"] == "Taskledger"
    assert described["Dimensions"] == [["service"]]
    assert {metric["Name"]: line[metric["Name"]] for metric in described["Metrics"]} == {
        "canary_failed": 1,
        "canary_seconds": 2.5,
    }
