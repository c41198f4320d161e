"""What is deployed fits the services: what is watched is written, what is done is allowed, probes are true."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias

import httpx
import orjson
import pytest
from aiobotocore.session import get_session

from kernel.observe.metric_lines import DIMENSION, NAMESPACE
from kernel.process.platform import Platform
from taskledger_aws import application_metrics
from taskledger_local.deployed import SENDER, Template
from taskledger_local.emulator import REGION
from taskledger_local.services import HttpChild
from taskledger_local.setup import create_sender
from taskledger_local.topology import ANSWERS, BUS, KEYS, LOG, QUEUES
from testkit.faults import Answer, Request
from testkit.histories import Board as History
from testkit.histories import record
from testkit.hops import piping
from testkit.log import eventually, extend

pytestmark = pytest.mark.process

Allowed: TypeAlias = set[tuple[str, str]]
"""Actions, each with what it is done to: a table, an index, a consumer's queue, or `*`."""

BY_RESOURCE: Final = {
    "FnGetAttProjectorDead": "projector-dead",
    "FnGetAttNotifierDead": "notifier-dead",
    "FnGetAttProjector": "projector",
    "FnGetAttNotifier": "notifier",
}
"""What only AWS knows in full, by how the templates name it."""

IN_A_TRANSACTION: Final = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}


# --- metrics ---


def written_by(child: HttpChild) -> dict[str, float]:
    """The newest value of each metric in the lines that CloudWatch would take."""
    found: dict[str, float] = {}
    for line in child.printed().splitlines():
        document = orjson.loads(line)
        for described in document.get("_aws", {}).get("CloudWatchMetrics", ()):
            assert described["Namespace"] == NAMESPACE == application_metrics.NAMESPACE
            assert described["Dimensions"] == [[DIMENSION]] == [[application_metrics.DIMENSION]]
            assert document[DIMENSION] == child.name
            found |= {metric["Name"]: document[metric["Name"]] for metric in described["Metrics"]}
    return found


async def test_every_metric_that_is_watched_is_written(board: Any, tmp_path: Path) -> None:
    async with (
        Platform() as platform,
        get_session().create_client("sqs", endpoint_url=board.endpoint) as sqs,
        piping(board.endpoint, tmp_path, LOG.name, BUS),
    ):
        log = await platform.event_store(f"dynamodb://{LOG.name}?region={REGION}&endpoint={board.endpoint}")
        await record(log, History(Random(7)).grow(10))
        await extend(log, "task-0199aaaa-0000-7000-8000-000000000001", 0)  # of a type that nobody knows
        for queue in QUEUES:
            url = (await sqs.get_queue_url(QueueName=queue.name))["QueueUrl"]
            await sqs.send_message(QueueUrl=url, MessageBody="no event of ours")

        def missing() -> set[tuple[str, str]]:
            written = {(metric, name) for name, child in board.services.items() for metric in written_by(child)}
            return {(measured.name, measured.service) for measured in application_metrics.ALL} - written

        try:
            await eventually(lambda: not missing(), seconds=60)
        except TimeoutError:
            pytest.fail(f"never written: {sorted(missing())}")
        for name in ("log-projector", "notify-service"):
            child = board.services[name]
            await eventually(lambda child=child: written_by(child)["consumer_blocked_streams"] == 1, seconds=60)


# --- permissions ---


def resource(value: Any) -> str:
    match value:
        case {"Fn::ImportValue": name}:
            return next((known for part, known in BY_RESOURCE.items() if part in name), "?")
        case str() if ":table/" in value:
            return value.rpartition(":table/")[2]
        case {"Fn::Join": [_, [first, *rest]]} if isinstance(first, dict) and "Fn::ImportValue" in first:
            return resource(first) + "".join(map(str, rest))
        case _:
            return "*"


def allowed(compute: Template, name: str) -> Allowed:
    """What the role of a service is allowed, on tables and queues; of the rest the actions."""
    resources = compute["Resources"].values()
    (role,) = [
        each["Properties"]["TaskRoleArn"]["Fn::GetAtt"][0]
        for each in resources
        if each["Type"] == "AWS::ECS::TaskDefinition" and each["Properties"]["Family"] == f"taskledger-{name}"
    ]
    found: Allowed = set()
    for each in resources:
        if each["Type"] == "AWS::IAM::Policy" and {"Ref": role} in each["Properties"]["Roles"]:
            for statement in each["Properties"]["PolicyDocument"]["Statement"]:
                actions, targets = statement["Action"], statement["Resource"]
                for action in actions if isinstance(actions, list) else [actions]:
                    for target in targets if isinstance(targets, list) else [targets]:
                        found.add((action, resource(target)))
    return found


