from aiobotocore.session import get_session

from taskledger_local.emulator import REGION, emulator
from taskledger_local.setup import create_tables
from taskledger_local.topology import ANSWERS, KEYS, LOG


async def test_tables_are_as_described_and_setting_them_up_again_changes_nothing(tmp_path):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
    with emulator(tmp_path) as started:
        async with get_session().create_client("dynamodb", endpoint_url=started.endpoint, **keys) as client:
            await create_tables(client)
            names = (LOG.name, KEYS.name, ANSWERS.name)
            made = {name: (await client.describe_table(TableName=name))["Table"] for name in names}
            await create_tables(client)
            again = {name: (await client.describe_table(TableName=name))["Table"] for name in names}
            expiry = (await client.describe_time_to_live(TableName=KEYS.name))["TimeToLiveDescription"]

    assert again == made
    assert made[LOG.name]["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    [index] = made[LOG.name]["GlobalSecondaryIndexes"]
    assert index["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["version"]}
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["slice", "changed_at"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
