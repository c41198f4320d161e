"""Mail comes from an identity that signs, and what comes back of it is kept."""

import json

import pytest
from conftest import Template
from templates import of_type, only, text

from taskledger_aws.given import Given

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
        assert [record["Type"] for record in records].count("CNAME") == 3
    else:
        assert identity["EmailIdentity"] == "board@example.org"


def test_a_domain_says_who_may_write_in_its_name(templates: Templates, profile: str) -> None:
    if profile != "production":
        return
    mail = templates["TaskledgerMail"]
    found = only(mail, "AWS::SES::EmailIdentity")["MailFromAttributes"]
    assert found == {"MailFromDomain": "mail.board.example.org", "BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    records = {
        (record["Name"], record["Type"]): text(record["ResourceRecords"][0])
        for record in of_type(mail, "AWS::Route53::RecordSet").values()
        if record["Type"] != "CNAME"
    }
    assert records["mail.board.example.org.", "MX"].startswith("10 feedback-smtp.")
    assert "include:amazonses.com" in records["mail.board.example.org.", "TXT"]
    assert records["_dmarc.board.example.org.", "TXT"].startswith('"v=DMARC1; p=quarantine')


@pytest.mark.parametrize(
    ("sender", "own"),
    [
        ("board@board.example.org", True),
        ("Board <board@Board.example.org>", True),
        ("board@news.board.example.org", True),
        ("board@example.com", False),
        ("board@evilboard.example.org", False),
    ],
)
def test_a_domain_signs_for_its_own_addresses_and_another_sender_has_an_identity_of_its_own(
    sender: str, own: bool
) -> None:
    assert Given(domain="board.example.org", sender=sender).sends_by_domain is own
