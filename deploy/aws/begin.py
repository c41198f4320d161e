"""From a fork to its first release: `python deploy/aws/begin.py OWNER/NAME`, with the credentials of an administrator.

Prepares the account and the region for the CDK, creates the repositories of the images and the roles that GitHub may
take, and sets the variables of the GitHub repository by `gh`, or prints the commands for it. Again does no harm.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import boto3

CDK: Final = str(Path(__file__).with_name("cdk"))
VARIABLES: Final = {
    "AWS_PUSH_ROLE": "PushRoleArn",
    "AWS_DEPLOY_ROLE": "DeployRoleArn",
    "AWS_DIFF_ROLE": "DiffRoleArn",
}
"""Variable of the GitHub repository -> output of the stack."""

TOLD: Final = ("PROFILE", "DOMAIN", "ZONE", "SENDER", "ALARM_EMAIL", "REGISTRATION")
"""Variables of the environment that the workflows get too, as TASKLEDGER_PROFILE and so on."""


def main(arguments: list[str]) -> int:
    """Exit status 1: AWS or GitHub refused; 2: a mistake in what was asked."""
    if len(arguments) != 1 or arguments[0].count("/") != 1:
        print(__doc__, file=sys.stderr)
        return 2
    repository = arguments[0]
    session = boto3.Session()
    if session.region_name is None:
        print("Which region? Set AWS_REGION, or one in the profile.", file=sys.stderr)
        return 2
    domain, sender = os.environ.get("DOMAIN"), os.environ.get("SENDER")
    if not domain and not sender:
        print("Who sends mail? Set DOMAIN=board.example.org, or SENDER=you@example.org.", file=sys.stderr)
        return 2
    account = session.client("sts").get_caller_identity()["Account"]
    environment = {
        **os.environ,
        "REPOSITORY": repository,
        "CDK_DEFAULT_ACCOUNT": account,
        "CDK_DEFAULT_REGION": session.region_name,
    }
    try:
        with tempfile.TemporaryDirectory() as name:
            outputs = Path(name) / "outputs.json"
            for region in sorted({session.region_name, "us-east-1"} if domain else {session.region_name}):
                _run([CDK, "bootstrap", f"aws://{account}/{region}"], environment)
            _run([CDK, "deploy", "TaskledgerDelivery", f"--outputs-file={outputs}"], environment)
            made = json.loads(outputs.read_text())["TaskledgerDelivery"]
        values = {variable: made[output] for variable, output in VARIABLES.items()}
        values |= {f"TASKLEDGER_{name}": os.environ[name] for name in TOLD if os.environ.get(name)}
        commands = [
            ["gh", "variable", "set", variable, "--repo", repository, "--body", value]
            for variable, value in {"AWS_REGION": session.region_name, **values}.items()
        ]
        for command in commands:
            if shutil.which("gh"):
                _run(command, environment)
            else:
                print(" ".join(command))
    except subprocess.CalledProcessError as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, check=True, env=environment)  # noqa: S603 - the commands are ours


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
