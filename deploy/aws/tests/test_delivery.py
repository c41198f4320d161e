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
    assert trusted == {
        "Push": "repo:acme/taskledger:environment:production",
        "Depl": "repo:acme/taskledger:environment:production",
        "Diff": "repo:acme/taskledger:pull_request",
    }
    assert {"PushRoleArn", "DeployRoleArn", "DiffRoleArn"} <= set(delivery["Outputs"])


def test_who_looks_at_a_pull_request_can_change_nothing(templates: Templates) -> None:
    delivery = templates["TaskledgerDelivery"]
    (diff,) = [name for name in of_type(delivery, "AWS::IAM::Role") if name.startswith("Diff")]
    (statement,) = statements(delivery, diff)
    assert statement["Action"] == "sts:AssumeRole"
    assert {text(resource).rpartition("/")[2] for resource in as_list(statement["Resource"])} == {
        f"cdk-hnb659fds-lookup-role-{ACCOUNT}-{region}" for region in (REGION, "us-east-1")
    }


def test_a_digest_that_is_not_named_is_a_mistake(tmp_path: Path) -> None:
    images = tmp_path / "images.json"
    images.write_text('{"auth-service": "sha256:0123"}')
    given = Given(
        domain=None,
        zone=None,
        sender="board@example.org",
        repository=None,
        github_provider=None,
        images=str(images),
        release="first",
        registration="open",
        alarm_email=None,
    )
    assert given.version_of("auth-service") == "sha256:0123"
    with pytest.raises(MissingContext):
        given.version_of("task-service")
