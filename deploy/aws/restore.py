"""A board as it was. Long because each step knows whether the one before it is done, and is read in its order.

`restore.py 2026-11-23T04:00:00Z`, or `restore.py LOG_BACKUP KEYS_BACKUP` with ARNs of backups.

Stops what writes; makes the tables anew as they were at that moment (UTC), and the database, unless `--keep-database`
says to leave it; tells the account of them; deploys the release that passed last; fills the read model anew and
verifies it. Nothing of what was is deleted. A step that is done is not done again: the same command goes on.
"""

import argparse
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import boto3

import context
import operate
import release

LOG, KEYS = "taskledger-log", "taskledger-keys"
SERVICES: Final = ("task-service", "auth-service", "notify-service", "log-projector")
CLUSTER: Final = "taskledger"

_LOOK_AGAIN_SECONDS: Final = 10.0


class NotRestored(Exception):
    """Something is not as it has to be; what was there before is as it was."""


@dataclass(frozen=True, slots=True)
class At:
    """A moment of the last 35 days, to the second."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class Backups:
    """Backups of both tables, such as copies in another region: their ARNs."""

    log: str
    keys: str


Source: TypeAlias = At | Backups


# --- tables ---


def tables(
    dynamodb: Any, source: Source, names: Mapping[str, str], suffix: str, *, look_again: float = _LOOK_AGAIN_SECONDS
) -> dict[str, str]:
    """Make both tables anew from what `names` says is used now; what the account is to be told of them.

    `names` has the log's table as `log_table` and that of people and keys as `keys_table`. A restored table has no
    stream, no expiry, no recovery and no protection: they are given to it.
    """
    made = {}
    for name, ordinary in (("log_table", LOG), ("keys_table", KEYS)):
        target = made[name] = f"{ordinary}-{suffix}"
        if _described(dynamodb, target) is None:
            match source:
                case At(moment):
                    dynamodb.restore_table_to_point_in_time(
                        SourceTableName=names.get(name, ordinary), TargetTableName=target, RestoreDateTime=moment
                    )
                case Backups(log, keys):
                    arn = log if name == "log_table" else keys
                    dynamodb.restore_table_from_backup(BackupArn=arn, TargetTableName=target)
    for target in made.values():
        _until(lambda target=target: _status(dynamodb, target) == "ACTIVE", look_again)
        dynamodb.update_continuous_backups(
            TableName=target, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        dynamodb.update_table(TableName=target, DeletionProtectionEnabled=True)
        _until(lambda target=target: _status(dynamodb, target) == "ACTIVE", look_again)
    log = _described(dynamodb, made["log_table"]) or {}
    if not log.get("StreamSpecification", {}).get("StreamEnabled"):
        dynamodb.update_table(
            TableName=made["log_table"],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        _until(lambda: _status(dynamodb, made["log_table"]) == "ACTIVE", look_again)
    expiry = dynamodb.describe_time_to_live(TableName=made["keys_table"])["TimeToLiveDescription"]
    if expiry.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
        dynamodb.update_time_to_live(
            TableName=made["keys_table"], TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
        )
    described = _described(dynamodb, made["log_table"]) or {}
    if "LatestStreamArn" not in described:
        raise NotRestored(f"{made['log_table']} has no stream")
    return made | {"log_stream": described["LatestStreamArn"]}


def _described(dynamodb: Any, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = dynamodb.describe_table(TableName=name)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return None
    return found


def _status(dynamodb: Any, name: str) -> str | None:
    found = _described(dynamodb, name)
    return None if found is None else str(found["TableStatus"])


# --- the database ---


def database(
    rds: Any,
    vault: Any,
    moment: datetime,
    now: str,
    secret: str,
    suffix: str,
    *,
    look_again: float = _LOOK_AGAIN_SECONDS,
) -> dict[str, str]:
    """Make the database anew as it was; what the account is to be told of it.

    `now` is the identifier of the one that is used, `secret` the ARN of its first user's secret. What a restore leaves
    to defaults (network, groups, parameters, zones, logs, monitoring, protection) is that of the one that is used; the
    first user has a new password, in a secret of its own.
    """
    target = f"taskledger-{suffix}"
    (used,) = rds.describe_db_instances(DBInstanceIdentifier=now)["DBInstances"]
    if _instance(rds, target) is None:
        rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier=now,
            TargetDBInstanceIdentifier=target,
            RestoreTime=moment,
            DBInstanceClass=used["DBInstanceClass"],
            DBSubnetGroupName=used["DBSubnetGroup"]["DBSubnetGroupName"],
            VpcSecurityGroupIds=[group["VpcSecurityGroupId"] for group in used["VpcSecurityGroups"]],
            DBParameterGroupName=used["DBParameterGroups"][0]["DBParameterGroupName"],
            Port=used["Endpoint"]["Port"],
            MultiAZ=used["MultiAZ"],
            StorageType=used["StorageType"],
            MaxAllocatedStorage=used["MaxAllocatedStorage"],
            PubliclyAccessible=False,
            AutoMinorVersionUpgrade=used["AutoMinorVersionUpgrade"],
            CopyTagsToSnapshot=used["CopyTagsToSnapshot"],
            EnableIAMDatabaseAuthentication=used["IAMDatabaseAuthenticationEnabled"],
            EnableCloudwatchLogsExports=used["EnabledCloudwatchLogsExports"],
            CACertificateIdentifier=used["CACertificateIdentifier"],
            DeletionProtection=True,
        )
    _until(lambda: (_instance(rds, target) or {}).get("DBInstanceStatus") == "available", look_again)
    made = _instance(rds, target) or {}
    address = f"{made['Endpoint']['Address']}:{made['Endpoint']['Port']}"
    own = _secret(rds, vault, secret, target, made, used)
    _until(lambda: (_instance(rds, target) or {}).get("DBInstanceStatus") == "available", look_again)
    return {
        "database": target,
        "database_resource": made["DbiResourceId"],
        "database_address": address,
        "database_secret": own,
    }


def _secret(rds: Any, vault: Any, of: str, target: str, made: Mapping[str, Any], used: Mapping[str, Any]) -> str:
    """The ARN of the restored database's secret, with a password that is set on it."""
    name = f"{target}-first-user"
    try:
        return str(vault.describe_secret(SecretId=name)["ARN"])
    except vault.exceptions.ResourceNotFoundException:
        pass
    password = secrets.token_urlsafe(24)
    rds.modify_db_instance(
        DBInstanceIdentifier=target,
        MasterUserPassword=password,
        BackupRetentionPeriod=used["BackupRetentionPeriod"],
        MonitoringInterval=used["MonitoringInterval"],
        MonitoringRoleArn=used["MonitoringRoleArn"],
        ApplyImmediately=True,
    )
    written = json.loads(vault.get_secret_value(SecretId=of)["SecretString"]) | {
        "password": password,
        "host": made["Endpoint"]["Address"],
        "port": made["Endpoint"]["Port"],
        "dbInstanceIdentifier": target,
    }
    return str(vault.create_secret(Name=name, SecretString=json.dumps(written))["ARN"])


