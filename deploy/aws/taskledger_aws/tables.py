"""The tables of DynamoDB: the log, what auth-service knows of people, what notify-service answered."""

from typing import Any

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from taskledger_aws import handed_over as made
from taskledger_aws.handed_over import hand_over
from taskledger_aws.profile import Profile
from taskledger_local.topology import LOG, TABLES, Table


class TablesStack(Stack):
    """The tables that `topology` describes, and nothing that takes long or may fail beside them.

    A table stays when its stack goes, but not where its creation failed: its name would be in the next one's way.
    """

    def __init__(self, scope: Construct, construct_id: str, *, profile: Profile, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, termination_protection=profile.protect, **kwargs)
        tables = {described.name: self._table(described, profile) for described in TABLES}
        stream = tables[LOG.name].table_stream_arn
        if stream is None:
            raise ValueError("the log's table has no stream")
        hand_over(self, made.LOG_STREAM, stream)

    def _table(self, described: Table, profile: Profile) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            described.name.removeprefix("taskledger-").title(),
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
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
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
