"""What is deployed to AWS, as the CDK app in its own environment makes it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

ROOT: Final = Path(__file__).parents[2]
APP: Final = ROOT / "deploy" / "aws"

Template: TypeAlias = dict[str, Any]

sys.path.append(str(APP))  # for `taskledger_aws.application_metrics`, which needs nothing of the CDK


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """The template of each stack, by its name."""
    folder = tmp_path_factory.mktemp("cdk")
    context = json.loads((APP / "cdk.json").read_text())["context"] | {"sender": "board@taskledger.example"}
    program = Path(sys.prefix) / "aws" / "bin" / "python"
    assert program.exists(), "make .venv/aws/.installed makes the environment of the CDK app"
    subprocess.run(
        [ROOT / "tools" / "with-node", program, "app.py"],
        cwd=APP,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "deploy" / "local" / "src"),
            "CDK_OUTDIR": str(folder),
            "CDK_CONTEXT_JSON": json.dumps(context),
            "CDK_DEFAULT_ACCOUNT": "123456789012",
            "CDK_DEFAULT_REGION": "us-east-1",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        },
        check=True,
        capture_output=True,
    )
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in folder.glob("*.template.json")
    }
