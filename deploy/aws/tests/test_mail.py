"""Mail comes from an identity that signs, and what comes back of it is kept."""

import json

from conftest import Template
from templates import of_type, only, text

Templates = dict[str, Template]


def test_bounces_and_complaints_are_suppressed_and_written_down(templates: Templates) -> None:
    mail = templates["TaskledgerMail"]
    configuration = only(mail, "AWS::SES::ConfigurationSet")
    assert set(configuration["SuppressionOptions"]["SuppressedReasons"]) == {"BOUNCE", "COMPLAINT"}
    assert configuration["ReputationOptions"] == {"ReputationMetricsEnabled": True}
    destination = only(mail, "AWS::SES::ConfigurationSetEventDestination")["EventDestination"]
    assert destination["MatchingEventTypes"] == ["bounce", "complaint", "reject"]
    rule = only(mail, "AWS::Events::Rule")
    assert rule["EventPattern"]["source"] == ["aws.ses"]
    group = only(mail, "AWS::Logs::LogGroup")
    assert group["LogGroupName"].startswith("/aws/events/")
    assert group["RetentionInDays"] <= 90
    policy = only(mail, "AWS::Logs::ResourcePolicy")["PolicyDocument"]
    (statement,) = json.loads(text(policy))["Statement"]
    assert statement["Resource"].endswith(f":{group['LogGroupName']}:*")


def test_a_domain_signs_by_dkim(templates: Templates, profile: str) -> None:
    mail = templates["TaskledgerMail"]
    identity = only(mail, "AWS::SES::EmailIdentity")
    records = of_type(mail, "AWS::Route53::RecordSet").values()
    if profile == "production":
        assert identity["EmailIdentity"] == "board.example.org"
        assert identity["DkimAttributes"] == {"SigningEnabled": True}
        assert [record["Type"] for record in records] == ["CNAME"] * 3
    else:
        assert identity["EmailIdentity"] == "board@example.org"