def _instance(rds: Any, name: str) -> dict[str, Any] | None:
    try:
        (found,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    except rds.exceptions.DBInstanceNotFoundFault:
        return None
    return dict(found)


# --- who writes ---


def stop(ecs: Any, scaling: Any, *, look_again: float = _LOOK_AGAIN_SECONDS) -> dict[str, int]:
    """Have no task of a service run, and scaling not start one; how many of each it kept at least."""
    least = {}
    for service in SERVICES:
        resource = f"service/{CLUSTER}/{service}"
        (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource])["ScalableTargets"]
        least[service] = target["MinCapacity"]
        _scale(scaling, resource, suspended=True)
        ecs.update_service(cluster=CLUSTER, service=service, desiredCount=0)
    _until(
        lambda: all(
            each["runningCount"] == 0
            for each in ecs.describe_services(cluster=CLUSTER, services=list(SERVICES))["services"]
        ),
        look_again,
    )
    return least


def start(ecs: Any, scaling: Any, least: Mapping[str, int]) -> None:
    """Have services run again, as many tasks as they had at least, and scaling follow them."""
    for service, count in least.items():
        ecs.update_service(cluster=CLUSTER, service=service, desiredCount=count)
        _scale(scaling, f"service/{CLUSTER}/{service}", suspended=False)


