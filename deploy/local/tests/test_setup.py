"""What the topology describes, set up at a real endpoint."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiobotocore.session import get_session

from taskledger_local.emulator import CREDENTIALS, emulator
from taskledger_local.setup import create_all
from taskledger_local.topology import BUS, LOG, QUEUES, RULES


@pytest.fixture
async def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with emulator(tmp_path) as aws:
        yield aws.endpoint


def client(service: str, endpoint: str) -> Any:
    return get_session().create_client(service, endpoint_url=endpoint)


async def test_setting_up_again_changes_nothing(endpoint: str) -> None:
    await create_all(endpoint, sender="board@example.org")
    async with client("dynamodb", endpoint) as dynamodb:
        await dynamodb.put_item(TableName=LOG.name, Item={"pk": {"S": "task-a"}, "sk": {"S": "HEAD"}})
    await create_all(endpoint, sender="board@example.org")
    async with client("dynamodb", endpoint) as dynamodb:
        assert (await dynamodb.scan(TableName=LOG.name))["Count"] == 1
        described = (await dynamodb.describe_table(TableName=LOG.name))["Table"]
    assert described["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


async def test_each_queue_has_its_dead_letter_queue_and_each_rule_its_queue(endpoint: str) -> None:
    await create_all(endpoint)
    async with client("sqs", endpoint) as sqs, client("events", endpoint) as events:
        for queue in QUEUES:
            url = (await sqs.get_queue_url(QueueName=queue.name))["QueueUrl"]
            attributes = (await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]))["Attributes"]
            redrive = orjson.loads(attributes["RedrivePolicy"])
            assert redrive["deadLetterTargetArn"].endswith(f":{queue.dead}")
            assert int(redrive["maxReceiveCount"]) == queue.max_receives
            assert int(attributes["VisibilityTimeout"]) == queue.visibility
        for rule in RULES:
            targets = (await events.list_targets_by_rule(Rule=rule.name, EventBusName=BUS))["Targets"]
            assert [target["Arn"].rpartition(":")[2] for target in targets] == [rule.queue.name]
