"""Nobody may do everything, and nobody may do something to everything, but where AWS knows no narrower form."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from conftest import Template
from templates import as_list, of_type, text

Templates = dict[str, Template]

KNOW_NO_RESOURCE: Final[Mapping[str, str]] = {
    "dynamodb:ListStreams": "A pipe lists streams before it reads the one it was given.",
    "ecr:GetAuthorizationToken": "A login to the registry of the account; what may be pulled is allowed by repository.",
    "ecs:DiscoverPollEndpoint": "A machine asks where ECS answers.",
    "xray:PutTelemetryRecords": "The collector tells X-Ray how it is.",
    "xray:PutTraceSegments": "A trace is of no resource.",
    "ses:GetAccount": "Whether the account may send: the mailer's sign of life.",
}
"""Actions that no narrower form exists for, by AWS's Service Authorization Reference, and why somebody needs them."""

PATTERNS: Final[Mapping[str, str]] = {
    r":container-instance/taskledger/\*$": "A machine's name is not known before it is there; the cluster is.",
    r":task-set/cluster/\*$": "So do the proxies of Service Connect ask, by AWS's documents.",
    r":task-definition/taskledger-operator:\*$": "A release has a revision of its own, known once it is made.",
    r":task/taskledger/\*$": "A task's name is not known before it runs.",
    r":stack/Taskledger\*/\*$": "The templates of this app's stacks: CloudFormation adds a number to their names.",
    r"^<Site\w+\.Arn>/\*$": "A release writes every file of the site's bucket.",
    r":parameter/cdk/exports/(Taskledger\w+/)?\*$": "The CDK's own functions hand names to another region.",
}
"""Resources that are many of one kind."""

POLICIES_OF_AWS: Final[Mapping[str, str]] = {
    "AWSLambdaBasicExecutionRole": "The CDK's own functions write their log.",
    "AWSBackupServiceRolePolicyForBackup": "AWS Backup takes it: what it calls changes with what it can back up.",
    "AmazonRDSEnhancedMonitoringRole": "RDS writes what it measures; it takes this policy and no other.",
}


def allowed(templates: Templates) -> Iterator[tuple[str, str, str, str]]:
    """Every stack, policy's id, action and resource that some identity of ours is allowed."""
    for stack, template in templates.items():
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            for name, policy in of_type(template, kind).items():
                yield from _each(stack, name, policy["PolicyDocument"])
        for name, role in of_type(template, "AWS::IAM::Role").items():
            for policy in role.get("Policies", []):
                yield from _each(stack, name, policy["PolicyDocument"])


def _each(stack: str, name: str, document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for statement in document["Statement"]:
        assert "NotAction" not in statement
        assert "NotResource" not in statement
        if statement["Effect"] == "Allow":
            for action in as_list(statement["Action"]):
                for resource in as_list(statement["Resource"]):
                    yield stack, name, action, text(resource)


def test_no_action_is_a_pattern(templates: Templates) -> None:
    assert [entry for entry in allowed(templates) if "*" in entry[2]] == []


def test_everything_is_allowed_only_where_an_action_knows_no_resource(templates: Templates) -> None:
    assert {action for _, _, action, resource in allowed(templates) if resource == "*"} <= set(KNOW_NO_RESOURCE)


def test_patterns_of_resources_are_those_with_a_reason(templates: Templates) -> None:
    for stack, name, action, resource in allowed(templates):
        if "*" in resource and resource != "*":
            assert any(re.search(pattern, resource) for pattern in PATTERNS), (stack, name, action, resource)


def test_policies_of_aws_are_those_with_a_reason(templates: Templates) -> None:
    named = {
        text(policy.get("Fn::Sub", policy) if isinstance(policy, dict) else policy).rpartition("/")[2]
        for template in templates.values()
        for role in of_type(template, "AWS::IAM::Role").values()
        for policy in role.get("ManagedPolicyArns", [])
    }
    assert named <= set(POLICIES_OF_AWS)


def test_who_may_be_a_role_is_a_service_of_this_account_or_a_workflow(templates: Templates) -> None:
    for template in templates.values():
        for role in of_type(template, "AWS::IAM::Role").values():
            for statement in role["AssumeRolePolicyDocument"]["Statement"]:
                principal = statement["Principal"]
                assert principal != "*"
                assert set(principal) <= {"Service", "Federated"}


def test_reasons_are_of_something_that_is_there(templates: Templates, profile: str) -> None:
    if profile != "production":  # which has all of it
        return
    entries = list(allowed(templates))
    assert set(KNOW_NO_RESOURCE) == {action for _, _, action, resource in entries if resource == "*"}
    for pattern in PATTERNS:
        assert any(re.search(pattern, resource) for *_, resource in entries)
