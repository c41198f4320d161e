"""The services run as docker-compose.yml runs them, no more than they need is allowed, and machines are hardened."""

from typing import Any

import pytest
from conftest import DIGESTS, Template
from templates import as_list, of_type, only, statements, text

from taskledger_aws.containers import AUTH, CONTAINERS, NOTIFY, OPERATOR, PRIVATE, PROJECT, TASK
from taskledger_local.topology import KEYS, LOG

Templates = dict[str, Template]


@pytest.fixture
def compute(templates: Templates) -> Template:
    return templates["TaskledgerCompute"]


@pytest.fixture
def everything(templates: Templates) -> Template:
    """The resources of the services and of the operator together."""
    return {"Resources": templates["TaskledgerOperator"]["Resources"] | templates["TaskledgerCompute"]["Resources"]}


def tasks(compute: Template) -> dict[str, dict[str, Any]]:
    return {
        task["Family"].removeprefix("taskledger-"): task
        for task in of_type(compute, "AWS::ECS::TaskDefinition").values()
    }


def test_every_container_is_a_service_that_goes_back_when_it_does_not_start(compute: Template) -> None:
    services = {service["ServiceName"]: service for service in of_type(compute, "AWS::ECS::Service").values()}
    assert set(services) == {container.name for container in CONTAINERS}
    for service in services.values():
        deployment = service["DeploymentConfiguration"]
        assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
        assert deployment["MinimumHealthyPercent"] == 100
        assert service["CapacityProviderStrategy"]
        assert service["ServiceConnectConfiguration"]["Enabled"] is True


def test_who_reads_events_is_replaced_before_who_writes_them(compute: Template) -> None:
    services = {
        resource["Properties"]["ServiceName"]: (name, set(resource.get("DependsOn", [])))
        for name, resource in compute["Resources"].items()
        if resource["Type"] == "AWS::ECS::Service"
    }
    _, first = services[TASK.name]
    assert {services[reader.name][0] for reader in (PROJECT, NOTIFY)} < first


def test_containers_cannot_write_gain_rights_or_go_on_for_ever(everything: Template) -> None:
    found = tasks(everything)
    assert set(found) == {*(container.name for container in CONTAINERS), OPERATOR}
    for name, task in found.items():
        (container,) = task["ContainerDefinitions"]
        assert container["ReadonlyRootFilesystem"] is True
        assert container["User"] == "10001"
        assert container["Privileged"] is False
        assert container["DockerSecurityOptions"] == ["no-new-privileges"]
        assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
        assert [tmp["ContainerPath"] for tmp in container["LinuxParameters"]["Tmpfs"]] == ["/tmp"]
        assert container["StopTimeout"] == 40
        assert container["Memory"] <= 512
        assert [secret["Name"] for secret in container["Secrets"]] == ["SERVICE_SECRET"]
        if name != OPERATOR:
            command = " ".join(container["HealthCheck"]["Command"])
            assert "/readyz" in command
            assert "/livez" in command


def test_images_are_taken_by_what_is_given(templates: Templates, everything: Template, profile: str) -> None:
    repositories = of_type(templates["TaskledgerDelivery"], "AWS::ECR::Repository").values()
    names = {repository["RepositoryName"] for repository in repositories}
    assert names == {f"taskledger/{name}" for name in tasks(everything)}
    for name, task in tasks(everything).items():
        version = f"@{DIGESTS[name]}" if profile == "production" else ":first"
        assert text(task["ContainerDefinitions"][0]["Image"]).endswith(version)


def test_each_role_may_do_what_its_service_does_and_no_more(everything: Template) -> None:
    allowed: dict[str, dict[str, set[str]]] = {}
    for name, task in tasks(everything).items():
        role = task["TaskRoleArn"]["Fn::GetAtt"][0]
        by_service = allowed.setdefault(name, {})
        for statement in statements(everything, role):
            for action in as_list(statement["Action"]):
                service, _, call = action.partition(":")
                by_service.setdefault(service, set()).add(call)
    reads = {"GetItem", "Query"}
    writes = reads | {"PutItem", "UpdateItem"}
    takes = {"ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage"}
    secret, connect = {"GetSecretValue"}, {"connect"}
    mails = {"GetAccount", "SendEmail", "SendRawEmail"}
    assert allowed == {
        AUTH.name: {"dynamodb": writes | {"DeleteItem"}, "ses": mails},
        TASK.name: {"dynamodb": writes, "rds-db": connect},
        PROJECT.name: {"dynamodb": reads, "sqs": takes, "rds-db": connect},
        NOTIFY.name: {
            "dynamodb": writes | {"DeleteItem"},
            "sqs": takes,
            "rds-db": connect,
            "ses": mails,
        },
        OPERATOR: {"dynamodb": writes | {"DeleteItem"}, "secretsmanager": secret},
    }


