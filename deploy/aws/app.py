"""The CDK app: `cdk synth -c profile=production -c domain=board.example.org`."""

import os
import sys

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from taskledger_aws.backup import BackupStack, CopiesStack
from taskledger_aws.certificate import CertificateStack
from taskledger_aws.cluster import ClusterStack
from taskledger_aws.compute import ComputeStack
from taskledger_aws.data import DataStack
from taskledger_aws.delivery import DeliveryStack
from taskledger_aws.edge import EdgeStack
from taskledger_aws.edge_watch import EdgeWatchStack
from taskledger_aws.events import EventsStack
from taskledger_aws.given import MissingContext, given_to
from taskledger_aws.mail import MailStack
from taskledger_aws.network import NetworkStack
from taskledger_aws.operator_tasks import OperatorStack
from taskledger_aws.profile import profile_of
from taskledger_aws.tables import TablesStack
from taskledger_aws.watch import WatchStack


def build(app: cdk.App, *, account: str, region: str) -> None:
    """Every stack of one deployment."""
    profile, given = profile_of(app.node), given_to(app.node)
    here = cdk.Environment(account=account, region=region)
    delivery = DeliveryStack(app, "TaskledgerDelivery", given=given, env=here)
    network = NetworkStack(app, "TaskledgerNetwork", profile=profile, env=here)
    tables = TablesStack(app, "TaskledgerTables", profile=profile, env=here)
    data = DataStack(app, "TaskledgerData", profile=profile, vpc=network.vpc, services=network.services, env=here)
    events = EventsStack(app, "TaskledgerEvents", profile=profile, given=given, env=here)
    mail = MailStack(app, "TaskledgerMail", profile=profile, given=given, env=here)
    certificate = None
    if given.domain is not None and given.zone is not None:
        there = cdk.Environment(account=account, region="us-east-1")
        certificate = CertificateStack(
            app,
            "TaskledgerCertificate",
            domain=given.domain,
            zone=given.zone,
            cross_region_references=True,
            env=there,
        ).certificate
    edge = EdgeStack(
        app,
        "TaskledgerEdge",
        profile=profile,
        given=given,
        network=network,
        certificate=certificate,
        deploy_role=delivery.deploy_role,
        cross_region_references=True,
        env=here,
    )
    if profile.copies and given.backup_region is None:
        raise MissingContext("backups are copied to another region: -c backup_region=eu-west-1, where the data may be")
    backups = BackupStack(app, "TaskledgerBackup", profile=profile, given=given, env=here)
    if given.backup_region is not None:
        there = cdk.Environment(account=account, region=given.backup_region)
        backups.add_stack_dependency(CopiesStack(app, "TaskledgerCopies", profile=profile, env=there))
    cluster = ClusterStack(app, "TaskledgerCluster", profile=profile, network=network, env=here)
    operator = OperatorStack(
        app,
        "TaskledgerOperator",
        profile=profile,
        given=given,
        cluster=cluster,
        events=events,
        mail=mail,
        delivery=delivery,
        edge=edge,
        env=here,
    )
    compute = ComputeStack(
        app,
        "TaskledgerCompute",
        profile=profile,
        given=given,
        cluster=cluster,
        events=events,
        mail=mail,
        delivery=delivery,
        edge=edge,
        env=here,
    )
    watch = WatchStack(
        app,
        "TaskledgerWatch",
        profile=profile,
        given=given,
        events=events,
        network=network,
        edge=edge,
        compute=compute,
        operator=operator,
        env=here,
    )
    EdgeWatchStack(
        app,
        "TaskledgerEdgeWatch",
        given=given,
        edge=edge,
        certificate=certificate,
        cross_region_references=True,
        env=cdk.Environment(account=account, region="us-east-1"),
    )
    # Parameters say nothing of who has to be there first.
    for user, makers in (
        (events, [tables]),
        (backups, [tables, data]),
        (operator, [tables, data]),
        (compute, [operator]),
        (watch, [compute]),
    ):
        for maker in makers:
            user.add_stack_dependency(maker)
    cdk.Tags.of(app).add("application", "taskledger")
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))


if __name__ == "__main__":
    account, region = os.environ.get("CDK_DEFAULT_ACCOUNT"), os.environ.get("CDK_DEFAULT_REGION")
    if not account or not region:
        sys.exit("Which account and region? The CDK's command line finds them by the credentials of AWS.")
    app = cdk.App()
    build(app, account=account, region=region)
    app.synth()
