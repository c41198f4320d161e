"""The `taskledger` command as a task: run by a person, by a release before the services change, and every night."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from taskledger_aws.cluster import ClusterStack
from taskledger_aws.containers import OPERATOR
from taskledger_aws.delivery import DeliveryStack
from taskledger_aws.edge import EdgeStack
from taskledger_aws.events import EventsStack
from taskledger_aws.given import Given
from taskledger_aws.mail import MailStack
from taskledger_aws.profile import Profile
from taskledger_aws.task_definitions import TaskDefinitions
from taskledger_aws.verification import Verification


class OperatorStack(Stack):
    """It stands apart from the services, so that what a new release brings can run before they are replaced."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        profile: Profile,
        given: Given,
        cluster: ClusterStack,
        events: EventsStack,
        mail: MailStack,
        delivery: DeliveryStack,
        edge: EdgeStack,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        definitions = TaskDefinitions(
            self, profile=profile, given=given, cluster=cluster, events=events, mail=mail, delivery=delivery, edge=edge
        )
        self.task = definitions.of(OPERATOR, memory=512)
        self.lines = definitions.lines[OPERATOR]
        Verification(
            self,
            "Verification",
            cluster=cluster.machines.cluster,
            task=self.task,
            capacity=cluster.machines.capacity.capacity_provider_name,
        )
