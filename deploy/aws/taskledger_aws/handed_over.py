"""What one stack makes and others use, by parameters of Systems Manager.

An export of CloudFormation that somebody uses cannot change, so what a restore or a replacement makes
anew must not be one. A parameter is read at each deployment.
"""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_ssm as ssm

from taskledger_aws.names import title

_PREFIX: Final = "/taskledger/made"

LOG_STREAM: Final = "log-stream"
PIPE: Final = "pipe"
DATABASE: Final = "database"
DATABASE_RESOURCE: Final = "database-resource"
DATABASE_ADDRESS: Final = "database-address"
DATABASE_SECRET: Final = "database-secret"  # noqa: S105 - where it is, not what it is


def hand_over(stack: Stack, name: str, value: str) -> None:
    """Write down what a stack made."""
    ssm.StringParameter(stack, f"Made{title(name)}", parameter_name=f"{_PREFIX}/{name}", string_value=value)


def handed_over(stack: Stack, name: str) -> str:
    """What another stack wrote down, as a token of this one."""
    return ssm.StringParameter.value_for_string_parameter(stack, f"{_PREFIX}/{name}")