def test_nobody_may_delete_from_the_log_and_who_only_reads_may_not_write(everything: Template) -> None:
    for name, task in tasks(everything).items():
        for statement in statements(everything, task["TaskRoleArn"]["Fn::GetAtt"][0]):
            on_the_log = any(f"table/{LOG.name}" in text(resource) for resource in as_list(statement["Resource"]))
            actions = as_list(statement["Action"])
            if on_the_log:
                assert not any("Delete" in action for action in actions)
                assert name in (AUTH.name, TASK.name, OPERATOR) or not any("Put" in a or "Update" in a for a in actions)


def test_passwords_and_signing_keys_are_for_who_logs_people_in_and_the_operator(everything: Template) -> None:
    reach = {
        name
        for name, task in tasks(everything).items()
        for statement in statements(everything, task["TaskRoleArn"]["Fn::GetAtt"][0])
        for resource in as_list(statement["Resource"])
        if f"table/{KEYS.name}" in text(resource)
    }
    assert reach == {AUTH.name, OPERATOR}


def test_each_service_is_its_own_user_of_the_database_and_nobody_runs_as_the_first(everything: Template) -> None:
    for name, task in tasks(everything).items():
        (container,) = task["ContainerDefinitions"]
        urls = [text(each["Value"]) for each in container["Environment"] if text(each["Value"]).startswith("mysql:")]
        user = name.replace("-", "_")
        for url in urls:
            if name == OPERATOR:
                assert "secret=" in url
            else:
                assert url.startswith(f"mysql://{user}@")
                assert "iam=1&ssl=" in url
        connects = [
            text(statement["Resource"])
            for statement in statements(everything, task["TaskRoleArn"]["Fn::GetAtt"][0])
            if statement["Action"] == "rds-db:connect"
        ]
        assert [arn.rpartition("/")[2] for arn in connects] == ([user] if urls and name != OPERATOR else [])


def test_the_balancer_knows_each_public_path_and_answers_private_ones_itself(compute: Template) -> None:
    rules = sorted(
        of_type(compute, "AWS::ElasticLoadBalancingV2::ListenerRule").values(), key=lambda rule: int(rule["Priority"])
    )
    first, *rest = rules
    assert [action["Type"] for action in first["Actions"]] == ["fixed-response"]
    assert first["Actions"][0]["FixedResponseConfig"]["StatusCode"] == "404"
    assert first["Conditions"][0]["PathPatternConfig"]["Values"] == list(PRIVATE)
    routed: dict[str, set[str]] = {}
    for rule in rest:
        target = text(rule["Actions"][0]["TargetGroupArn"])
        values = rule["Conditions"][0]["PathPatternConfig"]["Values"]
        assert len(values) <= 5
        routed.setdefault(target, set()).update(values)
    assert sorted(map(sorted, routed.values())) == sorted(
        sorted(path for prefix in container.prefixes for path in (f"/api/{prefix}", f"/api/{prefix}/*"))
        for container in CONTAINERS
        if container.prefixes
    )


def test_machines_ask_for_tokens_and_keep_their_own_from_containers(templates: Templates) -> None:
    compute = templates["TaskledgerCluster"]
    data = only(compute, "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    assert all(disk["Ebs"]["Encrypted"] for disk in data["BlockDeviceMappings"])
    assert "amazonlinux2023" in data["ImageId"]["Ref"]
    provider = only(compute, "AWS::ECS::CapacityProvider")["AutoScalingGroupProvider"]
    assert provider["ManagedDraining"] == "ENABLED"
    assert provider["ManagedTerminationProtection"] == "ENABLED"
    assert provider["ManagedScaling"]["Status"] == "ENABLED"
    assert only(compute, "AWS::AutoScaling::AutoScalingGroup")["NewInstancesProtectedFromScaleIn"] is True
