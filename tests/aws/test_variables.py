"""Containers on AWS get the variables that their service reads, in a form that its adapters take."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from pydantic_settings import BaseSettings

import auth_service.settings
import log_projector.settings
import notify_service.settings
import task_service.settings
from kernel.adapters.dynamodb.table import DynamoTable
from kernel.adapters.mysql.connection import Options as MysqlOptions
from kernel.adapters.options import from_query
from kernel.adapters.ses.mailer import Options as SesOptions
from kernel.process.serve import KEEP_ALIVE_SECONDS
from taskledger_local.topology import ANSWERS, KEYS, LOG, QUEUES

Template = dict[str, Any]

SETTINGS: Final[Mapping[str, type[BaseSettings]]] = {
    "auth-service": auth_service.settings.Settings,
    "task-service": task_service.settings.Settings,
    "notify-service": notify_service.settings.Settings,
    "log-projector": log_projector.settings.Settings,
}
NEEDED: Final = {
    "auth-service": {
        "EVENT_STORE_URL", "KEY_VALUE_URL", "PUBLIC_URL", "REGISTRATION", "TRUSTED_PROXIES", "MAILER_URL", "TASK_URL",
    },
    "task-service": {"EVENT_STORE_URL", "READ_MODEL_URL", "AUTH_URL", "PUBLIC_URL"},
    "notify-service": {
        "EVENT_STORE_URL", "KEY_VALUE_URL", "NOTIFY_DB_URL", "SUBSCRIPTION_URL", "MAILER_URL", "AUTH_URL", "PUBLIC_URL",
        "REGISTRATION",
    },
    "log-projector": {"EVENT_STORE_URL", "READ_MODEL_URL", "SUBSCRIPTION_URL"},
    "operator": {"EVENT_STORE_URL", "KEY_VALUE_URL", "READ_MODEL_URL", "NOTIFY_DB_URL"},
}  # fmt: skip
"""What each composition root opens."""

OF_OTHERS: Final = {"AWS_REGION", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"}
"""What AWS's and OpenTelemetry's own libraries read."""


@pytest.fixture(scope="session")
def environments(templates: Mapping[str, Template]) -> dict[str, dict[str, str]]:
    """The variables of each container; what only AWS knows is a word."""
    found: dict[str, dict[str, str]] = {}
    resources = [template["Resources"] for template in templates.values()]
    for resource in (each for stack in resources for each in stack.values()):
        if resource["Type"] == "AWS::ECS::TaskDefinition":
            (container,) = resource["Properties"]["ContainerDefinitions"]
            if "Secrets" not in container:
                continue  # not ours: the collector of traces
            variables = {each["Name"]: plain(each["Value"]) for each in container["Environment"]}
            found[container["Name"]] = variables | {each["Name"]: "secret" for each in container["Secrets"]}
    return found


def plain(value: Any) -> str:
    match value:
        case str():
            return value
        case {"Fn::Join": [between, parts]}:
            return str(between).join(plain(part) for part in parts)
        case {"Ref": name} if "databaseaddress" in name:
            return "known-to-aws:3307"
        case _:
            return "known-to-aws"


@pytest.mark.parametrize("name", SETTINGS)
def test_every_variable_is_one_that_the_service_reads(environments: dict[str, dict[str, str]], name: str) -> None:
    given = environments[name]
    known = {field.upper() for field in SETTINGS[name].model_fields}
    assert set(given) - OF_OTHERS <= known
    settings = SETTINGS[name].model_validate({key.lower(): value for key, value in given.items()})
    assert settings.model_dump()["metrics_log_seconds"] == 60


@pytest.mark.parametrize("name", NEEDED)
def test_nothing_that_a_service_opens_is_left_to_a_default(environments: dict[str, dict[str, str]], name: str) -> None:
    assert NEEDED[name] | {"SERVICE_SECRET"} <= set(environments[name])


@pytest.mark.parametrize("name", NEEDED)
async def test_every_url_is_one_that_its_adapter_takes(environments: dict[str, dict[str, str]], name: str) -> None:
    given = environments[name]
    own = ANSWERS if name == "notify-service" else KEYS
    for variable, table in (("EVENT_STORE_URL", LOG), ("KEY_VALUE_URL", own)):
        if variable in given:
            opened = await DynamoTable.open(f"{given[variable]}?region=us-east-1")
            await opened.close()
            assert opened.name == table.name
    for variable in ("READ_MODEL_URL", "NOTIFY_DB_URL"):
        if variable in given:
            parts = urlsplit(given[variable])
            options = from_query(MysqlOptions, parts.query)
            assert parts.scheme == "mysql"
            assert parts.port == 3307
            assert bool(options.secret) == (name == "operator")
            assert options.iam == (name != "operator")
            assert options.ssl == "/etc/taskledger/rds-authorities.pem"
    if "SUBSCRIPTION_URL" in given:
        assert {queue.name.rpartition("-")[0] for queue in QUEUES} == {urlsplit(given["SUBSCRIPTION_URL"]).netloc}
    if "MAILER_URL" in given:
        mailer = from_query(SesOptions, urlsplit(given["MAILER_URL"]).query)
        assert mailer.from_ == "board@taskledger.example"
        assert mailer.configuration_set


def test_the_authorities_are_where_images_have_them(environments: dict[str, dict[str, str]]) -> None:
    from pathlib import Path

    recipe = (Path(__file__).parents[2] / "deploy/images/Dockerfile").read_text()
    found = re.search(r"COPY deploy/images/rds-authorities.pem (\S+)", recipe)
    assert found is not None
    assert f"ssl={found[1]}" in environments["task-service"]["READ_MODEL_URL"]


def test_containers_keep_a_connection_longer_than_the_balancer_does(templates: Mapping[str, Template]) -> None:
    """Else the balancer would send a request on a connection that is just being closed, and answer 502."""
    (balancer,) = [
        resource["Properties"]
        for resource in templates["TaskledgerEdge"]["Resources"].values()
        if resource["Type"] == "AWS::ElasticLoadBalancingV2::LoadBalancer"
    ]
    attributes = {each["Key"]: each["Value"] for each in balancer["LoadBalancerAttributes"]}
    assert int(attributes["idle_timeout.timeout_seconds"]) < KEEP_ALIVE_SECONDS