def _scale(scaling: Any, resource: str, *, suspended: bool) -> None:
    scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=resource,
        ScalableDimension="ecs:service:DesiredCount",
        SuspendedState={
            "DynamicScalingInSuspended": suspended,
            "DynamicScalingOutSuspended": suspended,
            "ScheduledScalingSuspended": suspended,
        },
    )


def _until(so: Callable[[], bool], look_again: float) -> None:
    while not so():
        time.sleep(look_again)


def _checked(command: Sequence[str]) -> None:
    task, status = operate.run(boto3.client("ecs"), command)
    for line in operate.printed(boto3.client("logs"), task):
        print(line)
    if status:
        raise NotRestored(f"taskledger {' '.join(command)} ended with {status}")


def restore(source: Source, suffix: str, *, keep_database: bool) -> str:
    """All of it; the address of the board. Raises NotRestored."""
    ssm, ecs, scaling = (boto3.client(name) for name in ("ssm", "ecs", "application-autoscaling"))
    told = context.kept(ssm)
    least = stop(ecs, scaling)
    print(f"Stopped: {', '.join(least)}")
    made = tables(boto3.client("dynamodb"), source, told, suffix)
    print(f"Made {made['log_table']} and {made['keys_table']}")
    if isinstance(source, At) and not keep_database:
        now, secret = (
            told.get(name) or ssm.get_parameter(Name=f"/taskledger/made/{parameter}")["Parameter"]["Value"]
            for name, parameter in (("database", "database"), ("database_secret", "database-secret"))
        )
        made |= database(boto3.client("rds"), boto3.client("secretsmanager"), source.moment, now, secret, suffix)
        print(f"Made the database {made['database']}")
    context.keep(ssm, told | made)
    passed = release.remembered(ssm)
    with release.checkout(passed.revision) as at:
        url = release.deploy(passed, at)
    start(ecs, scaling, least)
    for command in (["rebuild"], ["verify"]):
        _checked(command)
    release.remember(ssm, release.Release(passed.revision, passed.images, context.kept(ssm)))
    return url


def main(arguments: list[str]) -> int:
    """Exit status 1: something is not as it has to be; 2: a mistake in what was asked."""
    parser = argparse.ArgumentParser(prog="restore.py", description=__doc__)
    parser.add_argument("source", nargs="+", help="a moment, or the ARNs of backups of the log and of the keys")
    parser.add_argument("--keep-database", action="store_true", help="leave the database as it is")
    parser.add_argument("--suffix", help="what names of what is made end with; by default the moment")
    given = parser.parse_args(arguments)
    match given.source:
        case [moment]:
            at = datetime.fromisoformat(moment)
            if at.tzinfo is None:
                parser.error("a moment says its zone: 2026-11-23T04:00:00Z")
            source: Source = At(at.astimezone(UTC))
            suffix = given.suffix or f"{at.astimezone(UTC):%Y%m%d-%H%M%S}"
        case [log, keys]:
            source = Backups(log, keys)
            suffix = given.suffix or f"{datetime.now(UTC):%Y%m%d}"
        case _:
            parser.error("one moment, or two backups")
    try:
        print(f"The board is back at {restore(source, suffix, keep_database=given.keep_database)}")
    except (
        NotRestored,
        operate.NotRun,
        release.NotPrepared,
        release.NothingToRollBackTo,
        subprocess.CalledProcessError,
    ) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
