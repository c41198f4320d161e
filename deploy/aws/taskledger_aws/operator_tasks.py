"""The `taskledger` command as a task: run by a person, by a release before the services change, and every night."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge
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
        if delivery.deploy_role is not None:
            self._may_run(delivery.deploy_role, cluster)
        Verification(
            self,
            "Verification",
            cluster=cluster.machines.cluster,
            task=self.task,
            capacity=cluster.machines.capacity.capacity_provider_name,
        )

    def _may_run(self, deploy_role: iam.Role, cluster: ClusterStack) -> None:
        """A release runs the command before its services start."""
        task, execution = self.task, self.task.execution_role
        if execution is None:
            raise ValueError("the operator's task has no execution role")
        own = cluster.machines.cluster
        family = self.format_arn(service="ecs", resource="task-definition", resource_name=f"{task.family}:*")
        tasks = self.format_arn(service="ecs", resource="task", resource_name="taskledger/*")
        lines = f"{self.lines.log_group_arn}"
        run = iam.Policy(
            self,
            "Run",
            statements=[
                iam.PolicyStatement(actions=["ecs:DescribeClusters"], resources=[own.cluster_arn]),
                iam.PolicyStatement(
                    actions=["ecs:RunTask"],
                    resources=[family],
                    conditions={"ArnEquals": {"ecs:cluster": own.cluster_arn}},
                ),
                iam.PolicyStatement(actions=["ecs:DescribeTasks"], resources=[tasks]),
                iam.PolicyStatement(
                    actions=["iam:PassRole"],
                    resources=[task.task_role.role_arn, execution.role_arn],
                    conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
                ),
                iam.PolicyStatement(actions=["logs:GetLogEvents"], resources=[lines]),
            ],
        )
        run.attach_to_role(iam.Role.from_role_name(self, "DeployRole", deploy_role.role_name))
        acknowledge(
            run,
            {
                f"AwsSolutions-IAM5[Resource::{self.resolve(family)}]": "Each release has a revision of its own.",
                f"AwsSolutions-IAM5[Resource::{self.resolve(tasks)}]": "A task's name is not known before it runs.",
            },
        )
