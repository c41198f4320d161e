"""The variables of each container: those that its settings read, and no others. `tests/aws` compares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from taskledger_aws.collector import ENDPOINT, SAMPLED
from taskledger_aws.containers import AUTH, PORT, TASK
from taskledger_aws.stores import Stores

AUTHORITIES: Final = "/etc/taskledger/rds-authorities.pem"
"""In the images: who vouches for RDS."""

METRICS_EVERY: Final = 60
"""Seconds between the lines that CloudWatch takes the services' own metrics from."""


READ: Final = ("READ_MODEL_URL", "taskledger_read")
INBOX: Final = ("NOTIFY_DB_URL", "taskledger_notify")

USERS: Final[Mapping[str, str]] = {
    "task-service": "task_service",
    "log-projector": "log_projector",
    "notify-service": "notify_service",
}
"""Whom each service is in the database; `taskledger grant` makes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where things are that only the other stacks know."""

    region: str
    public_url: str
    stores: Stores
    registration: str
    sender: str
    configuration_set: str


def variables(container: str, at: Places) -> Mapping[str, str]:
    """The variables of a container, by its name."""
    common = {"AWS_REGION": at.region, "EVENT_STORE_URL": f"dynamodb://{at.stores.log}", "LOG_LEVEL": "INFO"}
    keys = {"KEY_VALUE_URL": f"dynamodb://{at.stores.keys}"}
    answers = {"KEY_VALUE_URL": f"dynamodb://{at.stores.answers}"}
    outside = {"PUBLIC_URL": at.public_url, "REGISTRATION": at.registration}
    auth = {"AUTH_URL": f"http://{AUTH.name}:{PORT}"}
    task = {"TASK_URL": f"http://{TASK.name}:{PORT}"}
    queue = {"SUBSCRIPTION_URL": "sqs://taskledger"}
    mailer = {"MAILER_URL": f"ses://?from={at.sender}&configuration_set={at.configuration_set}"}
    measured = {
        "METRICS_LOG_SECONDS": str(METRICS_EVERY),
        "OTEL_EXPORTER_OTLP_ENDPOINT": ENDPOINT,
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": str(SAMPLED),
    }

    def database(variable: str, name: str) -> Mapping[str, str]:
        return {variable: _database(name, USERS.get(container, ""), at)}

    match container:
        case "auth-service":
            # CloudFront and the balancer each add whom they heard it from.
            return common | keys | outside | task | mailer | measured | {"TRUSTED_PROXIES": "2"}
        case "task-service":
            return common | database(*READ) | auth | {"PUBLIC_URL": at.public_url} | measured
        case "log-projector":
            return common | database(*READ) | queue | measured
        case "notify-service":
            return common | answers | database(*INBOX) | auth | outside | queue | mailer | measured
        case "operator":
            return common | keys | database(*READ) | database(*INBOX)
        case other:
            raise ValueError(f"nobody has said what {other} reads")


def _database(name: str, user: str, at: Places) -> str:
    """A service's own user by a token of IAM; without one the first user, who makes the others."""
    if user:
        return f"mysql://{user}@{at.stores.database_address}/{name}?iam=1&ssl={AUTHORITIES}"
    first = f"mysql://{at.stores.database_address}/{name}?secret={at.stores.database_secret}&ssl={AUTHORITIES}"
    return f"{first}&create=1"
