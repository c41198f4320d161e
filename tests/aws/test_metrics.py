"""What alarms and the dashboard look at, the services really write: each runs, and its lines are read."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from typing import Final

import orjson
import pytest
from aiobotocore.session import get_session

from kernel.histories import Board, record
from kernel.metric_lines import DIMENSION, NAMESPACE
from kernel.platform import Platform
from kernel.testing import eventually, extend
from taskledger_aws import application_metrics
from taskledger_local.emulator import Emulator
from taskledger_local.processes import free_port
from taskledger_local.services import HttpChild
from taskledger_local.testing import Hops, hops

MODULES: Final = {
    "auth-service": "auth_service",
    "task-service": "task_service",
    "log-projector": "log_projector",
    "notify-service": "notify_service",
}


@pytest.fixture
async def way(aws: Emulator, tmp_path: Path) -> AsyncIterator[Hops]:
    async with hops(aws.endpoint, tmp_path / "pipe") as made:
        yield made


@pytest.fixture
def services(way: Hops, tmp_path: Path) -> Iterator[dict[str, HttpChild]]:
    environment = {
        "METRICS_LOG_SECONDS": "0.2",
        "EVENT_STORE_URL": way.event_store_url,
        "SUBSCRIPTION_URL": f"{way.subscription_url}&poll=1",
        "AUTH_URL": f"http://127.0.0.1:{free_port()}",  # away: mails wait for it
        "SERVICE_SECRET": "of-this-test",
    }
    made = {}
    for name, module in MODULES.items():
        files = {
            variable: f"{scheme}:///{tmp_path}/{name}/{file}"
            for variable, scheme, file in (
                ("KEY_VALUE_URL", "sqlite", "keys.db"),
                ("READ_MODEL_URL", "sqlite", "read.db"),
                ("NOTIFY_DB_URL", "sqlite", "notify.db"),
                ("MAILER_URL", "maildir", "mail"),
            )
        }
        made[name] = HttpChild(name, module, tmp_path / name, environment | files, free_port())
    for child in made.values():
        child.launch()
    for child in made.values():
        child.wait(child.ready)
    yield made
    for child in made.values():
        child.kill()


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


async def test_every_metric_that_is_watched_is_written(
    services: dict[str, HttpChild], way: Hops, aws: Emulator
) -> None:
    async with Platform() as platform:
        log = await platform.event_store(way.event_store_url)
        await record(log, Board(Random(7)).grow(10))
        await extend(log, "task-0199aaaa-0000-7000-8000-000000000001", 0)  # of a type that nobody knows
    async with get_session().create_client("sqs", endpoint_url=aws.endpoint) as client:
        for queue in way.queues:
            url = (await client.get_queue_url(QueueName=queue.name))["QueueUrl"]
            await client.send_message(QueueUrl=url, MessageBody="no event of ours")

    def missing() -> set[tuple[str, str]]:
        written = {(metric, name) for name, child in services.items() for metric in written_by(child)}
        return {(measured.name, measured.service) for measured in application_metrics.ALL} - written

    try:
        await eventually(lambda: not missing(), seconds=30)
    except TimeoutError:
        pytest.fail(f"never written: {sorted(missing())}")
    for name in ("log-projector", "notify-service"):
        await eventually(lambda child=services[name]: written_by(child)["consumer_blocked_streams"] == 1, seconds=30)