def called(request: Request) -> Allowed:
    """What a request would have to be allowed."""
    service, _, operation = request.operation.partition(".")
    if service.startswith("DynamoDB"):
        body = orjson.loads(request.body)
        if operation == "TransactWriteItems":
            items = [next(iter(item.items())) for item in body["TransactItems"]]
            return {(f"dynamodb:{IN_A_TRANSACTION[kind]}", what["TableName"]) for kind, what in items}
        index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
        return {(f"dynamodb:{operation}", body["TableName"] + index)}
    if service == "AmazonSQS":
        body = orjson.loads(request.body)
        queue = str(body.get("QueueUrl") or body["QueueName"]).partition("taskledger-")[2]
        return {(f"sqs:{operation.removesuffix('Batch')}", queue)}
    if request.operation.endswith("/outbound-emails"):
        return {("ses:SendEmail", "*"), ("ses:SendRawEmail", "*")}
    assert request.operation.endswith("/email/account")
    return {("ses:GetAccount", "*")}


async def test_what_a_board_does_is_what_its_roles_allow(
    board: Any, templates: Mapping[str, Template], tmp_path: Path
) -> None:
    async with get_session().create_client("sesv2", endpoint_url=board.endpoint) as ses:
        await create_sender(ses, SENDER)
    async with (
        piping(board.endpoint, tmp_path, LOG.name, BUS),
        httpx.AsyncClient(base_url=board.services["auth-service"].url, timeout=30) as auth,
        httpx.AsyncClient(base_url=board.services["task-service"].url, timeout=30) as task,
        httpx.AsyncClient(base_url=board.services["notify-service"].url, timeout=30) as notify,
    ):
        ann, bo = [await registered(auth, name) for name in ("ann", "bo")]
        project = await answered(task.post("/api/projects", json={"name": "Shop"}, headers=ann[1]))
        at = f"/api/projects/{project['id']}"
        await answered(task.put(f"{at}/members/{bo[0]}", json={"role": "member"}, headers=ann[1]))
        made = {"title": "Sell", "assignees": [bo[0]]}
        sold = await answered(task.post(f"{at}/tasks", json=made, headers={**ann[1], "Idempotency-Key": "once"}))
        await answered(task.patch(f"/api/tasks/{sold['id']}", json={"status": "done"}, headers=ann[1]))

        async def told() -> bool:
            inbox = await answered(notify.get("/api/notifications", headers=bo[1]))
            ledger = await answered(notify.get(f"/api/notifications/deliveries?task={sold['id']}", headers=ann[1]))
            mails = [line for line in ledger["items"] if line["channel"] == "mail" and line["state"] == "sent"]
            return len(inbox["items"]) > 0 and len(mails) > 0

        await eventually(told, seconds=60)
        await answered(notify.post("/api/notifications/read-all", headers={**bo[1], "Idempotency-Key": "read"}))
        await answered(auth.post("/api/auth/logout", headers=bo[1]))
    used = {name: set().union(*map(called, proxy.requests)) for name, proxy in board.proxies.items()}
    for name, done in used.items():
        assert done <= allowed(templates["TaskledgerCompute"], name), name
    assert ("dynamodb:PutItem", LOG.name) in used["task-service"]
    assert ("dynamodb:DeleteItem", KEYS.name) in used["auth-service"]
    assert ("dynamodb:PutItem", ANSWERS.name) in used["notify-service"] or (
        "dynamodb:UpdateItem",
        ANSWERS.name,
    ) in used["notify-service"]
    assert ("dynamodb:Query", f"{LOG.name}/index/heads") in used["log-projector"]
    assert ("sqs:DeleteMessage", "projector") in used["log-projector"]
    assert ("ses:SendEmail", "*") in used["notify-service"]


async def registered(auth: httpx.AsyncClient, name: str) -> tuple[str, dict[str, str]]:
    """A new person: the id, and headers that say so."""
    given = {"email": f"{name}@example.org", "password": "a long enough passphrase 7", "name": name}
    answer = await answered(auth.post("/api/auth/register", json=given))
    return answer["user"]["id"], {"Authorization": f"Bearer {answer['access_token']}"}


async def answered(call: Any) -> Any:
    answer = await call
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


# --- health ---


async def test_a_container_is_healthy_once_it_was_ready_and_as_long_as_it_lives(
    board: Any, templates: Mapping[str, Template], tmp_path: Path
) -> None:
    (command,) = {
        text
        for resource in templates["TaskledgerCompute"]["Resources"].values()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
        for container in resource["Properties"]["ContainerDefinitions"]
        if "HealthCheck" in container
        for text in container["HealthCheck"]["Command"][1:]
    }
    marked = command.replace("/tmp/ready", str(tmp_path / "ready"))
    assert marked != command
    child, proxy = board.services["task-service"], board.proxies["task-service"]

    def healthy() -> bool:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**os.environ, "PORT": str(child.port), "PATH": path}
        return subprocess.run(["sh", "-c", marked], env=environment, capture_output=True, check=False).returncode == 0

    proxy.always(Answer(500), operation="DynamoDB")
    try:
        assert not healthy()
        proxy.clear()
        await eventually(healthy, seconds=60)
        proxy.always(Answer(500), operation="DynamoDB")
        assert not child.ready()
        assert healthy()
    finally:
        proxy.clear()
