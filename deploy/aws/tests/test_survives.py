"""Data outlive what happens to them: backups, copies elsewhere, and a deployment on what a restore made."""

import json

from conftest import GIVEN, Template
from templates import of_type, only, text

from taskledger_local.topology import KEYS, LOG

Templates = dict[str, Template]


def test_tables_and_database_are_backed_up_every_day(templates: Templates) -> None:
    backups = templates["TaskledgerBackup"]
    plan = only(backups, "AWS::Backup::BackupPlan")["BackupPlan"]
    (rule,) = plan["BackupPlanRule"]
    assert rule["ScheduleExpression"] == "cron(0 2 * * ? *)"
    assert rule["Lifecycle"]["DeleteAfterDays"] >= 7
    (chosen,) = [each["BackupSelection"] for each in of_type(backups, "AWS::Backup::BackupSelection").values()]
    stores = [text(arn).rpartition(":")[2] for arn in chosen["Resources"]]
    assert len(stores) == 3
    assert stores[0].startswith(f"table/{LOG.name}")
    assert stores[1].startswith(f"table/{KEYS.name}")


def test_backups_are_copied_to_another_region(templates: Templates, profile: str) -> None:
    (rule,) = only(templates["TaskledgerBackup"], "AWS::Backup::BackupPlan")["BackupPlan"]["BackupPlanRule"]
    copied = [text(action["DestinationBackupVaultArn"]) for action in rule.get("CopyActions", [])]
    if profile == "production":
        (arn,) = copied
        assert ":backup:eu-west-1:" in arn
        assert arn.endswith(f":{only(templates['TaskledgerCopies'], 'AWS::Backup::BackupVault')['BackupVaultName']}")
    else:
        assert copied == []  # a small board says where itself


def test_keys_allow_copies(templates: Templates) -> None:
    """What AWS's own keys encrypt cannot go to another account."""
    (database,) = of_type(templates["TaskledgerData"], "AWS::RDS::DBInstance").values()
    assert "Key" in text(database["KmsKeyId"])
    for stack in {"TaskledgerBackup", "TaskledgerCopies"} & set(templates):
        assert "Key" in text(only(templates[stack], "AWS::Backup::BackupVault")["EncryptionKeyArn"])


def test_a_deployment_works_on_what_a_restore_made(templates: Templates, profile: str) -> None:
    if profile != "production":  # which has had one
        return
    given = GIVEN["production"]
    (pipe,) = of_type(templates["TaskledgerEvents"], "AWS::Pipes::Pipe").values()
    assert pipe["Source"] == given["log_stream"]
    (watching,) = of_type(templates["TaskledgerWatch"], "AWS::Pipes::Pipe").values()
    assert watching["Source"] == given["log_stream"]
    for stack in ("TaskledgerCompute", "TaskledgerOperator"):
        for task in of_type(templates[stack], "AWS::ECS::TaskDefinition").values():
            (container,) = task["ContainerDefinitions"]
            variables = {each["Name"]: text(each["Value"]) for each in container["Environment"]}
            assert variables["EVENT_STORE_URL"] == f"dynamodb://{given['log_table']}"
            for name in {"READ_MODEL_URL", "NOTIFY_DB_URL"} & set(variables):
                assert given["database_address"] in variables[name]
    used = json.dumps([templates[stack] for stack in ("TaskledgerCompute", "TaskledgerOperator", "TaskledgerEvents")])
    for old in ("/taskledger/made/log-stream", "/taskledger/made/database-address", f'table/{LOG.name}"'):
        assert old not in used
