"""From the log to the consumers: the Pipe, the bus, a rule and a queue for each, and where what fails is kept."""

from typing import Any, Final

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_pipes as pipes
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from taskledger_aws import handed_over as made
from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.given import Given
from taskledger_aws.handed_over import hand_over
from taskledger_aws.names import title
from taskledger_aws.profile import Profile
from taskledger_aws.stores import Stores
from taskledger_local.topology import BUS, QUEUES, RULES, Queue

FILTER: Final = '{"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "E#"}]}}}}'
"""New events and nothing else: heads, commands and sequences stay behind."""

DETAIL: Final = (
    '{"stream": <$.dynamodb.NewImage.pk.S>, "version": <$.dynamodb.NewImage.version.N>,'
    ' "envelope": <$.dynamodb.NewImage.envelope.S>}'
)
"""The detail of the bus entry; a Pipe puts quotes around text itself. The same as `taskledger_local.pipe` makes."""

RETRIES: Final = 50
OLDEST_SECONDS: Final = 3600


class EventsStack(Stack):
    """The bus with what fills it and what it fills."""

    def __init__(self, scope: Construct, construct_id: str, *, profile: Profile, given: Given, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.bus = events.EventBus(self, "Bus", event_bus_name=BUS)
        self.bus.archive(
            "Archive",
            description="Events for replays into new consumers of other teams; ours replay from the log",
            retention=Duration.days(profile.archive_days),
            event_pattern=events.EventPattern(account=[self.account]),
        )
        self.pipe_failures = self._dead("PipeFailures", "taskledger-pipe-dead", Duration.days(14))
        acknowledge(self.pipe_failures, {"AwsSolutions-SQS3": "It is the dead-letter queue of the pipe and the rules."})
        self.pipe = self._pipe(Stores(self, given).log_with_stream())
        hand_over(self, made.PIPE, self.pipe.ref)
        self.dead: dict[str, sqs.Queue] = {}
        self.queues = {queue.name: self._queue(queue) for queue in QUEUES}
        for rule in RULES:
            events.Rule(
                self,
                f"Rule{_id(rule.name)}",
                rule_name=rule.name,
                event_bus=self.bus,
                event_pattern=events.EventPattern(source=list(rule.sources)),
                targets=[
                    targets.SqsQueue(
                        self.queues[rule.queue.name],
                        dead_letter_queue=self.pipe_failures,
                        retry_attempts=185,
                        max_event_age=Duration.hours(24),
                    )
                ],
            )

    def _queue(self, described: Queue) -> sqs.Queue:
        name = _id(described.name)
        dead = self._dead(f"{name}Dead", described.dead, Duration.seconds(described.dead_retention))
        self.dead[described.name] = dead
        queue = sqs.Queue(
            self,
            name,
            queue_name=described.name,
            visibility_timeout=Duration.seconds(described.visibility),
            retention_period=Duration.seconds(described.retention),
            receive_message_wait_time=Duration.seconds(20),
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=described.max_receives),
        )
        CfnOutput(self, f"{name}Url", value=queue.queue_url)
        return queue

    def _dead(self, construct_id: str, name: str, retention: Duration) -> sqs.Queue:
        return sqs.Queue(
            self,
            construct_id,
            queue_name=name,
            retention_period=retention,
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
        )

    def _pipe(self, log: dynamodb.ITable) -> pipes.CfnPipe:
        stream = log.table_stream_arn
        if stream is None:
            raise ValueError("the log's table has no stream")
        role = iam.Role(
            self,
            "PipeRole",
            assumed_by=iam.ServicePrincipal(
                "pipes.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self.account}}
            ),
        )
        log.grant_stream_read(role)
        self.bus.grant_put_events_to(role)
        self.pipe_failures.grant_send_messages(role)
        acknowledge(
            role,
            {"AwsSolutions-IAM5[Resource::*]": "dynamodb:ListStreams knows no resource; the rest is the one stream."},
        )
        pipe = pipes.CfnPipe(
            self,
            "Pipe",
            # Without a name: another log is another pipe, and the name would still be taken by this one.
            description="The log's stream to the bus",
            role_arn=role.role_arn,
            source=stream,
            source_parameters=pipes.CfnPipe.PipeSourceParametersProperty(
                filter_criteria=pipes.CfnPipe.FilterCriteriaProperty(
                    filters=[pipes.CfnPipe.FilterProperty(pattern=FILTER)]
                ),
                dynamo_db_stream_parameters=pipes.CfnPipe.PipeSourceDynamoDBStreamParametersProperty(
                    # All that the stream still has: what is older, reconciliation finds in the log.
                    starting_position="TRIM_HORIZON",
                    batch_size=10,
                    maximum_retry_attempts=RETRIES,
                    maximum_record_age_in_seconds=OLDEST_SECONDS,
                    on_partial_batch_item_failure="AUTOMATIC_BISECT",
                    dead_letter_config=pipes.CfnPipe.DeadLetterConfigProperty(arn=self.pipe_failures.queue_arn),
                ),
            ),
            target=self.bus.event_bus_arn,
            target_parameters=pipes.CfnPipe.PipeTargetParametersProperty(
                input_template=DETAIL,
                event_bridge_event_bus_parameters=pipes.CfnPipe.PipeTargetEventBridgeEventBusParametersProperty(
                    source="$.dynamodb.NewImage.source.S", detail_type="$.dynamodb.NewImage.type.S"
                ),
            ),
        )
        # The pipe is tried out when it is made: it must be allowed to read by then.
        pipe.node.add_dependency(role.node.find_child("DefaultPolicy"))
        return pipe


def _id(name: str) -> str:
    return title(name.removeprefix("taskledger-"))
