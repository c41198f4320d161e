"""How a table is reached: its URL, the credentials, the region."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from kernel.adapters.dynamodb.table import DynamoTable
from kernel.ports.faults import StoreUnavailable
from kernel.process.platform import Platform
from taskledger_local.emulator import CREDENTIALS, Emulator
from testkit.faults import Faults


@pytest.fixture
def unknown_here(monkeypatch: pytest.MonkeyPatch, aws: Emulator, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine whose environment tells nothing of AWS."""
    for name in (*CREDENTIALS, "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return monkeypatch


@asynccontextmanager
async def a_task_role(lives: timedelta) -> AsyncIterator[str]:
    """What ECS has in a task: an address that gives the role's credentials, another pair each time."""
    given = 0

    async def give(request: web.Request) -> web.Response:
        nonlocal given
        given += 1
        expiration = (datetime.now(UTC) + lives).strftime("%Y-%m-%dT%H:%M:%SZ")
        keys = {"AccessKeyId": f"ROLE{given}", "SecretAccessKey": "secret", "Token": f"token{given}"}
        return web.json_response({**keys, "Expiration": expiration, "RoleArn": "arn:aws:iam::1:role/task"})

    app = web.Application()
    app.router.add_get("/role", give)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/role"
    await runner.cleanup()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("dynamodb://?region=eu-west-1", "named as"),
        ("dynamodb://a/b?region=eu-west-1", "named as"),
        ("dynamodb://sp ace?region=eu-west-1", "named as"),
        ("dynamodb://table?region=eu-west-1&colour=red", "not colour"),
        ("dynamodb://table?region=eu-west-1&pool=many", "many"),
        ("dynamodb://table?region=eu-west-1&patience=0", "patience"),
        ("dynamodb://table?region=eu-west-1&endpoint=localhost", "endpoint"),
    ],
)
async def test_a_url_that_makes_no_sense_is_refused(url: str, told: str) -> None:
    async with Platform() as platform:
        for opened in (platform.event_store(url), platform.key_value_store(url)):
            with pytest.raises(ValueError, match=told):
                await opened


async def test_a_table_needs_a_region(unknown_here: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="no region"):
        await DynamoTable.open("dynamodb://table")


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
async def test_region_and_endpoint_come_from_the_variables_of_aws(
    unknown_here: pytest.MonkeyPatch, faults: Faults, variable: str
) -> None:
    for name, value in CREDENTIALS.items():
        unknown_here.setenv(name, value)
    unknown_here.delenv("AWS_DEFAULT_REGION")
    unknown_here.setenv(variable, "eu-central-1")
    unknown_here.setenv("AWS_ENDPOINT_URL", faults.endpoint)
    table = await DynamoTable.open("dynamodb://table")
    with pytest.raises(StoreUnavailable, match="the table table is missing"):
        await table.get("a", "b")
    [request] = faults.requests
    assert "/eu-central-1/dynamodb/aws4_request" in request.headers["authorization"]
    await table.close()


async def test_without_credentials_the_table_is_refused(
    unknown_here: pytest.MonkeyPatch, dynamodb_tables: tuple[str, str]
) -> None:
    table = await DynamoTable.open(dynamodb_tables[0])
    with pytest.raises(StoreUnavailable, match="no credentials"):
        await table.get("a", "b")
    await table.close()


@pytest.mark.parametrize(("lives", "pairs"), [(timedelta(hours=6), 1), (timedelta(minutes=5), 2)])
async def test_a_tasks_role_is_used_and_renewed_before_it_expires(
    unknown_here: pytest.MonkeyPatch,
    dynamodb_tables: tuple[str, str],
    dynamodb: str,
    faults: Faults,
    lives: timedelta,
    pairs: int,
) -> None:
    async with a_task_role(lives) as address:
        unknown_here.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", address)
        table = await DynamoTable.open(dynamodb_tables[0].replace(dynamodb, faults.endpoint))
        for _ in range(2):
            await table.get("a", "b")
        await table.close()
    used = [
        request.headers["authorization"].partition("Credential=")[2].partition("/")[0] for request in faults.requests
    ]
    assert len(set(used)) == pairs
    assert all(name.startswith("ROLE") for name in used)
    assert all(request.headers["x-amz-security-token"].startswith("token") for request in faults.requests)
