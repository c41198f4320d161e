"""Whether anybody changed or removed an event of the log, which nothing of ours ever does."""

from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_pipes as pipes
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge

FILTER: Final = '{"eventName": ["MODIFY", "REMOVE"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "E#"}]}}}}'
"""The other half of `taskledger_aws.events.FILTER`."""


class EventChanges(Construct):
    """A second pipe from the log's stream, to a queue that nobody reads but an alarm. It keeps what it found."""

    def __init__(self, scope: Construct, construct_id: str, *, log: dynamodb.ITable) -> None:
        super().__init__(scope, construct_id)
        stream = log.table_stream_arn
        if stream is None:
            raise ValueError("the log's table has no stream")
        self.queue = sqs.Queue(
            self,
            "Found",
            queue_name="taskledger-changed-events",
            retention_period=Duration.days(14),
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
        )
        acknowledge(self.queue, {"AwsSolutions-SQS3": "Nobody takes messages off it but a person."})
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "pipes.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
            ),
        )
        log.grant_stream_read(role)
        self.queue.grant_send_messages(role)
        acknowledge(
            role,
            {"AwsSolutions-IAM5[Resource::*]": "dynamodb:ListStreams knows no resource; the rest is the one stream."},
        )
        pipe = pipes.CfnPipe(
            self,
            "Pipe",
            description="Events of the log that were changed or removed",
            role_arn=role.role_arn,
            source=stream,
            source_parameters=pipes.CfnPipe.PipeSourceParametersProperty(
                filter_criteria=pipes.CfnPipe.FilterCriteriaProperty(
                    filters=[pipes.CfnPipe.FilterProperty(pattern=FILTER)]
                ),
                dynamo_db_stream_parameters=pipes.CfnPipe.PipeSourceDynamoDBStreamParametersProperty(
                    starting_position="TRIM_HORIZON", batch_size=1, on_partial_batch_item_failure="AUTOMATIC_BISECT"
                ),
            ),
            target=self.queue.queue_arn,
        )
        pipe.node.add_dependency(role.node.find_child("DefaultPolicy"))
