"""The synthesised templates, made once: each synthesis starts a process of Node."""

import json
from pathlib import Path
from typing import Any, TypeAlias

import aws_cdk as cdk
import pytest

from app import build
from taskledger_aws.containers import IMAGES

ACCOUNT = "123456789012"
REGION = "eu-central-1"
GIVEN = {
    "small": {"sender": "board@example.org"},
    "production": {
        "domain": "board.example.org",
        "alarm_email": "operators@example.org",
        "backup_region": "eu-west-1",
        "protect": True,
        "log_table": "taskledger-log-20261123",
        "log_stream": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/taskledger-log-20261123/stream/2026-11-23",
        "keys_table": "taskledger-keys-20261123",
        "database": "taskledger-20261123",
        "database_resource": "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "database_address": f"taskledger-20261123.c0ffee.{REGION}.rds.amazonaws.com:3307",
        "database_secret": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:taskledger-20261123-first-user-AbCdEf",
    },
}
"""Each profile with what it is told, so that both ways are looked at: with a domain and without, before the first
release that passed, and after it and a restore."""

DIGESTS = {name: f"sha256:{number:064x}" for number, name in enumerate(IMAGES)}
"""Of a release; the profile `production` is told of one."""

Template: TypeAlias = dict[str, Any]


def context_of(profile: str) -> dict[str, Any]:
    """What the command line would give, and what the CDK would have looked up in the account."""
    own = json.loads((Path(__file__).parents[1] / "cdk.json").read_text())["context"]
    zones = {f"availability-zones:account={ACCOUNT}:region={REGION}": [f"{REGION}{zone}" for zone in "abc"]}
    return {
        **own,
        **zones,
        **GIVEN[profile],
        "profile": profile,
        "repository": "acme/taskledger",
        "repository_ids": "4711/815",
    }


@pytest.fixture(scope="session", params=["small", "production"])
def profile(request: pytest.FixtureRequest) -> str:
    """Each profile's name."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def templates(profile: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """Each stack's template by name; cdk-nag has looked at it, for a finding would have failed the synthesis."""
    context = context_of(profile)
    if profile == "production":
        images = tmp_path_factory.mktemp("release") / "images.json"
        images.write_text(json.dumps(DIGESTS))
        context["images"] = str(images)
    app = cdk.App(context=context)
    build(app, account=ACCOUNT, region=REGION)
    assembly = app.synth()
    return {stack.stack_name: json.loads(json.dumps(stack.template)) for stack in assembly.stacks}
