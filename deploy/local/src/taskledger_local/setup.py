"""Sets up what `topology` describes at an endpoint; again and again without harm.

`python -m taskledger_local.setup --endpoint URL` for all of it, with `--tables-endpoint` where tables are elsewhere.
"""

import argparse
import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import orjson
from aiobotocore.session import get_session

from taskledger_local.topology import BUS, QUEUES, RULES, TABLES, Queue, Rule, Table

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient
    from types_aiobotocore_dynamodb.type_defs import (
        AttributeDefinitionTypeDef,
        CreateTableInputTypeDef,
        WaiterConfigTypeDef,
    )
    from types_aiobotocore_events import EventBridgeClient
    from types_aiobotocore_sesv2 import SESV2Client
    from types_aiobotocore_sqs import SQSClient

_PATIENCE: Final["WaiterConfigTypeDef"] = {"Delay": 1, "MaxAttempts": 60}


async def create_tables(client: "DynamoDBClient", tables: Iterable[Table] = TABLES) -> None:
    """Create the tables that are missing and return when all of them can be used. What exists stays as it is."""
    for table in tables:
        with suppress(client.exceptions.ResourceInUseException):  # it is there already
            await client.create_table(**_definition(table))
        await client.get_waiter("table_exists").wait(TableName=table.name, WaiterConfig=_PATIENCE)
        if table.expiry is not None:
            await _expire(client, table.name, table.expiry)


async def _expire(client: "DynamoDBClient", table: str, attribute: str) -> None:
    now = (await client.describe_time_to_live(TableName=table))["TimeToLiveDescription"]
    if now.get("AttributeName") != attribute:  # DynamoDB refuses to set what is set
        await client.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute}
        )


def _definition(table: Table) -> "CreateTableInputTypeDef":
    attributes: list[AttributeDefinitionTypeDef] = [
        {"AttributeName": table.partition, "AttributeType": "S"},
        {"AttributeName": table.sort, "AttributeType": "S"},
    ]
    definition: CreateTableInputTypeDef = {
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": [
            {"AttributeName": table.partition, "KeyType": "HASH"},
            {"AttributeName": table.sort, "KeyType": "RANGE"},
        ],
    }
    if table.index is not None:
        attributes += [
            {"AttributeName": table.index.partition, "AttributeType": "N"},
            {"AttributeName": table.index.sort, "AttributeType": "N"},
        ]
        definition["GlobalSecondaryIndexes"] = [
            {
                "IndexName": table.index.name,
                "KeySchema": [
                    {"AttributeName": table.index.partition, "KeyType": "HASH"},
                    {"AttributeName": table.index.sort, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(table.index.include)},
            }
        ]
    if table.stream:
        definition["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    return definition


async def create_queues(client: "SQSClient", queues: Iterable[Queue] = QUEUES) -> None:
    """Create each queue behind its dead-letter queue; what exists gets the attributes that are described."""
    for queue in queues:
        dead = await _queue(client, queue.dead, {"MessageRetentionPeriod": str(queue.dead_retention)})
        redrive = {"deadLetterTargetArn": await _arn(client, dead), "maxReceiveCount": queue.max_receives}
        attributes = {
            "VisibilityTimeout": str(queue.visibility),
            "MessageRetentionPeriod": str(queue.retention),
            "ReceiveMessageWaitTimeSeconds": str(queue.long_poll),
            "RedrivePolicy": orjson.dumps(redrive).decode(),
        }
        await _queue(client, queue.name, attributes)


async def create_bus(
    events: "EventBridgeClient", sqs: "SQSClient", bus: str = BUS, rules: Iterable[Rule] = RULES
) -> None:
    """Create the bus and its rules, each of which may send to its queue and to no other."""
    with suppress(events.exceptions.ResourceAlreadyExistsException):
        await events.create_event_bus(Name=bus)
    for rule in rules:
        pattern = orjson.dumps({"source": list(rule.sources)}).decode()
        made = await events.put_rule(Name=rule.name, EventBusName=bus, EventPattern=pattern)
        url = (await sqs.get_queue_url(QueueName=rule.queue.name))["QueueUrl"]
        arn = await _arn(sqs, url)
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": made["RuleArn"]}},
                }
            ],
        }
        await sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": orjson.dumps(policy).decode()})
        await events.put_targets(Rule=rule.name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])


async def create_sender(client: "SESV2Client", address: str) -> None:
    """Make an address one that mails may come from."""
    with suppress(client.exceptions.AlreadyExistsException):
        await client.create_email_identity(EmailIdentity=address)


async def create_all(endpoint: str, *, tables_endpoint: str | None = None, sender: str | None = None) -> None:
    """Everything: tables, queues, bus and rules, and the sender of mails where one is named."""
    session = get_session()
    async with (
        session.create_client("dynamodb", endpoint_url=tables_endpoint or endpoint) as dynamodb,
        session.create_client("sqs", endpoint_url=endpoint) as sqs,
        session.create_client("events", endpoint_url=endpoint) as events,
        session.create_client("sesv2", endpoint_url=endpoint) as ses,
    ):
        await create_tables(dynamodb)
        await create_queues(sqs)
        await create_bus(events, sqs)
        if sender is not None:
            await create_sender(ses, sender)


async def _queue(client: "SQSClient", name: str, attributes: dict[str, str]) -> str:
    try:
        url = (await client.create_queue(QueueName=name))["QueueUrl"]
    except client.exceptions.QueueNameExists:
        url = (await client.get_queue_url(QueueName=name))["QueueUrl"]
    await client.set_queue_attributes(QueueUrl=url, Attributes=attributes)  # type: ignore[arg-type]
    return url


async def _arn(client: "SQSClient", url: str) -> str:
    answer = await client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def main() -> None:
    """Set up everything at the endpoints that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m taskledger_local.setup", description=__doc__)
    parser.add_argument("--endpoint", required=True, help="of bus, queues and mail")
    parser.add_argument("--tables-endpoint", help="of the tables, where it is another one")
    parser.add_argument("--sender", help="the address that mails come from")
    given = parser.parse_args()
    asyncio.run(create_all(given.endpoint, tables_endpoint=given.tables_endpoint, sender=given.sender))


if __name__ == "__main__":
    main()
