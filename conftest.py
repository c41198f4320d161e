"""Servers and databases that the tests of several folders share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taskledger_local.mysql_server import Server, a_database, mysql_server


@pytest.fixture(scope="session")
def mysql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A MySQL-compatible server; each test takes a database of its own."""
    with mysql_server(tmp_path_factory.mktemp("mysql")) as server:
        yield server


@pytest.fixture(params=["sqlite", "mysql"])
def sql_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/database.db"
        return
    with a_database(request.getfixturevalue("mysql")) as url:
        yield url
