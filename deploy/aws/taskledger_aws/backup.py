"""Backups beside those of each store: once a day, kept apart, and copied to another region."""

from typing import Any, Final

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.given import Given
from taskledger_aws.profile import Profile
from taskledger_aws.stores import Stores

VAULT: Final = "taskledger"
COPIES: Final = "taskledger-copies"
"""The vault in the other region."""

HOURS_TO_BEGIN, HOURS_TO_END = 2, 8
KEPT_DAYS: Final = 7
"""Each is whole, and costs so; for any second of the last 35 days there is point-in-time recovery."""


class CopiesStack(Stack):
    """A vault in another region, with a key of that region."""

    def __init__(self, scope: Construct, construct_id: str, *, profile: Profile, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, termination_protection=profile.protect, **kwargs)
        vault(self, COPIES)


class BackupStack(Stack):
    """What is backed up, when, for how long, and where to it is copied.

    Each store goes back to any second of the last weeks by itself; these outlive the store and, copied, the region.
    """

    def __init__(self, scope: Construct, construct_id: str, *, profile: Profile, given: Given, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, termination_protection=profile.protect, **kwargs)
        stores = Stores(self, given)
        own = vault(self, VAULT)
        copies = []
        if given.backup_region is not None:
            arn = self.format_arn(
                service="backup",
                region=given.backup_region,
                resource="backup-vault",
                resource_name=COPIES,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
            copies.append(self._copy("Copies", arn))
        if given.backup_vault is not None:
            copies.append(self._copy("Elsewhere", given.backup_vault))
        plan = backup.BackupPlan(self, "Plan", backup_plan_name="taskledger", backup_vault=own)
        plan.add_rule(
            backup.BackupPlanRule(
                rule_name="daily",
                schedule_expression=events.Schedule.cron(hour="2", minute="0"),
                start_window=Duration.hours(HOURS_TO_BEGIN),
                completion_window=Duration.hours(HOURS_TO_END),
                delete_after=Duration.days(KEPT_DAYS),
                copy_actions=copies,
            )
        )
        role = iam.Role(
            self,
            "Role",
            description="Backs up the tables and the database",
            assumed_by=iam.ServicePrincipal(
                "backup.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self.account}}
            ),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AWSBackupServiceRolePolicyForBackup")
            ],
        )
        acknowledge(
            role,
            {
                "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                "AWSBackupServiceRolePolicyForBackup]": "AWS Backup takes this policy of AWS: what it calls changes.",
            },
        )
        plan.add_selection(
            "Stores",
            backup_selection_name="stores",
            role=role,
            resources=[
                *(backup.BackupResource.from_arn(stores.arn(table)) for table in (stores.log, stores.keys)),
                backup.BackupResource.from_arn(
                    self.format_arn(
                        service="rds",
                        resource="db",
                        resource_name=stores.database,
                        arn_format=ArnFormat.COLON_RESOURCE_NAME,
                    )
                ),
            ],
        )

    def _copy(self, construct_id: str, arn: str) -> backup.BackupPlanCopyActionProps:
        return backup.BackupPlanCopyActionProps(
            destination_backup_vault=backup.BackupVault.from_backup_vault_arn(self, construct_id, arn),
            delete_after=Duration.days(KEPT_DAYS),
        )


def vault(scope: Construct, name: str) -> backup.BackupVault:
    """A vault with a key of its own: what AWS's own keys encrypt cannot be copied everywhere."""
    key = kms.Key(
        scope,
        "Key",
        description=f"Backups in the vault {name}",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )
    return backup.BackupVault(
        scope,
        "Vault",
        backup_vault_name=name,
        encryption_key=key,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )
