"""Somebody who goes a person's way through the board every five minutes, from outside, by its public address."""

from pathlib import Path
from typing import Final

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as functions
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.application_metrics import NAMESPACE
from taskledger_aws.log_groups import log_group
from taskledger_aws.profile import Profile

EVERY: Final = Duration.minutes(5)
FAILED, SECONDS = "canary_failed", "canary_seconds"

_CODE: Final = Path(__file__).with_name("functions") / "canary.py"


class Canary(Construct):
    """A function outside the network: it comes in by CloudFront, as people do."""

    def __init__(self, scope: Construct, construct_id: str, *, profile: Profile, url: str) -> None:
        super().__init__(scope, construct_id)
        secret = secrets.Secret(
            self,
            "Account",
            description="The account of the canary on the board",
            generate_secret_string=secrets.SecretStringGenerator(
                secret_string_template='{"email": "canary@taskledger.invalid"}',  # noqa: S106 - no password
                generate_string_key="password",
                password_length=40,
                exclude_punctuation=True,
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge(secret, {"AwsSolutions-SMG4": "An account that sees one project of its own."})
        lines = log_group(self, "Log", "/taskledger/canary", profile.log_days)
        role = iam.Role(
            self,
            "Role",
            description="What the canary does on AWS",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        lines.grant_write(role)
        secret.grant_read(role)
        function = functions.Function(
            self,
            "Function",
            runtime=functions.Runtime.PYTHON_3_14,
            architecture=functions.Architecture.ARM_64,
            handler="index.handler",
            code=functions.Code.from_inline(_short(_CODE.read_text())),
            timeout=Duration.seconds(60),
            memory_size=128,
            reserved_concurrent_executions=1,
            log_group=lines,
            role=role.without_policy_updates(),
            environment={"URL": url, "SECRET": secret.secret_arn, "NAMESPACE": NAMESPACE},
        )
        rule = events.CfnRule(
            self,
            "Every",
            name="taskledger-canary",
            description="A person's way through the board",
            schedule_expression=f"rate({EVERY.to_minutes():g} minutes)",
            targets=[events.CfnRule.TargetProperty(id="canary", arn=function.function_arn)],
        )
        functions.CfnPermission(
            self,
            "MayCall",
            action="lambda:InvokeFunction",
            function_name=function.function_arn,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
            source_account=Stack.of(self).account,
        )


def _short(code: str) -> str:
    """Without docstrings and comments: what stands in a template has at most 4,096 characters."""
    import ast

    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
