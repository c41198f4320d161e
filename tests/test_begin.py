"""From a fork to its first release, on an emulator of AWS: `gh` and `cdk` write down what they are asked."""

import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import boto3
import pytest
from botocore.stub import Stubber

from taskledger_local.emulator import REGION, Emulator

APP: Final = Path(__file__).parents[1] / "deploy/aws"

RECORD: Final = """#!/bin/sh
printf '%s' "$(basename "$0") $*" >> "$CALLS"
case "$*" in
  *--input*) printf ' < %s' "$(cat)" >> "$CALLS";;
  *--outputs-file=*) echo '{"TaskledgerDelivery": {"PushRoleArn": "arn:push", "DeployRoleArn": "arn:deploy", \
    "DiffRoleArn": "arn:diff"}}' > "${*#*--outputs-file=}";;
  "api repos/acme/taskledger --jq"*) echo 4711/815;;
esac
echo >> "$CALLS"
"""


ROLE: Final = {
    "Path": "/aws-service-role/ecs.amazonaws.com/",
    "RoleName": "AWSServiceRoleForECS",
    "RoleId": "AROA0123456789ABCDEF",
    "Arn": "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
    "CreateDate": datetime(2026, 7, 1, tzinfo=UTC),
}


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(APP)
    import begin

    yield begin
    for name in ("begin", "context"):
        sys.modules.pop(name, None)


@pytest.fixture
def calls(begin: ModuleType, aws: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """An empty account, and what `gh` and `cdk` were asked in order."""
    for name in ("gh", "cdk"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(RECORD)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    account = str(200_000_000_000 + int.from_bytes(os.urandom(4)))
    for name, value in {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "AWS_ACCESS_KEY_ID": account,
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(begin, "CDK", str(tmp_path / "bin" / "cdk"))

    def asked() -> list[str]:
        file = tmp_path / "calls"
        return file.read_text().splitlines() if file.exists() else []

    return asked


def kept() -> dict[str, str]:
    found: dict[str, str] = json.loads(
        boto3.Session().client("ssm").get_parameter(Name="/taskledger/context")["Parameter"]["Value"]
    )
    return found


def providers() -> list[str]:
    iam: Any = boto3.Session().client("iam")
    return [each["Arn"] for each in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]


def test_an_account_is_told_once_and_has_what_the_templates_do_not_make(
    begin: ModuleType, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOMAIN", "board.example.org")
    assert begin.main(["acme/taskledger"]) == 0
    assert kept() == {"domain": "board.example.org", "repository": "acme/taskledger", "repository_ids": "4711/815"}
    assert [arn.rpartition("/")[2] for arn in providers()] == ["token.actions.githubusercontent.com"]
    assert (
        len(boto3.Session().client("iam").list_roles(PathPrefix="/aws-service-role/ecs.amazonaws.com/")["Roles"]) == 1
    )


def test_an_account_that_has_all_of_it_is_left_as_it_is(
    begin: ModuleType, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = boto3.Session().client("iam")
    iam.create_open_id_connect_provider(
        Url=f"https://{begin.GITHUB}", ClientIDList=["another.example.org", begin.AUDIENCE]
    )
    monkeypatch.setenv("SENDER", "board@example.org")
    for _ in range(2):
        assert begin.main(["acme/taskledger"]) == 0
    (arn,) = providers()
    known = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"]
    assert sorted(known) == ["another.example.org", "sts.amazonaws.com"]


def test_a_provider_that_does_not_know_aws_gets_to_know_it(begin: ModuleType) -> None:
    arn = f"arn:aws:iam::123456789012:oidc-provider/{begin.GITHUB}"
    iam: Any = boto3.client("iam", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(iam) as stub:
        stub.add_response("list_open_id_connect_providers", {"OpenIDConnectProviderList": [{"Arn": arn}]})
        stub.add_response("get_open_id_connect_provider", {"ClientIDList": ["another.example.org"]})
        added = {"OpenIDConnectProviderArn": arn, "ClientID": begin.AUDIENCE}
        stub.add_response("add_client_id_to_open_id_connect_provider", {}, added)
        stub.add_response("list_roles", {"Roles": [ROLE]})
        begin.prepare(iam)
        stub.assert_no_pending_responses()


def test_what_the_account_is_told_is_not_changed_by_a_variable(
    begin: ModuleType,
    calls: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SENDER", "board@example.org")
    monkeypatch.setenv("PROFILE", "production")
    assert begin.main(["acme/taskledger"]) == 0
    before = calls()
    monkeypatch.setenv("PROFILE", "small")
    assert begin.main(["acme/taskledger"]) == 1
    assert "PROFILE=small" in capsys.readouterr().err
    assert calls() == before
    assert kept()["profile"] == "production"
    monkeypatch.delenv("PROFILE")
    assert begin.main(["acme/renamed"]) == 0
    assert kept() | {"repository_ids": ""} == {
        "profile": "production", "sender": "board@example.org", "repository": "acme/renamed", "repository_ids": "",
    }  # fmt: skip


def test_the_environment_is_closed_to_other_branches_before_anybody_may_take_a_role(
    begin: ModuleType, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDER", "board@example.org")
    assert begin.main(["acme/taskledger"]) == 0
    asked = [
        call for call in calls() if call.startswith("gh ") and not call.startswith("gh api repos/acme/taskledger ")
    ]
    at = "repos/acme/taskledger/environments/production"
    closed, listed, opened, *variables = asked
    assert closed.startswith(f"gh api --method PUT {at} ")
    assert json.loads(closed.partition(" < ")[2]) == {
        "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True}
    }
    assert listed.startswith(f"gh api {at}/deployment-branch-policies ")
    assert opened.startswith(f"gh api --method POST {at}/deployment-branch-policies ")
    assert json.loads(opened.partition(" < ")[2]) == {"name": "main", "type": "branch"}
    assert [call.split()[3] for call in variables] == [
        "AWS_REGION", "AWS_PUSH_ROLE", "AWS_DEPLOY_ROLE", "AWS_DIFF_ROLE",
    ]  # fmt: skip


def test_tables_can_be_copied_between_regions(begin: ModuleType) -> None:
    here, there = (
        boto3.client("backup", region_name=region, aws_access_key_id="test", aws_secret_access_key="test")
        for region in ("eu-central-1", "eu-west-1")
    )
    wanted = {
        "ResourceTypeOptInPreference": {"DynamoDB": True, "RDS": True},
        "ResourceTypeManagementPreference": {"DynamoDB": True},
    }
    with Stubber(here) as first, Stubber(there) as second:
        for stub in (first, second):
            stub.add_response("update_region_settings", {}, wanted)
        begin.allow_copies(here, there)
        first.assert_no_pending_responses()
        second.assert_no_pending_responses()
