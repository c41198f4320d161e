"""The first deployment comes up in an empty account, and what a failed one leaves is not in the way of the next."""

from typing import Any

import pytest
from conftest import Template
from templates import as_list, of_type, only, statements, text

from taskledger_aws.containers import CONTAINERS, OPERATOR
from taskledger_aws.given import Given, MissingContext
from taskledger_local.topology import TABLES

Templates = dict[str, Template]

PROXY_CPU, PROXY_MEMORY = 256, 64
"""What AWS asks to leave for the proxy of Service Connect:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html"""

HOLD_DATA = ("AWS::DynamoDB::Table", "AWS::RDS::DBInstance", "AWS::S3::Bucket", "AWS::ECR::Repository")


def resources(templates: Templates, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every resource of a type: its stack, its logical id, itself."""
    return [
        (stack, name, resource)
        for stack, template in templates.items()
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    ]


def test_a_task_beside_a_proxy_says_what_both_may_take(templates: Templates) -> None:
    found = {
        task["Family"]: task for task in of_type(templates["TaskledgerCompute"], "AWS::ECS::TaskDefinition").values()
    }
    assert len(found) == len(CONTAINERS)
    for task in found.values():
        containers = task["ContainerDefinitions"]
        assert int(task["Memory"]) >= sum(each["Memory"] for each in containers) + PROXY_MEMORY
        assert int(task["Cpu"]) >= sum(each["Cpu"] for each in containers) + PROXY_CPU
        assert all(each["Cpu"] >= 256 for each in containers)  # a task's units are a limit, not a share


def test_a_machine_may_ask_for_containers_and_for_proxies(templates: Templates) -> None:
    cluster = templates["TaskledgerCluster"]
    (role,) = [name for name in of_type(cluster, "AWS::IAM::Role") if "MachineRole" in name]
    asked = {
        text(resource).rpartition(":")[2]: statement.get("Condition")
        for statement in statements(cluster, role)
        if "ecs:Poll" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    assert set(asked) == {"container-instance/taskledger/*", "task-set/cluster/*"}
    assert asked["task-set/cluster/*"] is None


def test_a_machine_offers_what_hardened_containers_ask_for(templates: Templates) -> None:
    tasks = [task["Properties"] for _, _, task in resources(templates, "AWS::ECS::TaskDefinition")]
    assert any(
        "no-new-privileges" in c.get("DockerSecurityOptions", ()) for t in tasks for c in t["ContainerDefinitions"]
    )
    data = only(templates["TaskledgerCluster"], "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert "echo ECS_SELINUX_CAPABLE=true >> /etc/ecs/ecs.config" in text(data["UserData"]["Fn::Base64"])


def test_a_service_waits_for_its_machines_and_for_what_its_roles_may_do(templates: Templates) -> None:
    compute = templates["TaskledgerCompute"]
    cluster = templates["TaskledgerCluster"]
    (association,) = of_type(cluster, "AWS::ECS::ClusterCapacityProviderAssociations")
    assert association  # in a stack of its own, which is whole before this one begins
    tasks = of_type(compute, "AWS::ECS::TaskDefinition")
    policies = of_type(compute, "AWS::IAM::Policy")
    for service in compute["Resources"].values():
        if service["Type"] == "AWS::ECS::Service":
            task = tasks[service["Properties"]["TaskDefinition"]["Ref"]]
            for role in ("TaskRoleArn", "ExecutionRoleArn"):
                name = task[role]["Fn::GetAtt"][0]
                given = {policy for policy, each in policies.items() if {"Ref": name} in each["Roles"]}
                assert given
                assert given <= set(service["DependsOn"])


def test_tables_stand_apart_from_what_takes_long_and_may_fail(templates: Templates) -> None:
    assert {stack for stack, _, _ in resources(templates, "AWS::DynamoDB::Table")} == {"TaskledgerTables"}
    assert {resource["Type"] for resource in templates["TaskledgerTables"]["Resources"].values()} == {
        "AWS::DynamoDB::Table",
        "AWS::SSM::Parameter",
        *(["AWS::CDK::Metadata"] if "CDKMetadata" in templates["TaskledgerTables"]["Resources"] else []),
    }


def test_what_a_failed_creation_made_goes_and_what_was_used_stays(templates: Templates) -> None:
    for kind in HOLD_DATA:
        for _, name, resource in resources(templates, kind):
            kept = "Snapshot" if kind == "AWS::RDS::DBInstance" else "RetainExceptOnCreate"
            assert resource["DeletionPolicy"] == kept, name


def test_nothing_refuses_to_be_deleted_before_a_release_has_passed(templates: Templates, profile: str) -> None:
    protected = profile == "production"  # which has had one
    assert len(resources(templates, "AWS::DynamoDB::Table")) == len(TABLES)
    for _, _, table in resources(templates, "AWS::DynamoDB::Table"):
        assert table["Properties"]["DeletionProtectionEnabled"] is protected
    for _, _, database in resources(templates, "AWS::RDS::DBInstance"):
        assert database["Properties"]["DeletionProtection"] is protected
    for _, _, balancer in resources(templates, "AWS::ElasticLoadBalancingV2::LoadBalancer"):
        attributes = {each["Key"]: each["Value"] for each in balancer["Properties"]["LoadBalancerAttributes"]}
        assert attributes["deletion_protection.enabled"] == str(protected).lower()


def test_what_is_replaced_with_its_source_has_no_name_of_its_own(templates: Templates) -> None:
    """A new one is made before the old one goes: a name would still be taken."""
    pipes = resources(templates, "AWS::Pipes::Pipe")
    assert len(pipes) == 2
    assert [name for _, name, pipe in pipes if "Name" in pipe["Properties"]] == []


def test_nothing_that_a_restore_makes_anew_is_an_export(templates: Templates) -> None:
    makers = ("TaskledgerTables", "TaskledgerData", "TaskledgerEvents")
    exported = {
        text(output["Value"])
        for maker in makers
        for output in templates[maker].get("Outputs", {}).values()
        if "Export" in output
    }
    assert [value for value in exported if any(word in value for word in ("<Log", "<Keys", "Database", "<Pipe."))] == []
    handed = {text(each["Properties"]["Name"]) for _, _, each in resources(templates, "AWS::SSM::Parameter")}
    assert {"/taskledger/made/log-stream", "/taskledger/made/database-address", "/taskledger/made/pipe"} <= handed


def test_an_account_keeps_the_provider_that_it_has(templates: Templates) -> None:
    kinds = {resource["Type"] for template in templates.values() for resource in template["Resources"].values()}
    assert not any("OIDCProvider" in kind for kind in kinds)


@pytest.mark.parametrize(
    "told",
    [
        {"repository": "acme/taskledger"},
        {"log_table": "taskledger-log-2"},
        {"database": "restored", "database_secret": "x"},
    ],
)
def test_what_belongs_together_is_told_together(told: dict[str, str]) -> None:
    with pytest.raises(MissingContext):
        Given(sender="board@example.org", **told)  # type: ignore[arg-type]


def test_the_operator_is_there_before_the_services_that_it_prepares(templates: Templates) -> None:
    families = {
        stack: task["Properties"]["Family"] for stack, _, task in resources(templates, "AWS::ECS::TaskDefinition")
    }
    assert families["TaskledgerOperator"] == f"taskledger-{OPERATOR}"
