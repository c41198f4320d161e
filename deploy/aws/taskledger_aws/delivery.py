"""How a release gets here: repositories of images, and roles that workflows of one GitHub repository may take."""

from typing import Any, Final

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.containers import IMAGES
from taskledger_aws.given import Given

GITHUB: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
CONTEXT: Final = "taskledger/context"
"""The parameter with what the account's deployment is told: `context.py`."""
RELEASE: Final = "taskledger/release"
"""Where `release.py` writes down the release that passed its test."""
LOOKUPS: Final = "taskledger/lookups"
"""What the CDK looked up in the account: its zones and the like."""

_KEPT: Final = 300
"""Manifests: an image, its index and its attestations are three."""

_PUSH: Final = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:DescribeImageScanFindings",
    "ecr:DescribeRepositories",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


_PULL: Final = ("ecr:BatchGetImage", "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer")
"""To see by its bytes that an image is the one that was attested."""


class DeliveryStack(Stack):
    """It is deployed first and by hand, for images must be somewhere before anything runs them."""

    def __init__(self, scope: Construct, construct_id: str, *, given: Given, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.repositories = {name: self._repository(name) for name in IMAGES}
        self.deploy_role: iam.Role | None = None
        if given.repository is None:
            return
        push = self._role("Push", given, "environment:production", "pushes images")
        push.add_to_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
        push.add_to_policy(
            iam.PolicyStatement(
                actions=list(_PUSH), resources=[repository.repository_arn for repository in self.repositories.values()]
            )
        )
        acknowledge(push, {"AwsSolutions-IAM5[Resource::*]": "ecr:GetAuthorizationToken knows no resource."})
        deploy = self._role("Deploy", given, "environment:production", "deploys through the roles of the CDK")
        self._assume(deploy, "deploy", "file-publishing", "lookup")
        deploy.add_to_policy(
            iam.PolicyStatement(actions=["ssm:GetParameter"], resources=self._parameters(CONTEXT, RELEASE, LOOKUPS))
        )
        deploy.add_to_policy(
            iam.PolicyStatement(actions=["ssm:PutParameter"], resources=self._parameters(CONTEXT, RELEASE, LOOKUPS))
        )
        deploy.add_to_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
        deploy.add_to_policy(
            iam.PolicyStatement(
                actions=list(_PULL), resources=[repository.repository_arn for repository in self.repositories.values()]
            )
        )
        acknowledge(deploy, {"AwsSolutions-IAM5[Resource::*]": "ecr:GetAuthorizationToken knows no resource."})
        self.deploy_role = deploy
        self._may_compare(self._role("Diff", given, "pull_request", "compares templates"))

    def _repository(self, name: str) -> ecr.Repository:
        return ecr.Repository(
            self,
            f"Images{name.title().replace('-', '')}",
            repository_name=f"taskledger/{name}",
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            image_scan_on_push=True,
            lifecycle_rules=[ecr.LifecycleRule(description="A hundred releases to go back to", max_image_count=_KEPT)],
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )

    def _role(self, name: str, given: Given, run: str, does: str) -> iam.Role:
        """A role for exactly one kind of run: https://docs.github.com/actions/reference/security/oidc.

        GitHub names a run by the repository's name, or with the numbers of owner and repository besides where that was
        made, renamed or moved lately.
        """
        owner, repository = str(given.repository).split("/")
        owner_id, repository_id = str(given.repository_ids).split("/")
        subjects = [f"repo:{owner}/{repository}:{run}", f"repo:{owner}@{owner_id}/{repository}@{repository_id}:{run}"]
        provider = self.format_arn(service="iam", region="", resource="oidc-provider", resource_name=GITHUB)
        role = iam.Role(
            self,
            f"{name}Role",
            description=f"A workflow of {subjects[0]}: {does}",
            max_session_duration=Duration.hours(2),
            # There is one provider of a name in an account, and others may use it: `begin.py` finds or makes it.
            assumed_by=iam.WebIdentityPrincipal(
                provider, {"StringEquals": {f"{GITHUB}:aud": AUDIENCE, f"{GITHUB}:sub": subjects}}
            ),
        )
        CfnOutput(self, f"{name}RoleArn", value=role.role_arn)
        return role

    def _may_compare(self, role: iam.Role) -> None:
        """Whoever opens a pull request runs as this: it reads templates, which hold no secret, and nothing else."""
        stacks = [
            f"arn:{self.partition}:cloudformation:{region}:{self.account}:stack/Taskledger*/*"
            for region in sorted({self.region, "us-east-1"})
        ]
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["cloudformation:DescribeStacks", "cloudformation:GetTemplate"], resources=stacks
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(actions=["ssm:GetParameter"], resources=self._parameters(CONTEXT, RELEASE, LOOKUPS))
        )
        reason = "The stacks of this app, by the beginning of their names; CloudFormation adds a number."
        acknowledge(role, {f"AwsSolutions-IAM5[Resource::{stack}]": reason for stack in stacks})

    def _parameters(self, *names: str) -> list[str]:
        return [self.format_arn(service="ssm", resource="parameter", resource_name=name) for name in names]

    def _assume(self, role: iam.Role, *kinds: str) -> None:
        """The roles that `cdk bootstrap` makes, here and where certificates of CloudFront are."""
        regions = sorted({self.region, "us-east-1"})
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["sts:AssumeRole"],
                resources=[
                    f"arn:{self.partition}:iam::{self.account}:role/cdk-hnb659fds-{kind}-role-{self.account}-{region}"
                    for kind in kinds
                    for region in regions
                ],
            )
        )
