"""The certificate of the deployment's own name."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct


class CertificateStack(Stack):
    """The certificate of the domain, in the one region where CloudFront looks for it."""

    def __init__(self, scope: Construct, construct_id: str, *, domain: str, zone: str, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        found = route53.HostedZone.from_lookup(self, "Zone", domain_name=zone)
        self.certificate = acm.Certificate(
            self, "Certificate", domain_name=domain, validation=acm.CertificateValidation.from_dns(found)
        )
