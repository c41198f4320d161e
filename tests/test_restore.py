"""A board as it was: rehearsed on an emulator from backups to a board that is verified, and asked of AWS in full."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, Final

import boto3
import pytest
from botocore.stub import ANY, Stubber

from taskledger_local.emulator import CREDENTIALS, REGION, Emulator
from taskledger_local.mysql_server import MysqlServer
from taskledger_local.stack import Stack
from taskledger_local.topology import KEYS, LOG
from testkit.aws_board import AwsBoard
from testkit.board import eventually

ROOT: Final = Path(__file__).parents[1]
NEW_SECRET: Final = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:taskledger-1"
MOMENT: Final = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture
def restore(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The program; it stands in the CDK app's folder, which is no package of ours."""
    monkeypatch.syspath_prepend(ROOT / "deploy/aws")
    import restore

    yield restore
    for name in ("restore", "release", "context", "operate"):
        sys.modules.pop(name, None)


def client(service: str, endpoint: str | None = None) -> Any:
    keys = {name.lower(): value for name, value in CREDENTIALS.items() if name.startswith("AWS_") and "KEY" in name}
    return boto3.client(service, region_name=REGION, endpoint_url=endpoint, **keys)


@pytest.mark.emulator
def test_a_restored_table_has_what_a_restore_leaves_out(restore: ModuleType, aws: Emulator) -> None:
    dynamodb = client("dynamodb", aws.endpoint)
    for table in (LOG, KEYS):
        dynamodb.create_table(
            TableName=f"{table.name}-old",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": table.partition, "KeyType": "HASH"},
                {"AttributeName": table.sort, "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in (table.partition, table.sort)
            ],
        )
        dynamodb.put_item(TableName=f"{table.name}-old", Item={"pk": {"S": "task-1"}, "sk": {"S": table.name}})
    used = {"log_table": f"{LOG.name}-old", "keys_table": f"{KEYS.name}-old", "domain": "board.example.org"}
    made = restore.tables(dynamodb, restore.At(MOMENT), used, "20261123", look_again=0)
    again = restore.tables(dynamodb, restore.At(MOMENT), used, "20261123", look_again=0)
    assert made == again
    assert (made["log_table"], made["keys_table"]) == ("taskledger-log-20261123", "taskledger-keys-20261123")
    log, keys = (dynamodb.describe_table(TableName=made[name])["Table"] for name in ("log_table", "keys_table"))
    assert log["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert made["log_stream"] == log["LatestStreamArn"]
    assert log["DeletionProtectionEnabled"] is keys["DeletionProtectionEnabled"] is True
    for name in (made["log_table"], made["keys_table"]):
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        assert dynamodb.scan(TableName=name)["Count"] == 1
    expiry = dynamodb.describe_time_to_live(TableName=made["keys_table"])["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}


USED: Final = {
    "DBInstanceIdentifier": "now",
    "DBInstanceStatus": "available",
    "DBInstanceClass": "db.m7g.large",
    "DBSubnetGroup": {"DBSubnetGroupName": "subnets"},
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}],
    "DBParameterGroups": [{"DBParameterGroupName": "parameters"}],
    "Endpoint": {"Address": "now.rds", "Port": 3307},
    "MultiAZ": True,
    "StorageType": "gp3",
    "MaxAllocatedStorage": 400,
    "AutoMinorVersionUpgrade": True,
    "CopyTagsToSnapshot": True,
    "IAMDatabaseAuthenticationEnabled": True,
    "EnabledCloudwatchLogsExports": ["error", "slowquery"],
    "CACertificateIdentifier": "rds-ca-rsa2048-g1",
    "BackupRetentionPeriod": 35,
    "MonitoringInterval": 60,
    "MonitoringRoleArn": "arn:aws:iam::123456789012:role/monitoring",
}


def test_a_restored_database_is_as_the_one_before_where_aws_would_take_a_default(restore: ModuleType) -> None:
    rds, vault = client("rds"), client("secretsmanager")
    new = USED | {
        "DBInstanceIdentifier": "taskledger-1",
        "DbiResourceId": "db-NEW",
        "Endpoint": {"Address": "new.rds", "Port": 3307},
    }
    asked = {"DBInstanceIdentifier": "taskledger-1"}
    with Stubber(rds) as database, Stubber(vault) as secrets:
        database.add_response("describe_db_instances", {"DBInstances": [USED]}, {"DBInstanceIdentifier": "now"})
        database.add_client_error("describe_db_instances", "DBInstanceNotFound", expected_params=asked)
        database.add_response(
            "restore_db_instance_to_point_in_time",
            {},
            {
                "SourceDBInstanceIdentifier": "now",
                "TargetDBInstanceIdentifier": "taskledger-1",
                "RestoreTime": MOMENT,
                "DBInstanceClass": "db.m7g.large",
                "DBSubnetGroupName": "subnets",
                "VpcSecurityGroupIds": ["sg-1"],
                "DBParameterGroupName": "parameters",
                "Port": 3307,
                "MultiAZ": True,
                "StorageType": "gp3",
                "MaxAllocatedStorage": 400,
                "PubliclyAccessible": False,
                "AutoMinorVersionUpgrade": True,
                "CopyTagsToSnapshot": True,
                "EnableIAMDatabaseAuthentication": True,
                "EnableCloudwatchLogsExports": ["error", "slowquery"],
                "CACertificateIdentifier": "rds-ca-rsa2048-g1",
                "DeletionProtection": True,
            },
        )
        for _ in range(2):
            database.add_response("describe_db_instances", {"DBInstances": [new]}, asked)
        secrets.add_client_error("describe_secret", "ResourceNotFoundException")
        kept = {"DBInstanceIdentifier": "taskledger-1", "BackupRetentionPeriod": 35, "MonitoringInterval": 60}
        role = {"MonitoringRoleArn": USED["MonitoringRoleArn"], "ApplyImmediately": True, "MasterUserPassword": ANY}
        database.add_response("modify_db_instance", {}, kept | role)
        before = json.dumps({"username": "taskledger", "password": "old", "host": "now.rds", "engine": "mysql"})
        secrets.add_response("get_secret_value", {"SecretString": before}, {"SecretId": "arn:secret"})
        secrets.add_response("create_secret", {"ARN": NEW_SECRET}, {"Name": ANY, "SecretString": ANY})
        database.add_response("describe_db_instances", {"DBInstances": [new]}, asked)
        made = restore.database(rds, vault, MOMENT, "now", "arn:secret", "1", look_again=0)
        database.assert_no_pending_responses()
        secrets.assert_no_pending_responses()
    assert made == {
        "database": "taskledger-1",
        "database_resource": "db-NEW",
        "database_address": "new.rds:3307",
        "database_secret": NEW_SECRET,
    }


