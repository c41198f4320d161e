"""The topics that alarms tell."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.given import Given


def topic(stack: Stack, given: Given, name: str) -> sns.Topic:
    """A topic of a stack that its region's alarms may tell, and that mails to whom the account was told of."""
    made = sns.Topic(stack, "Alarms", topic_name=name, enforce_ssl=True)
    # A policy of one's own takes the place of the usual one, which lets the account's alarms in.
    made.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[made.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
        )
    )
    if given.alarm_email is not None:
        made.add_subscription(subscriptions.EmailSubscription(given.alarm_email))
    acknowledge(made, {"AwsSolutions-SNS2": "It says which alarm, which is no secret; a key is $1 a month."})
    return made
