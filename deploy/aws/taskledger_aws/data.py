"""Where data are: the log, keys and values, the read model and the inbox."""

from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.profile import Profile
from taskledger_local.topology import KEYS, LOG, Table

_MYSQL = rds.MysqlEngineVersion.of("8.4.7", "8.4")


class DataStack(Stack):
    """Two DynamoDB tables as `topology` describes them, and a MySQL server that only the services reach."""

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
        self.log = self._table("Log", LOG, profile)
        self.keys = self._table("Keys", KEYS, profile)
        self.database = self._database(profile, vpc, services)

    def _table(self, construct_id: str, described: Table, profile: Profile) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            construct_id,
            table_name=described.name,
            partition_key=dynamodb.Attribute(name=described.partition, type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name=described.sort, type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            stream=dynamodb.StreamViewType.NEW_IMAGE if described.stream else None,
            time_to_live_attribute=described.expiry,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=profile.protect,
            removal_policy=RemovalPolicy.RETAIN,
        )
        if described.index is not None:
            table.add_global_secondary_index(
                index_name=described.index.name,
                partition_key=dynamodb.Attribute(name=described.index.partition, type=dynamodb.AttributeType.NUMBER),
                sort_key=dynamodb.Attribute(name=described.index.sort, type=dynamodb.AttributeType.NUMBER),
                projection_type=dynamodb.ProjectionType.INCLUDE,
                non_key_attributes=list(described.index.include),
            )
        return table

    def _database(self, profile: Profile, vpc: ec2.IVpc, services: ec2.ISecurityGroup) -> rds.DatabaseInstance:
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
            storage_encrypted=True,
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
        if not profile.database_multi_az:
            acknowledge(
                database, {"AwsSolutions-RDS3": "The profile is a cheap one: what is here comes back by a rebuild."}
            )
        return database
