"""Headers that CloudFront adds to answers."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none';"
    " form-action 'self'"
)
"""That of `taskledger.site` and of nginx.conf; a test compares."""

_HTTPS_FOR_A_YEAR: Final = cloudfront.ResponseHeadersStrictTransportSecurity(
    access_control_max_age=Duration.days(365), include_subdomains=False, override=True
)


def site_headers(scope: Construct) -> cloudfront.ResponseHeadersPolicy:
    """Those of the site's files."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "SiteHeaders",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=CONTENT_SECURITY_POLICY, override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.SAME_ORIGIN, override=True
            ),
            strict_transport_security=_HTTPS_FOR_A_YEAR,
        ),
    )


def api_headers(scope: Construct) -> cloudfront.ResponseHeadersPolicy:
    """The services set theirs; only what they cannot know is added."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "ApiHeaders",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            strict_transport_security=_HTTPS_FOR_A_YEAR
        ),
    )
