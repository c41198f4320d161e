"""The cluster that containers run on, and the secret that they share."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.collector import Collector
from taskledger_aws.machines import Machines
from taskledger_aws.network import NetworkStack
from taskledger_aws.profile import Profile


class ClusterStack(Stack):
    """It is there before the services: the operator's tasks run on it before a release replaces them."""

    def __init__(
        self, scope: Construct, construct_id: str, *, profile: Profile, network: NetworkStack, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.machines = Machines(self, "Machines", profile=profile, network=network)
        self.secret = secrets.Secret(
            self,
            "ServiceSecret",
            description="By which services know each other",
            generate_secret_string=secrets.SecretStringGenerator(password_length=64, exclude_punctuation=True),
        )
        acknowledge(
            self.secret,
            {"AwsSolutions-SMG4": "Both sides have to change at once: docs/operate/rotate-keys.md says how."},
        )
        Collector(self, "Collector", profile=profile, machines=self.machines)
        CfnOutput(self, "ClusterName", value=self.machines.cluster.cluster_name)
