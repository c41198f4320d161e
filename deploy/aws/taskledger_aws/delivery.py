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
PARAMETER: Final = "/taskledger/release"
"""Where `release.py` writes down the release that passed its test."""

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


class DeliveryStack(Stack):
    """It is deployed first and by hand, for images must be somewhere before anything runs them."""

    def __init__(self, scope: Construct, construct_id: str, *, given: Given, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.repositories = {name: self._repository(name) for name in IMAGES}
        self.deploy_role: iam.Role | None = None
        if given.repository is None:
            return
        provider = given.github_provider or self._provider()
        production = f"repo:{given.repository}:environment:production"
        push = self._role("Push", provider, production, "pushes images")
        push.add_to_policy(iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]))
        push.add_to_policy(
            iam.PolicyStatement(
                actions=list(_PUSH), resources=[repository.repository_arn for repository in self.repositories.values()]
            )
        )
        acknowledge(push, {"AwsSolutions-IAM5[Resource::*]": "ecr:GetAuthorizationToken knows no resource."})
        self.deploy_role = self._role("Deploy", provider, production, "deploys through the roles of the CDK")
        self._assume(self.deploy_role, "deploy", "file-publishing", "lookup")
        self.deploy_role.add_to_policy(
            iam.PolicyStatement(
                actions=["ssm:GetParameter", "ssm:PutParameter"],
                resources=[self.format_arn(service="ssm", resource="parameter", resource_name=PARAMETER[1:])],
            )
        )
        diff = self._role("Diff", provider, f"repo:{given.repository}:pull_request", "looks, and changes nothing")
        self._assume(diff, "lookup")

    def _repository(self, name: str) -> ecr.Repository:
        return ecr.Repository(
            self,
            f"Images{name.title().replace('-', '')}",
            repository_name=f"taskledger/{name}",
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            image_scan_on_push=True,
            lifecycle_rules=[ecr.LifecycleRule(description="A hundred releases to go back to", max_image_count=_KEPT)],
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _provider(self) -> str:
        provider = iam.OidcProviderNative(self, "GitHub", url=f"https://{GITHUB}", client_ids=[AUDIENCE])
        return provider.oidc_provider_arn

    def _role(self, name: str, provider: str, subject: str, does: str) -> iam.Role:
        """A role for exactly one kind of run: https://docs.github.com/actions/reference/security/oidc."""
        role = iam.Role(
            self,
            f"{name}Role",
            description=f"A workflow of {subject}: {does}",
            max_session_duration=Duration.hours(1),
            assumed_by=iam.WebIdentityPrincipal(
                provider, {"StringEquals": {f"{GITHUB}:aud": AUDIENCE, f"{GITHUB}:sub": subject}}
            ),
        )
        CfnOutput(self, f"{name}RoleArn", value=role.role_arn)
        return role

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
