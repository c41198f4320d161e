"""What each container may do on AWS: the calls that its adapters make, on what is its own, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import aws_iam as iam

_READ_LOG: Final = ("dynamodb:GetItem", "dynamodb:Query")
"""`DynamodbEventStore`: streams, commands and, by the index, heads. Nothing is ever scanned."""

_WRITE_LOG: Final = ("dynamodb:PutItem", "dynamodb:UpdateItem")
"""A transaction of heads, events and a command. No event can be deleted; one that is changed raises an alarm."""

_KEYS: Final = (*_READ_LOG, *_WRITE_LOG, "dynamodb:DeleteItem")
"""`DynamodbKeyValueStore`."""

_CONSUME: Final = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
)
"""`SqsSubscription`."""

_COUNT: Final = ("sqs:GetQueueAttributes", "sqs:GetQueueUrl")
"""How many dead letters there are is a metric of the consumer."""

_SEND: Final = ("ses:SendEmail", "ses:SendRawEmail")
"""`SesMailer`: the API's version 2 asks for both where it is given a finished message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """The ARNs of what containers work on."""

    log: str
    keys: str
    """People, sessions, hashes of passwords, signing keys: auth-service's alone, and the operator's who adds people."""
    answers: str
    """What notify-service answered to whom."""
    queues: dict[str, str]
    """By the name of the container that consumes it."""
    dead: dict[str, str]
    """Their dead-letter queues."""
    sender: Sequence[str]
    """The identity that mails come from, and their configuration set."""
    database_secret: Callable[[], str]
    """The ARN of the secret of its first user, for whoever asks."""
    database_users: Callable[[str], str]
    """The ARN of a user of the database, by the container's name."""


def statements(container: str, at: Resources) -> list[iam.PolicyStatement]:
    """The policy of a container's role, by the container's name."""
    heads = f"{at.log}/index/heads"

    def connect() -> iam.PolicyStatement:
        return _allow(("rds-db:connect",), at.database_users(container))

    match container:
        case "auth-service":
            return [_allow((*_READ_LOG, *_WRITE_LOG), at.log), _allow(_KEYS, at.keys), *_mail(at)]
        case "task-service":
            return [_allow((*_READ_LOG, *_WRITE_LOG), at.log), connect()]
        case "log-projector":
            return [_allow(_READ_LOG, at.log), _allow(("dynamodb:Query",), heads), *_consume(container, at), connect()]
        case "notify-service":
            return [
                _allow(_READ_LOG, at.log),
                _allow(("dynamodb:Query",), heads),
                _allow(_KEYS, at.answers),
                *_consume(container, at),
                connect(),
                *_mail(at),
            ]
        case "operator":
            # Looks and mends, and adds people as auth-service does.
            return [
                _allow((*_READ_LOG, *_WRITE_LOG), at.log),
                _allow(("dynamodb:Query",), heads),
                _allow(_KEYS, at.keys),
                _allow(("secretsmanager:GetSecretValue",), at.database_secret()),
            ]
        case other:
            raise ValueError(f"nobody has said what {other} may do")


def _mail(at: Resources) -> list[iam.PolicyStatement]:
    return [_allow(_SEND, *at.sender), _allow(("ses:GetAccount",), "*")]


def _consume(container: str, at: Resources) -> list[iam.PolicyStatement]:
    return [_allow(_CONSUME, at.queues[container]), _allow(_COUNT, at.dead[container])]


def _allow(actions: Sequence[str], *resources: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=list(resources))
