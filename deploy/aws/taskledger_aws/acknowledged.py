"""Findings of cdk-nag that stay as they are, each with its reason."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Acknowledgment, Validations
from constructs import Construct

_PACK: Final = "AwsSolutions::"


def acknowledge(construct: Construct, findings: Mapping[str, str]) -> None:
    """Let findings of a construct and its children stand: the rule's id and why."""
    Validations.of(construct).acknowledge(
        *(Acknowledgment(id=f"{_PACK}{rule}", reason=reason) for rule, reason in findings.items())
    )
