"""The MySQL server, with the read model and the inbox."""

from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from constructs import Construct

from taskledger_aws import handed_over as made
from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.handed_over import hand_over
from taskledger_aws.profile import Profile

_MYSQL = rds.MysqlEngineVersion.of("8.4.7", "8.4")


class DataStack(Stack):
    """A MySQL server that only the services reach."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        profile: Profile,
        vpc: ec2.IVpc,
        services: ec2.ISecurityGroup,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=profile.protect, **kwargs)
        database = self._database(profile, vpc, services)
        if database.secret is None or database.instance_resource_id is None:
            raise ValueError("the database has no secret, or no name for IAM")
        hand_over(self, made.DATABASE, database.instance_identifier)
        hand_over(self, made.DATABASE_RESOURCE, database.instance_resource_id)
        hand_over(self, made.DATABASE_ADDRESS, database.instance_endpoint.socket_address)
        hand_over(self, made.DATABASE_SECRET, database.secret.secret_full_arn or database.secret.secret_arn)

    def _database(self, profile: Profile, vpc: ec2.IVpc, services: ec2.ISecurityGroup) -> rds.DatabaseInstance:
        # Of our own: a snapshot under AWS's key can be copied to no other account.
        key = kms.Key(
            self,
            "Key",
            description="The database and its snapshots",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        engine = rds.DatabaseInstanceEngine.mysql(version=_MYSQL)
        database = rds.DatabaseInstance(
            self,
            "Database",
            engine=engine,
            instance_type=ec2.InstanceType(profile.database_class),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            credentials=rds.Credentials.from_generated_secret("taskledger"),
            database_name="taskledger_read",
            port=3307,  # another than the usual one, for whoever only knocks there
            multi_az=profile.database_multi_az,
            allocated_storage=profile.database_storage,
            max_allocated_storage=4 * profile.database_storage,
            storage_type=rds.StorageType.GP3,
            storage_encryption_key=key,
            iam_authentication=True,
            backup_retention=Duration.days(profile.backup_days),
            copy_tags_to_snapshot=True,
            deletion_protection=profile.protect,
            removal_policy=RemovalPolicy.SNAPSHOT,
            auto_minor_version_upgrade=True,
            cloudwatch_logs_exports=["error", "slowquery"],
            monitoring_interval=Duration.seconds(60),
            ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,
            parameters={
                # What a commit answered is on disk, as promised; text is never silently cut.
                "innodb_flush_log_at_trx_commit": "1",
                "sync_binlog": "1",
                "require_secure_transport": "1",
                "sql_mode": "TRADITIONAL",
                "slow_query_log": "1",
                "long_query_time": "1",
            },
        )
        database.add_rotation_single_user(
            automatically_after=Duration.days(30),
            # Its function calls Secrets Manager, which the database's own subnets do not reach.
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        )
        database.connections.allow_default_port_from(services, "the services")
        acknowledge(
            database,
            {
                "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                "AmazonRDSEnhancedMonitoringRole]": "Enhanced monitoring takes this policy of AWS and no narrower one.",
            },
        )
        if not profile.protect:
            acknowledge(database, {"AwsSolutions-RDS10": "Before the first release that passed, nothing is in it."})
        if not profile.database_multi_az:
            acknowledge(
                database, {"AwsSolutions-RDS3": "The profile is a cheap one: what is here comes back by a rebuild."}
            )
        return database
