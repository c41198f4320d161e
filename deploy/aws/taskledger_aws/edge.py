"""One origin: CloudFront before the site's bucket and before the load balancer, which nobody else reaches."""

from pathlib import Path
from typing import Any, Final

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as aliases
from aws_cdk import aws_s3 as s3
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.given import Given
from taskledger_aws.network import NetworkStack
from taskledger_aws.profile import Profile
from taskledger_aws.response_headers import api_headers, site_headers

LONGEST_SILENCE: Final = 60
"""Seconds that an answer may say nothing, which is what CloudFront waits at most. A live stream says something
every 15."""

NOT_FOUND: Final = (
    '{"type":"about:blank","title":"Not Found","status":404,"detail":"There is nothing here.","code":"not_found"}'
)

_FUNCTIONS: Final = Path(__file__).with_name("functions")


class EdgeStack(Stack):
    """What a browser reaches. The services put themselves behind its listener."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        profile: Profile,
        given: Given,
        network: NetworkStack,
        certificate: acm.ICertificate | None,
        deploy_role: iam.Role | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self._logs = self._log_bucket()
        self.balancer = self._balancer(profile, network)
        self.listener = self.balancer.add_listener(
            "Http",
            port=80,
            open=False,
            default_action=elb.ListenerAction.fixed_response(
                404, content_type="application/json", message_body=NOT_FOUND
            ),
        )
        acknowledge(
            self.listener,
            {"AwsSolutions-ELB1": "Only CloudFront reaches it, inside the network, and nobody beyond CloudFront."},
        )
        self.site = self._site()
        self.distribution = self._distribution(profile, given, certificate)
        self.url = f"https://{given.domain or self.distribution.distribution_domain_name}"
        if given.domain is not None and given.zone is not None:
            self._names(given.domain, given.zone)
        if deploy_role is not None:
            self._may_release(deploy_role)
        CfnOutput(self, "SiteBucket", value=self.site.bucket_name)
        CfnOutput(self, "DistributionId", value=self.distribution.distribution_id)
        CfnOutput(self, "Url", value=self.url)

    def _log_bucket(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "AccessLogs",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,  # CloudFront writes as another account
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(30))],
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        acknowledge(bucket, {"AwsSolutions-S1": "It holds the access logs; theirs would go on for ever."})
        return bucket

    def _balancer(self, profile: Profile, network: NetworkStack) -> elb.ApplicationLoadBalancer:
        cloudfront_list = ec2.PrefixList.from_lookup(
            self, "CloudFront", prefix_list_name="com.amazonaws.global.cloudfront.origin-facing"
        )
        balancer = elb.ApplicationLoadBalancer(
            self,
            "Balancer",
            vpc=network.vpc,
            internet_facing=False,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            security_group=network.balancer,
            drop_invalid_header_fields=True,
            idle_timeout=Duration.seconds(LONGEST_SILENCE + 15),
            deletion_protection=profile.protect,
        )
        balancer.log_access_logs(self._logs, "balancer")
        ec2.CfnSecurityGroupIngress(
            self,
            "FromCloudFront",
            group_id=network.balancer.security_group_id,
            ip_protocol="tcp",
            from_port=80,
            to_port=80,
            source_prefix_list_id=cloudfront_list.prefix_list_id,
            description="CloudFront",
        )
        return balancer

    def _site(self) -> s3.Bucket:
        return s3.Bucket(
            self,
            "Site",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[s3.LifecycleRule(noncurrent_version_expiration=Duration.days(30))],
            server_access_logs_bucket=self._logs,
            server_access_logs_prefix="site/",
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )

    def _distribution(
        self, profile: Profile, given: Given, certificate: acm.ICertificate | None
    ) -> cloudfront.Distribution:
        services = origins.VpcOrigin.with_application_load_balancer(
            self.balancer,
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTP_ONLY,
            http_port=80,
            read_timeout=Duration.seconds(LONGEST_SILENCE),
            keepalive_timeout=Duration.seconds(LONGEST_SILENCE),
            # What certainly did not reach a service may be sent again: a connection that did not come about.
            connection_attempts=2,
            connection_timeout=Duration.seconds(2),
        )
        files = origins.S3BucketOrigin.with_origin_access_control(
            self.site,
            # Without the right to list, what is missing would be a 403.
            origin_access_levels=[cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
        )
        headers = site_headers(self)
        site = cloudfront.BehaviorOptions(
            origin=files,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            # How long a file is kept, the file says itself: for ever below `assets/`, else it is asked for.
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=headers,
            compress=True,
            function_associations=[self._function("site")],
        )
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment="Taskledger",
            default_behavior=site,
            additional_behaviors={
                # The document of all services together is a file of the release.
                "/api/openapi.json": cloudfront.BehaviorOptions(
                    origin=files,
                    viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                    cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                    response_headers_policy=headers,
                    compress=True,
                ),
                "/api/*": cloudfront.BehaviorOptions(
                    origin=services,
                    viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                    allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                    cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                    origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER,
                    response_headers_policy=api_headers(self),
                    compress=False,  # it would hold back a live stream
                    function_associations=[self._function("api")],
                ),
            },
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass(profile.price_class),
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            domain_names=[given.domain] if given.domain and certificate else None,
            certificate=certificate,
            enable_logging=True,
            publish_additional_metrics=True,  # what the edge waits for
            log_bucket=self._logs,
            log_file_prefix="cloudfront/",
            log_includes_cookies=False,
        )
        acknowledge(
            distribution,
            {
                "AwsSolutions-CFR1": "Teams are everywhere.",
                "AwsSolutions-CFR2": "Services count attempts themselves and refuse what is malformed; a firewall is"
                " $8 a month and can be set on the distribution.",
                "AwsSolutions-CFR5": "CloudFront reaches the balancer inside the network: there is nobody to encrypt"
                " against, and without a domain no certificate to do it with.",
            }
            | (
                {}
                if certificate
                else {"AwsSolutions-CFR4": "CloudFront's own name comes with CloudFront's own policy."}
            ),
        )
        return distribution

    def _function(self, name: str) -> cloudfront.FunctionAssociation:
        return cloudfront.FunctionAssociation(
            event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
            function=cloudfront.Function(
                self,
                f"Before{name.title()}",
                code=cloudfront.FunctionCode.from_file(file_path=str(_FUNCTIONS / f"{name}.js")),
                runtime=cloudfront.FunctionRuntime.JS_2_0,
            ),
        )

    def _names(self, domain: str, zone: str) -> None:
        found = route53.HostedZone.from_lookup(self, "Zone", domain_name=zone)
        target = route53.RecordTarget.from_alias(aliases.CloudFrontTarget(self.distribution))
        route53.ARecord(self, "Ipv4", zone=found, record_name=f"{domain}.", target=target)
        route53.AaaaRecord(self, "Ipv6", zone=found, record_name=f"{domain}.", target=target)

    def _may_release(self, role: iam.Role) -> None:
        """Let the role of the workflow put the site's files and have CloudFront forget the old ones."""
        release = iam.Policy(
            self,
            "Release",
            statements=[
                iam.PolicyStatement(actions=["s3:PutObject"], resources=[self.site.arn_for_objects("*")]),
                iam.PolicyStatement(
                    actions=["cloudfront:CreateInvalidation"], resources=[self.distribution.distribution_arn]
                ),
            ],
        )
        release.attach_to_role(iam.Role.from_role_name(self, "DeployRole", role.role_name))
        bucket = self.resolve(self.get_logical_id(self.site.node.default_child))
        acknowledge(
            release, {f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/*]": "A release writes every file of the site."}
        )
