"""Who may bring a release out: workflows of one repository, each as what it is for."""

from pathlib import Path

import pytest
from conftest import ACCOUNT, REGION, Template
from templates import as_list, of_type, statements, text

from taskledger_aws.given import Given, MissingContext

Templates = dict[str, Template]


def test_images_do_not_change_are_scanned_and_go_one_day(templates: Templates) -> None:
    for repository in of_type(templates["TaskledgerDelivery"], "AWS::ECR::Repository").values():
        assert repository["ImageTagMutability"] == "IMMUTABLE"
        assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
        assert "imageCountMoreThan" in repository["LifecyclePolicy"]["LifecyclePolicyText"]


def test_roles_trust_one_repository_for_one_purpose(templates: Templates) -> None:
    delivery = templates["TaskledgerDelivery"]
    trusted = {}
    for name, role in of_type(delivery, "AWS::IAM::Role").items():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert set(statement["Condition"]) == {"StringEquals"}  # exactly, without wildcards
        equal = statement["Condition"]["StringEquals"]
        assert equal["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
        trusted[name[:4]] = equal["token.actions.githubusercontent.com:sub"]
    # GitHub says who runs with numbers besides, of repositories made, renamed or moved since July 2026.
    names = ("repo:acme/taskledger", "repo:acme@4711/taskledger@815")
    assert trusted == {
        "Push": [f"{name}:environment:production" for name in names],
        "Depl": [f"{name}:environment:production" for name in names],
        "Diff": [f"{name}:pull_request" for name in names],
    }
    assert {"PushRoleArn", "DeployRoleArn", "DiffRoleArn"} <= set(delivery["Outputs"])


def test_who_looks_at_a_pull_request_reads_templates_and_nothing_else(templates: Templates) -> None:
    delivery = templates["TaskledgerDelivery"]
    (diff,) = [name for name in of_type(delivery, "AWS::IAM::Role") if name.startswith("Diff")]
    allowed = {
        (action, text(resource))
        for statement in statements(delivery, diff)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    assert {action for action, _ in allowed} == {
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "ssm:GetParameter",
    }
    stacks = {resource for action, resource in allowed if action.startswith("cloudformation:")}
    assert {resource.rpartition(":cloudformation:")[2] for resource in stacks} == {
        f"{region}:{ACCOUNT}:stack/Taskledger*/*" for region in (REGION, "us-east-1")
    }
    assert {resource.rpartition(":parameter/")[2] for action, resource in allowed if action == "ssm:GetParameter"} == {
        "taskledger/context",
        "taskledger/release",
        "taskledger/lookups",
    }


def test_a_digest_that_is_not_named_is_a_mistake(tmp_path: Path) -> None:
    images = tmp_path / "images.json"
    images.write_text('{"auth-service": "sha256:0123"}')
    given = Given(sender="board@example.org", images=str(images))
    assert given.version_of("auth-service") == "sha256:0123"
    with pytest.raises(MissingContext):
        given.version_of("task-service")
