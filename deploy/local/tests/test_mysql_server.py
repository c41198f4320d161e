"""A private MySQL server: several start on one machine at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from taskledger_local.mysql_server import administer, private_server


def test_servers_that_start_at_once_leave_alone_what_the_others_write() -> None:
    def folder(_: int) -> Path:
        with private_server() as server:
            [(scratch,)] = administer(server.url(""), "SELECT @@tmpdir")
            return Path(str(scratch)).relative_to(server.data.parent)

    with ThreadPoolExecutor(2) as starting:
        assert list(starting.map(folder, range(2))) == [Path("mysql-tmp")] * 2