def test_nobody_writes_while_tables_are_made_and_scaling_starts_nobody(restore: ModuleType) -> None:
    ecs, scaling = client("ecs"), client("application-autoscaling")
    with Stubber(ecs) as services, Stubber(scaling) as targets:
        for suspended in (True, False):
            for name in restore.SERVICES:
                resource = f"service/taskledger/{name}"
                if suspended:
                    found = {
                        "ServiceNamespace": "ecs",
                        "ResourceId": resource,
                        "ScalableDimension": "ecs:service:DesiredCount",
                        "MinCapacity": 2,
                        "MaxCapacity": 10,
                        "RoleARN": "arn:aws:iam::123456789012:role/scaling",
                        "CreationTime": MOMENT,
                    }
                    targets.add_response("describe_scalable_targets", {"ScalableTargets": [found]})
                state = dict.fromkeys(
                    ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"), suspended
                )
                targets.add_response(
                    "register_scalable_target",
                    {},
                    {
                        "ServiceNamespace": "ecs",
                        "ResourceId": resource,
                        "ScalableDimension": "ecs:service:DesiredCount",
                        "SuspendedState": state,
                    },
                )
                count = 0 if suspended else 2
                services.add_response(
                    "update_service", {}, {"cluster": "taskledger", "service": name, "desiredCount": count}
                )
            if suspended:
                for running in (1, 0):
                    found = [{"serviceName": name, "runningCount": running} for name in restore.SERVICES]
                    services.add_response("describe_services", {"services": found})
        least = restore.stop(ecs, scaling, look_again=0)
        assert least == dict.fromkeys(restore.SERVICES, 2)
        restore.start(ecs, scaling, least)
        services.assert_no_pending_responses()
        targets.assert_no_pending_responses()


@pytest.mark.emulator
@pytest.mark.mysql
@pytest.mark.process
@pytest.mark.long
def test_a_board_that_lost_its_log_and_its_lists_is_back_from_its_backups_and_goes_on(restore: ModuleType) -> None:
    """From a backup to a verified board: its tables lost, its database lost, everything made anew elsewhere."""
    with TemporaryDirectory(prefix="taskledger-") as name, ExitStack() as stack:
        folder = Path(name)
        before = Stack(folder / "before")
        try:
            before.start()
            board = stack.enter_context(closing(AwsBoard(before)))
            ann, bob = board.register("Ann"), board.register("Bob")
            project = ann.post("/api/projects", name="Bakery", key="BAKE")
            ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
            lists = f"/api/projects/{project['id']}/tasks"
            for number in range(30):
                made = ann.post(lists, title=f"Bake {number}", assignees=[bob.id])
            eventually(lambda: len(ann.get(f"{lists}?limit=100")["items"]) == 30, within=60)

            dynamodb = client("dynamodb", before.emulator.endpoint)
            backups = [
                dynamodb.create_backup(TableName=table.name, BackupName="daily")["BackupDetails"]["BackupArn"]
                for table in (LOG, KEYS)
            ]
            ann.post(lists, title="After the backup")
            before.services.end()
            before.pipe.end()
            for table in (LOG, KEYS):
                dynamodb.delete_table(TableName=table.name)

            told = restore.tables(dynamodb, restore.Backups(*backups), {}, "rehearsed", look_again=0.1)
            names = {LOG.name: told["log_table"], KEYS.name: told["keys_table"]}
            after = Stack(folder / "after", emulator=before.emulator, tables=names)
            try:
                after.start()
                restored = stack.enter_context(closing(AwsBoard(after)))
                for command in ("rebuild", "verify"):
                    done = restored.command(command)
                    assert done.returncode == 0, done.stdout + done.stderr
                assert ", 0 differences" in done.stdout
                again = restored.log_in(bob)
                found = again.get(f"{lists}?limit=100")["items"]
                assert sorted(item["title"] for item in found) == sorted(f"Bake {number}" for number in range(30))
                again.patch(f"/api/tasks/{made['id']}", status="in_progress")
                eventually(lambda: again.get(f"{lists}?status=in_progress")["items"], within=60)
            finally:
                after.services.end()
                after.pipe.end()
                if isinstance(after.mysql, MysqlServer):
                    after.mysql.end()
        finally:
            before.stop()
