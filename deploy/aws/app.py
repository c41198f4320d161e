"""The CDK app: `cdk synth -c profile=production`. Without account and region the stacks fit any."""

import os

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from taskledger_aws.data import DataStack
from taskledger_aws.events import EventsStack
from taskledger_aws.network import NetworkStack
from taskledger_aws.profile import profile_of


def build(app: cdk.App) -> None:
    """Every stack of one deployment."""
    profile = profile_of(app.node)
    env = cdk.Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION"))
    network = NetworkStack(app, "TaskledgerNetwork", profile=profile, env=env)
    data = DataStack(app, "TaskledgerData", profile=profile, vpc=network.vpc, services=network.services, env=env)
    EventsStack(app, "TaskledgerEvents", profile=profile, log=data.log, env=env)
    cdk.Tags.of(app).add("application", "taskledger")
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))


if __name__ == "__main__":
    app = cdk.App()
    build(app)
    app.synth()
