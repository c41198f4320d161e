"""Sets up what `topology` describes at an endpoint; again and again without harm."""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from taskledger_local.topology import TABLES, Table

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient
    from types_aiobotocore_dynamodb.type_defs import (
        AttributeDefinitionTypeDef,
        CreateTableInputTypeDef,
        WaiterConfigTypeDef,
    )

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
