"""Which tables and which database a deployment works on: those of its own stacks, or those that a restore made."""

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb

from taskledger_aws import handed_over as made
from taskledger_aws.given import Given
from taskledger_aws.handed_over import handed_over
from taskledger_local.topology import ANSWERS, KEYS, LOG


@dataclass(frozen=True, slots=True)
class Stores:
    """Where data are, for a stack that uses them: what the context says after a restore, else what the makers did."""

    stack: Stack
    given: Given

    @property
    def log(self) -> str:
        """The name of the log's table."""
        return self.given.log_table or LOG.name

    @property
    def keys(self) -> str:
        """The name of the table of people and keys."""
        return self.given.keys_table or KEYS.name

    @property
    def answers(self) -> str:
        """The name of the table with the answers of notify-service, which no restore brings back: they last a day."""
        return ANSWERS.name

    @property
    def database(self) -> str:
        """The identifier of the MySQL server."""
        return self.given.database or handed_over(self.stack, made.DATABASE)

    @property
    def database_resource(self) -> str:
        """What it is called where IAM allows to connect."""
        return self.given.database_resource or handed_over(self.stack, made.DATABASE_RESOURCE)

    @property
    def database_address(self) -> str:
        """Its host and port."""
        return self.given.database_address or handed_over(self.stack, made.DATABASE_ADDRESS)

    @property
    def database_secret(self) -> str:
        """The ARN of the secret of its first user."""
        return self.given.database_secret or handed_over(self.stack, made.DATABASE_SECRET)

    def arn(self, table: str) -> str:
        """The ARN of a table by its name."""
        return self.stack.format_arn(service="dynamodb", resource="table", resource_name=table)

    def log_with_stream(self) -> dynamodb.ITable:
        """The log's table, for what is made to read its stream."""
        stream = self.given.log_stream or handed_over(self.stack, made.LOG_STREAM)
        return dynamodb.Table.from_table_attributes(
            self.stack, "Log", table_arn=self.arn(self.log), table_stream_arn=stream
        )
