"""The synthesised templates, made once: each synthesis starts a process of Node."""

import json
from pathlib import Path
from typing import Any, TypeAlias

import aws_cdk as cdk
import pytest

from app import build

ACCOUNT = "123456789012"
REGION = "eu-central-1"
GIVEN = {
    "small": {"sender": "board@example.org"},
    "production": {"domain": "board.example.org"},
}
"""Each profile with what it is told, so that both ways are looked at: with a domain and without."""

Template: TypeAlias = dict[str, Any]


def context_of(profile: str) -> dict[str, Any]:
    """What the command line would give, and what the CDK would have looked up in the account."""
    own = json.loads((Path(__file__).parents[1] / "cdk.json").read_text())["context"]
    zones = {f"availability-zones:account={ACCOUNT}:region={REGION}": [f"{REGION}{zone}" for zone in "abc"]}
    return {**own, **zones, **GIVEN[profile], "profile": profile, "repository": "acme/taskledger"}


@pytest.fixture(scope="session", params=["small", "production"])
def profile(request: pytest.FixtureRequest) -> str:
    """Each profile's name."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def templates(profile: str) -> dict[str, Template]:
    """Each stack's template by name; cdk-nag has looked at it, for a finding would have failed the synthesis."""
    app = cdk.App(context=context_of(profile))
    build(app, account=ACCOUNT, region=REGION)
    assembly = app.synth()
    return {stack.stack_name: json.loads(json.dumps(stack.template)) for stack in assembly.stacks}
