"""From a fork to its first release: `python deploy/aws/begin.py OWNER/NAME`, with the credentials of an administrator.

Prepares the account and the region for the CDK, makes what an account has once (GitHub as a provider of identities, the
role that ECS works with), creates the repositories of the images and the roles that GitHub may take, and sets up the
GitHub repository by `gh`, or prints the commands for it. Again does no harm.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import boto3

import context

CDK: Final = str(Path(__file__).with_name("cdk"))
GITHUB: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
LINKED: Final = "ecs.amazonaws.com"
"""The service whose own role an account has once: a first cluster does not wait until ECS has made it."""

VARIABLES: Final = {
    "AWS_PUSH_ROLE": "PushRoleArn",
    "AWS_DEPLOY_ROLE": "DeployRoleArn",
    "AWS_DIFF_ROLE": "DiffRoleArn",
}
"""Variable of the GitHub repository -> output of the stack."""

ENVIRONMENT: Final = "production"
BRANCH: Final = "main"


class Unknown(Exception):
    """GitHub does not say what the repository's numbers are."""


def numbers_of(repository: str) -> str:
    """`OWNER'S/NAME'S` numbers, by `gh` or as REPOSITORY_IDS says. Raises Unknown."""
    if told := os.environ.get("REPOSITORY_IDS"):
        return told
    if not shutil.which("gh"):
        raise Unknown(
            "`gh` is not here. The numbers of owner and repository are in https://api.github.com/repos/"
            f"{repository} (owner.id, id): set REPOSITORY_IDS=OWNER_ID/ID."
        )
    command = ["gh", "api", f"repos/{repository}", "--jq", '"\\(.owner.id)/\\(.id)"']
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - ours


def prepare(iam: Any) -> None:
    """Make what the account has once and may have already."""
    providers = [each["Arn"] for each in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
    arn = next((each for each in providers if each.endswith(f"/{GITHUB}")), None)
    if arn is None:
        iam.create_open_id_connect_provider(Url=f"https://{GITHUB}", ClientIDList=[AUDIENCE])
    elif AUDIENCE not in iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"]:
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=AUDIENCE)
    if not iam.list_roles(PathPrefix=f"/aws-service-role/{LINKED}/")["Roles"]:
        iam.create_service_linked_role(AWSServiceName=LINKED)


def allow_copies(*backups: Any) -> None:
    """Have AWS Backup handle tables itself, in both regions: only then it copies them between regions."""
    for backup in backups:
        backup.update_region_settings(
            ResourceTypeOptInPreference={"DynamoDB": True, "RDS": True},
            ResourceTypeManagementPreference={"DynamoDB": True},
        )


def set_up(repository: str, variables: Mapping[str, str]) -> None:
    """Prepare the repository at GitHub, or print how: its environment first, for the roles trust whoever may use it.

    Only `main`, what has been merged, may.
    """
    at = f"repos/{repository}/environments/{ENVIRONMENT}"
    policies = f"{at}/deployment-branch-policies"
    own = {"deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True}}
    _github(["api", "--method", "PUT", at, "--input", "-"], own)
    if BRANCH not in _github(["api", policies, "--jq", ".branch_policies[].name"]).split():
        _github(["api", "--method", "POST", policies, "--input", "-"], {"name": BRANCH, "type": "branch"})
    for name, value in variables.items():
        _github(["variable", "set", name, "--repo", repository, "--body", value])


def _github(arguments: list[str], reads: Mapping[str, Any] | None = None) -> str:
    text = json.dumps(reads) if reads else None
    if not shutil.which("gh"):
        print("gh", shlex.join(arguments), f"<<< '{text}'" if text else "")
        return ""
    done = subprocess.run(["gh", *arguments], check=True, stdout=subprocess.PIPE, input=text, text=True)  # noqa: S603, S607
    return done.stdout


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
    account = session.client("sts").get_caller_identity()["Account"]
    environment = {
        **os.environ,
        "REPOSITORY": repository,
        "CDK_DEFAULT_ACCOUNT": account,
        "CDK_DEFAULT_REGION": session.region_name,
    }
    ssm = session.client("ssm")
    try:
        told = context.told(ssm, {name: value for name, value in os.environ.items() if name != "REPOSITORY"})
        if not told.get("domain") and not told.get("sender"):
            print("Who sends mail? Set DOMAIN=board.example.org, or SENDER=you@example.org.", file=sys.stderr)
            return 2
        context.keep(ssm, told | {"repository": repository, "repository_ids": numbers_of(repository)})
        prepare(session.client("iam"))
        if "backup_region" in told:
            allow_copies(session.client("backup"), session.client("backup", region_name=told["backup_region"]))
        with tempfile.TemporaryDirectory() as name:
            outputs = Path(name) / "outputs.json"
            others = {"us-east-1"} if told.get("domain") else set()
            others |= {told["backup_region"]} if "backup_region" in told else set()
            for region in sorted({session.region_name} | others):
                _run([CDK, "bootstrap", f"aws://{account}/{region}"], environment)
            _run([CDK, "deploy", "TaskledgerDelivery", f"--outputs-file={outputs}"], environment)
            made = json.loads(outputs.read_text())["TaskledgerDelivery"]
        variables = {variable: made[output] for variable, output in VARIABLES.items()}
        set_up(repository, {"AWS_REGION": session.region_name, **variables})
    except (context.Differs, Unknown, subprocess.CalledProcessError) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    subprocess.run(command, check=True, env=environment)  # noqa: S603 - the commands are ours


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
