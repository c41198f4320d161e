"""Runbooks say what there is: commands of `taskledger`, events of logs, names of what is deployed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from typer.main import get_command

from taskledger.cli import app
from taskledger_local.topology import BUS, QUEUES, RULES, TABLES
from testkit.board import Running

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted((ROOT / "docs" / "operate").rglob("*.md"))
TEXTS: Final = [pytest.param(page.read_text(), id=page.stem) for page in PAGES]


@pytest.fixture(scope="session")
def sources() -> str:
    folders = [*sorted((ROOT / "shared").glob("*/src")), *sorted((ROOT / "services").glob("*/src"))]
    return "\n".join(path.read_text() for folder in folders for path in folder.rglob("*.py"))


@pytest.mark.parametrize("text", TEXTS)
def test_commands_exist(text: str) -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert (
        set(re.findall(r"(?:^| |`)(?:operate|taskledger) ([a-z][a-z-]+)(?= |`|$)", text, re.MULTILINE)) - {"serve"}
        <= known
    )


def test_what_verify_prints_is_what_the_nightly_metric_reads(
    tmp_path: Path, templates: Mapping[str, dict[str, Any]]
) -> None:
    """A pattern of CloudWatch that is a list: as many words, some of them given."""
    (pattern,) = [
        resource["Properties"]["FilterPattern"]
        for resource in templates["TaskledgerWatch"]["Resources"].values()
        if resource["Type"] == "AWS::Logs::MetricFilter" and "differences" in resource["Properties"]["FilterPattern"]
    ]
    person = ["user", "add", "ann@example.org", "--name", "Ann", "--password", "a long enough passphrase 7"]
    board = Running(tmp_path)
    for command in (person, ["rebuild"], ["verify"]):
        answer = board.command(*command)
        assert answer.returncode == 0, answer.stderr
    words = answer.stdout.splitlines()[0].split()
    fields = [field.strip() for field in pattern.strip("[]").split(",")]
    assert len(words) == len(fields)
    for word, field in zip(words, fields, strict=True):
        name, _, given = field.partition("=")
        assert given.strip('"') in ("", word)
        assert name != "differences" or word == "0"


@pytest.mark.parametrize("text", TEXTS)
def test_events_of_logs_are_written_by_somebody(text: str, sources: str) -> None:
    for event in re.findall(r'\$\.event = "([a-z._]+)"', text):
        assert f'"{event}"' in sources


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_named_is_deployed(text: str, templates: dict[str, dict[str, Any]]) -> None:
    properties = [
        resource.get("Properties", {}) for template in templates.values() for resource in template["Resources"].values()
    ]
    groups = {each["LogGroupName"] for each in properties if isinstance(each.get("LogGroupName"), str)}
    for group in re.findall(r"aws logs tail (/(?:taskledger|aws/events)/[\w/-]+)", text):
        assert group in groups
    queues = {each["QueueName"] for each in properties if "QueueName" in each}
    for queue in re.findall(r"--queue-name ([a-z][\w-]+)", text):
        assert queue in queues
    names = {queue.name for queue in QUEUES} | {rule.name for rule in RULES} | {table.name for table in TABLES} | {BUS}
    for table in re.findall(r"--table-name (taskledger-[\w-]+)", text):
        assert table.removesuffix("-restored") in names
    stacks = set(templates) | {"TaskledgerCertificate"}
    assert set(re.findall(r"\bTaskledger[A-Z]\w+", text)) <= stacks
