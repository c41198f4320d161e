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


def steps(name: str, job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = WORKFLOWS[name]["jobs"][job]["steps"]
    return found


def test_a_pipeline_of_commands_fails_where_its_first_fails() -> None:
    """GitHub runs `bash -e` by default, whose pipelines are as their last command is."""
    for name, workflow in WORKFLOWS.items():
        for job in workflow["jobs"].values():
            for step in job.get("steps", ()):
                if re.search(r"[^|]\|\s*tee\b", step.get("run", "")):
                    assert step.get("shell") == "bash", name


def test_images_are_attested_where_that_can_be_and_looked_at_before_they_are_deployed() -> None:
    (attest,) = [step for step in steps("images", "build") if "attest-build-provenance" in step.get("uses", "")]
    names = [step.get("name") for step in steps("deploy", "release")]
    look = steps("deploy", "release")[names.index("The images are those that this workflow made")]
    assert names.index(look["name"]) < names.index("Deploy")
    assert attest["if"] == look["if"]
    assert "visibility == 'public'" in attest["if"]
    assert "gh attestation verify" in (ROOT / ".github/images-are-ours").read_text()


def test_a_release_has_time_to_be_taken_back_and_credentials_for_it() -> None:
    release = WORKFLOWS["deploy"]["jobs"]["release"]
    own = [step for step in release["steps"] if "run" in step]
    assert all("timeout-minutes" in step for step in own)
    (back,) = [step for step in own if step.get("name") == "Roll back"]
    assert {"failure()", "cancelled()"} <= set(back["if"].split(" || "))
    until = own[: own.index(back) + 1]
    assert sum(step["timeout-minutes"] for step in until) < release["timeout-minutes"]
    credentials = [step for step in release["steps"] if "configure-aws-credentials" in step.get("uses", "")]
    first, again = credentials
    between = release["steps"][release["steps"].index(first) : release["steps"].index(again)]
    assert sum(step.get("timeout-minutes", 0) for step in between) * 60 < first["with"]["role-duration-seconds"]
    assert back["timeout-minutes"] * 60 < again["with"]["role-duration-seconds"]
    assert again["if"] == "always()"


def test_what_a_deployment_is_told_comes_from_its_account_alone() -> None:
    told = ("PROFILE", "DOMAIN", "ZONE", "SENDER", "ALARM_EMAIL", "REGISTRATION")
    for name in ("deploy", "diff"):
        for job in WORKFLOWS[name]["jobs"].values():
            assert not set(told) & set(job.get("env", {}))


def test_a_difference_is_told_by_templates_and_the_images_that_run() -> None:
    (script,) = [step["run"] for step in steps("diff", "diff") if "cdk diff" in step.get("run", "")]
    assert "release.py digests" in script
    assert "IMAGES=" in script
    assert {"--method=template", "--lookups=false"} <= set(script.split())


def test_a_run_shows_what_the_quick_tests_reach() -> None:
    first, shown = (step["run"] for step in steps("check", "coverage") if "run" in step)
    assert first == "make coverage"
    assert shown.startswith(".venv/bin/coverage report --format=markdown")
    assert shown.endswith('>> "$GITHUB_STEP_SUMMARY"')
