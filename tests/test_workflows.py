"""The workflows run what the repository has: its make targets, its images, the servers that the composition names."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[1]
FILES: Final = sorted((ROOT / ".github/workflows").glob("*.yml"))
WORKFLOWS: Final[dict[str, dict[str, Any]]] = {path.stem: yaml.safe_load(path.read_text()) for path in FILES}
TARGETS: Final = set(re.findall(r"^([\w./-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_is_allowed_that_a_job_does_not_ask_for(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {}
    assert all("permissions" in job for job in workflow["jobs"].values())
    assert "concurrency" in workflow or set(workflow[True]) == {"workflow_call"}  # YAML 1.1 reads `on` as true


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_workflow_makes_is_a_target(path: Path) -> None:
    assert set(re.findall(r"\brun: make ([\w./-]+)", path.read_text())) <= TARGETS


def test_the_variables_of_the_workflows_are_explained() -> None:
    used = {name for path in FILES for name in re.findall(r"\bvars\.(\w+)", path.read_text())}
    page = (ROOT / "docs/operate/deploy.md").read_text()
    assert {name for name in used if f"`{name}`" not in page} == set()


def test_every_image_that_runs_on_aws_is_built() -> None:
    recipe = (ROOT / "deploy/images/Dockerfile").read_text()
    targets = set(re.findall(r"^FROM runtime AS ([a-z-]+)$", recipe, re.MULTILINE))
    jobs = WORKFLOWS["images"]["jobs"]
    assert set(jobs["build"]["strategy"]["matrix"]["service"]) == targets - {"local"}
    collected = set(re.findall(r'"([a-z-]+)": \$', jobs["digests"]["steps"][1]["run"]))
    assert collected == targets - {"local"}


def test_tests_run_on_the_servers_of_the_composition() -> None:
    composition = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    servers = WORKFLOWS["check"]["jobs"]["real"]["services"]
    assert {name: server["image"] for name, server in servers.items()} == {
        name: composition[name]["image"] for name in servers
    }
