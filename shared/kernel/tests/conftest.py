"""What tests of several folders share."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from aiobotocore.session import get_session

from taskledger_local.emulator import REGION, Emulator
from taskledger_local.setup import create_tables
from taskledger_local.topology import KEYS, LOG
from testkit.faults import Faults, faults_before


@pytest.fixture(scope="session")
def dynamodb(aws: Emulator) -> str:
    """The endpoint of DynamoDB: the emulator's, or that of another, such as DynamoDB Local, which a variable names."""
    return os.environ.get("TASKLEDGER_DYNAMODB_ENDPOINT", aws.endpoint)


@pytest.fixture(scope="module")
def dynamodb_tables(dynamodb: str) -> tuple[str, str]:
    """The URLs of a log and of keys and values that a module's tests share."""
    name = uuid4().hex
    tables = [replace(table, name=f"{table.name}-{name}") for table in (LOG, KEYS)]

    async def create() -> None:
        async with get_session().create_client("dynamodb", endpoint_url=dynamodb) as client:
            await create_tables(client, tables)

    asyncio.run(create())
    log, keys = (f"dynamodb://{table.name}?region={REGION}&endpoint={dynamodb}" for table in tables)
    return log, keys


@pytest.fixture(scope="module")
def aws_proxy(aws: Emulator) -> Iterator[Faults]:
    with faults_before(aws.endpoint) as started:
        yield started


@pytest.fixture
def aws_faults(aws_proxy: Faults) -> Iterator[Faults]:
    """A proxy before the emulator that does nothing yet, and has seen nothing."""
    aws_proxy.clear()
    aws_proxy.requests.clear()
    yield aws_proxy
    aws_proxy.clear()


@pytest.fixture
def unique() -> str:
    """A name that no other test uses, for adapters whose tests share a table."""
    return uuid4().hex
