"""The synthesised templates, made once: each synthesis starts a process of Node."""

import json
from typing import Any

import aws_cdk as cdk
import pytest

from app import build


@pytest.fixture(scope="session", params=["small", "production"])
def templates(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """Each stack's template by name; cdk-nag has looked at it, for a finding would have failed the synthesis."""
    app = cdk.App(context={"profile": request.param})
    build(app)
    assembly = app.synth()
    return {stack.stack_name: json.loads(json.dumps(stack.template)) for stack in assembly.stacks}
