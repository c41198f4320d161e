"""What is deployed to AWS, here: the templates of the CDK app, and what of them an emulator can create."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from taskledger_local.emulator import REGION
from taskledger_local.processes import DidNotStart

Template: TypeAlias = dict[str, Any]

SENDER: Final = "board@taskledger.example"

CREATED: Final = frozenset(
    {
        "AWS::DynamoDB::Table",
        "AWS::Events::EventBus",
        "AWS::Events::Rule",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
    }
)
"""What the emulator makes of the stacks `TaskledgerTables` and `TaskledgerEvents`. It accepts a pipe and delivers
nothing, has no archive."""

_ROOT: Final = Path(__file__).resolve().parents[4]
_PATIENCE_SECONDS: Final = 30.0


def synthesised(folder: Path) -> Mapping[str, Template]:
    """The template of each stack by its name, kept in a folder for whoever asks next. Raises DidNotStart."""
    made = folder / "templates"
    with _alone(folder):
        if not made.exists():
            _synthesise(folder / "cdk.out")
            (folder / "cdk.out").rename(made)
    return {path.name.partition(".")[0]: json.loads(path.read_text()) for path in made.glob("*.template.json")}


def _synthesise(into: Path) -> None:
    app = _ROOT / "deploy" / "aws"
    program = Path(sys.prefix) / "aws" / "bin" / "python"
    if not program.exists():
        raise DidNotStart(f"{program} is missing: `make .venv/aws/.installed` installs it")
    context = json.loads((app / "cdk.json").read_text())["context"] | {"sender": SENDER}
    environment = {
        "PYTHONPATH": str(_ROOT / "deploy" / "local" / "src"),
        "CDK_OUTDIR": str(into),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_DEFAULT_ACCOUNT": "123456789012",
        "CDK_DEFAULT_REGION": REGION,
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }
    done = subprocess.run(  # noqa: S603 - the command is ours
        [_ROOT / "tools" / "with-node", program, "app.py"],
        cwd=app,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DidNotStart(f"the CDK app failed:\n{done.stderr[-4000:]}")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Tests run in several processes, and one synthesis is enough for all of them."""
    with (folder / "templates.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def create(cloudformation: Any, templates: Mapping[str, Template]) -> None:
    """Create the stacks of tables and events by a client of CloudFormation. Raises DidNotStart."""
    for name in ("TaskledgerTables", "TaskledgerEvents"):
        kept = {
            logical: resource
            for logical, resource in templates[name]["Resources"].items()
            if resource["Type"] in CREATED
        }
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": kept}))
        until = time.monotonic() + _PATIENCE_SECONDS
        while (status := _status(cloudformation, name)) == "CREATE_IN_PROGRESS" and time.monotonic() < until:
            time.sleep(0.05)
        if status != "CREATE_COMPLETE":
            raise DidNotStart(f"{name}: {status}")


def _status(cloudformation: Any, stack: str) -> str:
    status: str = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    return status
