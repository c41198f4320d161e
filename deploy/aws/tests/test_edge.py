"""One origin, with the headers and the private paths that every other one has."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import Template
from templates import of_type, only, text

from taskledger_aws.containers import CONTAINERS, PRIVATE

Templates = dict[str, Template]

ROOT = Path(__file__).parents[3]
FUNCTIONS = ROOT / "deploy" / "aws" / "taskledger_aws" / "functions"
NGINX = (ROOT / "deploy" / "images" / "nginx.conf").read_text()


@pytest.fixture
def edge(templates: Templates) -> Template:
    return templates["TaskledgerEdge"]


def after(function: str, *paths: str) -> list[dict[str, Any]]:
    """What a function makes of a request for each path; it runs in Node here, in CloudFront there."""
    asked = json.dumps([{"request": {"uri": path}} for path in paths])
    code = f"{(FUNCTIONS / function).read_text()}\nconsole.log(JSON.stringify({asked}.map(handler)))"
    ran = subprocess.run(["node", "-e", code], capture_output=True, text=True, check=True)
    answers: list[dict[str, Any]] = json.loads(ran.stdout)
    return answers


def test_the_site_has_the_headers_that_nginx_gives_it(edge: Template) -> None:
    policies = [
        policy["ResponseHeadersPolicyConfig"]
        for policy in of_type(edge, "AWS::CloudFront::ResponseHeadersPolicy").values()
    ]
    (site,) = [p["SecurityHeadersConfig"] for p in policies if "FrameOptions" in p["SecurityHeadersConfig"]]
    header = re.compile(r'map \$upstream_http_([a-z_]+) \$\w+\s+\{\s+""\s+(?:"([^"]+)"|(\S+));')
    given = {name.replace("_", "-").title(): quoted or bare for name, quoted, bare in header.findall(NGINX)}
    assert {
        "Content-Security-Policy": site["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "X-Content-Type-Options": "nosniff" if site["ContentTypeOptions"]["Override"] else "",
        "X-Frame-Options": site["FrameOptions"]["FrameOption"],
        "Referrer-Policy": site["ReferrerPolicy"]["ReferrerPolicy"],
    } == given
    embedded = (ROOT / "deploy" / "embedded" / "src" / "taskledger" / "site.py").read_text()
    for directive in site["ContentSecurityPolicy"]["ContentSecurityPolicy"].split("; "):
        assert f'"{directive}"' in embedded
    for policy in policies:
        assert policy["SecurityHeadersConfig"]["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000


def test_services_are_not_cached_and_get_everything_a_browser_sends(edge: Template) -> None:
    config = only(edge, "AWS::CloudFront::Distribution")["DistributionConfig"]
    api = next(each for each in config["CacheBehaviors"] if each["PathPattern"] == "/api/*")
    assert api["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS's CachingDisabled
    assert api["OriginRequestPolicyId"] == "216adef6-5c7f-47e4-b989-5492eafa07d3"  # AWS's AllViewer
    assert api["Compress"] is False
    assert api["ViewerProtocolPolicy"] == "https-only"
    origin = next(each for each in config["Origins"] if each["Id"] == api["TargetOriginId"])
    assert origin["VpcOriginConfig"]["OriginReadTimeout"] == 60
    assert [each["PathPattern"] for each in config["CacheBehaviors"]] == ["/api/openapi.json", "/api/*"]


def test_only_cloudfront_reaches_the_balancer_and_the_bucket(templates: Templates, edge: Template) -> None:
    balancer = only(edge, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["Scheme"] == "internal"
    rules = [
        rule
        for template in templates.values()
        for rule in of_type(template, "AWS::EC2::SecurityGroupIngress").values()
        if "Balancer" in text(rule["GroupId"])
    ]
    assert [rule["Description"] for rule in rules] == ["CloudFront"]
    assert "SourcePrefixListId" in rules[0]
    for bucket in of_type(edge, "AWS::S3::Bucket").values():
        assert all(bucket["PublicAccessBlockConfiguration"].values())
    site = next(policy for name, policy in of_type(edge, "AWS::S3::BucketPolicy").items() if name.startswith("Site"))
    for statement in site["PolicyDocument"]["Statement"]:
        if statement["Effect"] == "Allow":
            assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
            assert "AWS:SourceArn" in statement["Condition"]["StringEquals"]


def test_a_domain_has_a_certificate_where_cloudfront_looks_for_it(templates: Templates, profile: str) -> None:
    config = only(templates["TaskledgerEdge"], "AWS::CloudFront::Distribution")["DistributionConfig"]
    if profile == "production":
        assert config["Aliases"] == ["board.example.org"]
        assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
        assert (
            only(templates["TaskledgerCertificate"], "AWS::CertificateManager::Certificate")["DomainName"]
            == "board.example.org"
        )
        kinds = {record["Type"] for record in of_type(templates["TaskledgerEdge"], "AWS::Route53::RecordSet").values()}
        assert kinds == {"A", "AAAA"}
    else:
        assert "Aliases" not in config
        assert "TaskledgerCertificate" not in templates


def test_what_services_ask_each_other_is_not_asked_from_outside_however_it_is_written() -> None:
    written = [
        *PRIVATE,
        "/api/auth/%69ntrospect",
        "/api/auth/service%2Dtoken",
        "/api%2Fauth/ended-sessions",
        "/api/auth/%",
    ]
    for answer in after("api.js", *written):
        assert answer["statusCode"] == 404
        assert json.loads(answer["body"]["data"])["code"] == "not_found"


def test_each_path_of_a_service_passes_and_no_other() -> None:
    public = [f"/api/{prefix}{rest}" for c in CONTAINERS for prefix in c.prefixes for rest in ("", "/x")]
    assert [answer["uri"] for answer in after("api.js", *public)] == public
    assert {
        answer["statusCode"] for answer in after("api.js", "/api/", "/api/else", "/api/authx", "/livez", "/metrics")
    } == {404}


def test_the_site_resolves_its_own_addresses() -> None:
    asked = {
        "/": "/index.html",
        "/projects/0199": "/index.html",
        "/assets/missing": "/assets/missing",
        "/assets/app.1234.js": "/assets/app.1234.js",
        "/favicon.svg": "/favicon.svg",
    }
    assert [answer["uri"] for answer in after("site.js", *asked)] == list(asked.values())


def test_the_private_paths_and_routes_are_those_of_every_other_origin() -> None:
    assert set(re.findall(r"location = (/api/auth/[\w-]+) \{ return 404", NGINX)) == set(PRIVATE)
    for service in CONTAINERS:
        if service.prefixes:
            found = re.search(rf"\^/api/\(([\w|-]+)\)\(/\|\$\)\s+{service.name}:8000", NGINX)
            assert found is not None
            assert tuple(found[1].split("|")) == service.prefixes
