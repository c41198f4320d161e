"""Servers and databases that the tests of several folders share."""

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import boto3
import pytest
import structlog

from taskledger_local.deployed import Template, create, synthesised
from taskledger_local.emulator import CREDENTIALS, REGION, Emulator, emulator
from taskledger_local.mysql_server import Server, a_database, mysql_server

_NEEDS: Final = {
    "mysql": {"mysql", "mysql_url"},
    "emulator": {"aws", "deploy", "dynamodb"},
    "process": {"stack", "aws_stack", "observed", "services", "breakable", "templates"},
    "browser": {"browser"},
}
"""Marks, and the fixtures by which a test is known to need what they stand for."""

_SLOWEST: Final = ("tests/e2e/", "tests/faults/", "tests/", "deploy/")
"""Folders whose files are started first, so that none is waited for alone at the end."""


_PROCESSES: Final = ("tests/e2e/", "tests/faults/", "tests/crash/", "tests/processes/", "deploy/local/")
"""Folders whose tests start programs, all of them."""


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test by what it needs."""
    fixtures = set(getattr(item, "fixturenames", ()))
    for mark, names in _NEEDS.items():
        if fixtures & names:
            item.add_marker(mark)
    if item.nodeid.startswith(_PROCESSES):
        item.add_marker("process")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; within a file the order is random."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((at for at, folder in enumerate(_SLOWEST) if item.nodeid.startswith(folder)), len(_SLOWEST))


@pytest.fixture(autouse=True)
def _logs_of_its_own() -> Iterator[None]:
    """A test meets loggers as nobody has set them up: what another one had cached, or at which level, is not there."""
    configure = structlog.configure
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            structlog, "configure", lambda **options: configure(**options | {"cache_logger_on_first_use": False})
        )
        yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def mysql() -> Iterator[Server]:
    """A MySQL-compatible server: the one that `TASKLEDGER_MYSQL_URL` names, or a private one."""
    with mysql_server() as server:
        yield server


@pytest.fixture
def mysql_url(mysql: Server) -> Iterator[str]:
    """An empty database on it."""
    with a_database(mysql) as url:
        yield url


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator of AWS, with what reaches it in the environment as on a machine of AWS."""
    with pytest.MonkeyPatch.context() as patch, emulator(tmp_path_factory.mktemp("aws")) as started:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        yield started


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the user of a database server can be let into.

    Those of pytest are closed to others again whenever one begins, also one that somebody else has started.
    """
    with TemporaryDirectory(prefix="taskledger-") as name:
        yield Path(name)


@pytest.fixture(params=["sqlite", pytest.param("mysql", marks=pytest.mark.mysql)])
def sql_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/database.db"
    url: str = request.getfixturevalue("mysql_url")
    return url


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Template]:
    """What is deployed to AWS: the template of each stack, by its name."""
    own = tmp_path_factory.getbasetemp()
    return synthesised(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def deploy(aws: Emulator, templates: Mapping[str, Template]) -> Callable[[], str]:
    """Creates the stacks of tables and events by their templates, in a new account of the emulator; its access key."""
    accounts = itertools.count(100_000_000_000)

    def deploy() -> str:
        account = str(next(accounts))
        keys = {"aws_access_key_id": account, "aws_secret_access_key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"]}
        create(boto3.client("cloudformation", endpoint_url=aws.endpoint, region_name=REGION, **keys), templates)
        return account

    return deploy
