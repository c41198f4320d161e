"""What is deployed is what `taskledger_local.topology` describes, which everything local is made from."""

import json
from typing import Any

from taskledger_aws.events import DETAIL, FILTER
from taskledger_local.topology import BUS, QUEUES, RULES, TABLES

Templates = dict[str, dict[str, Any]]


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [resource for resource in template["Resources"].values() if resource["Type"] == kind]


def test_the_tables_are_those_described(templates: Templates) -> None:
    tables = of_type(templates["TaskledgerTables"], "AWS::DynamoDB::Table")
    deployed = {table["Properties"]["TableName"]: table for table in tables}
    assert set(deployed) == {table.name for table in TABLES}
    for table in TABLES:
        resource = deployed[table.name]
        properties = resource["Properties"]
        keys = {key["KeyType"]: key["AttributeName"] for key in properties["KeySchema"]}
        assert keys == {"HASH": table.partition, "RANGE": table.sort}
        assert properties.get("StreamSpecification") == ({"StreamViewType": "NEW_IMAGE"} if table.stream else None)
        expiry = properties.get("TimeToLiveSpecification")
        assert expiry == ({"AttributeName": table.expiry, "Enabled": True} if table.expiry else None)
        indexes = properties.get("GlobalSecondaryIndexes", [])
        assert [index["IndexName"] for index in indexes] == ([table.index.name] if table.index else [])
        for index in indexes:
            assert table.index is not None
            assert [key["AttributeName"] for key in index["KeySchema"]] == [table.index.partition, table.index.sort]
            assert index["Projection"]["NonKeyAttributes"] == list(table.index.include)
        assert properties["BillingMode"] == "PAY_PER_REQUEST"


def test_what_holds_data_is_not_lost(templates: Templates) -> None:
    data = templates["TaskledgerData"]
    for table in of_type(templates["TaskledgerTables"], "AWS::DynamoDB::Table"):
        assert table["UpdateReplacePolicy"] == "Retain"
        assert table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    (database,) = of_type(data, "AWS::RDS::DBInstance")
    assert database["DeletionPolicy"] == "Snapshot"
    assert database["Properties"]["StorageEncrypted"] is True
    assert database["Properties"]["BackupRetentionPeriod"] >= 7
    assert database["Properties"]["PubliclyAccessible"] is False


def test_a_password_is_changed_from_where_secrets_are_reached(templates: Templates) -> None:
    (rotation,) = of_type(templates["TaskledgerData"], "AWS::Serverless::Application")
    assert "private" in json.dumps(rotation["Properties"]["Parameters"]["vpcSubnetIds"])


def test_the_queues_are_those_described(templates: Templates) -> None:
    resources = templates["TaskledgerEvents"]["Resources"]
    deployed = {
        resource["Properties"]["QueueName"]: resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::SQS::Queue"
    }
    assert set(deployed) == {name for queue in QUEUES for name in (queue.name, queue.dead)} | {"taskledger-pipe-dead"}
    for queue in QUEUES:
        properties = deployed[queue.name]
        assert properties["VisibilityTimeout"] == queue.visibility
        assert properties["MessageRetentionPeriod"] == queue.retention
        assert properties["ReceiveMessageWaitTimeSeconds"] == 20
        assert properties["RedrivePolicy"]["maxReceiveCount"] == queue.max_receives
        dead = resources[properties["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        assert dead["Properties"]["QueueName"] == queue.dead
        assert dead["Properties"]["MessageRetentionPeriod"] == queue.dead_retention


def test_the_rules_are_those_described_and_only_they_may_send(templates: Templates) -> None:
    resources = templates["TaskledgerEvents"]["Resources"]
    rules = {
        resource["Properties"].get("Name"): (logical, resource["Properties"])
        for logical, resource in resources.items()
        if resource["Type"] == "AWS::Events::Rule" and "Name" in resource["Properties"]
    }
    assert {rule.name for rule in RULES} <= set(rules)
    policies = [policy["Properties"] for policy in of_type(templates["TaskledgerEvents"], "AWS::SQS::QueuePolicy")]
    for rule in RULES:
        logical, properties = rules[rule.name]
        assert properties["EventPattern"] == {"source": list(rule.sources)}
        (target,) = properties["Targets"]
        queue = target["Arn"]["Fn::GetAtt"][0]
        assert resources[queue]["Properties"]["QueueName"] == rule.queue.name
        allowed = [
            statement
            for policy in policies
            for statement in policy["PolicyDocument"]["Statement"]
            if policy["Queues"] == [{"Ref": queue}] and statement["Effect"] == "Allow"
        ]
        (statement,) = allowed
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [logical, "Arn"]}}}
    (bus,) = of_type(templates["TaskledgerEvents"], "AWS::Events::EventBus")
    assert bus["Properties"]["Name"] == BUS


def test_the_pipe_takes_new_events_and_keeps_what_fails(templates: Templates) -> None:
    (pipe,) = of_type(templates["TaskledgerEvents"], "AWS::Pipes::Pipe")
    source = pipe["Properties"]["SourceParameters"]
    assert json.loads(source["FilterCriteria"]["Filters"][0]["Pattern"]) == json.loads(FILTER)
    stream = source["DynamoDBStreamParameters"]
    assert stream["OnPartialBatchItemFailure"] == "AUTOMATIC_BISECT"
    assert stream["MaximumRetryAttempts"] > 0
    assert stream["MaximumRecordAgeInSeconds"] > 0
    assert stream["DeadLetterConfig"]["Arn"]
    target = pipe["Properties"]["TargetParameters"]
    assert target["InputTemplate"] == DETAIL
    assert target["EventBridgeEventBusParameters"] == {
        "Source": "$.dynamodb.NewImage.source.S",
        "DetailType": "$.dynamodb.NewImage.type.S",
    }
