"""A private MySQL-compatible server: a MariaDB or MySQL of the machine's own programs, on a free loopback port."""

import os
import pwd
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, Final, Protocol
from urllib.parse import unquote, urlsplit

import pymysql

from taskledger_local.processes import Child, DidNotStart, free_port

USER: Final = "taskledger"
PASSWORD: Final = "taskledger"  # noqa: S105 - of a server that only this machine reaches and that nobody keeps

# Durable as a server of ours would be, but for what only costs room and start-up time.
_OPTIONS: Final = (
    "--skip-name-resolve",
    "--skip-log-bin",
    "--performance-schema=OFF",
    "--character-set-server=utf8mb4",
    "--innodb-buffer-pool-size=256M",
    "--max-connections=300",
)
_SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder with a name of chance is made in it
_ROOM_BYTES: Final = 2 << 30
_PROGRAMS: Final = ("/usr/local/sbin", "/usr/sbin", "/usr/local/libexec", "/usr/libexec")


class MysqlServer(Child):
    """A server in a folder; its data stay there. It can be ended, killed and started again on the same port.

    `options` are further ones of its command line.
    """

    def __init__(self, folder: Path, port: int | None = None, options: Sequence[str] = ()) -> None:
        self.port = port or free_port()
        self.data = folder / "mysql"
        # Not /tmp: a server that starts removes the temporary tables of others that it finds there.
        self._scratch = folder / "mysql-tmp"
        self._program = _find()
        self._mariadb = self._program.name == "mariadbd"
        # A path of a socket has at most 107 bytes; the folder's may have more.
        self.socket = Path(f"/tmp/taskledger-{self.port}.sock")  # noqa: S108 - the server makes it itself, for its user
        self._init = folder / "mysql-init.sql"
        command = [
            str(self._program),
            *self._common(),
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--socket={self.socket}",
            f"--init-file={self._init}",
            *_OPTIONS,
            *([] if self._mariadb else ["--mysqlx=OFF"]),
            *options,
        ]
        super().__init__("mysql", command, folder, {})

    def run(self) -> None:
        """Start, making the data folder at the first time, and return when it answers. Raises DidNotStart."""
        if os.geteuid() == 0:
            self._let_in()
        self._make(self._scratch)
        if not self.data.exists():
            self._make(self.data)
            self._install()
        self._init.write_text(
            f"CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\n"
            f"GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
        )
        self.start(self._answers)

    def url(self, database: str) -> str:
        """The URL of a database, without a driver."""
        return f"mysql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def _common(self) -> list[str]:
        user = [f"--user={_unprivileged()}"] if os.geteuid() == 0 else []
        return ["--no-defaults", f"--datadir={self.data}", f"--tmpdir={self._scratch}", *user]

    def _let_in(self) -> None:
        """Let the server's user come to its data: temporary folders are their maker's alone."""
        closed = [parent for parent in self.data.parents if parent.exists() and not parent.stat().st_mode & 0o001]
        for parent in closed:
            if not (parent.is_relative_to(gettempdir()) or parent.is_relative_to(_SHARED_MEMORY)):
                raise DidNotStart(f"the user {_unprivileged()}, as whom MySQL runs, cannot enter {parent}")
            parent.chmod(parent.stat().st_mode | 0o011)

    def _make(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(folder, _unprivileged())

    def _install(self) -> None:
        if self._mariadb:
            tool = shutil.which("mariadb-install-db") or "mariadb-install-db"
            made = [tool, *self._common(), "--auth-root-authentication-method=normal", "--skip-test-db"]
        else:
            made = [str(self._program), *self._common(), "--initialize-insecure"]
        done = subprocess.run(made, capture_output=True, text=True, check=False)  # noqa: S603 - the commands are ours
        if done.returncode:
            shutil.rmtree(self.data)
            raise DidNotStart(f"{made[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as tried:
            return bool(tried.recv(1))
        return False


class Server(Protocol):
    """Where databases can be made."""

    def url(self, database: str) -> str:
        """The URL of a database, without a driver."""
        ...


class Existing:
    """A server that somebody else keeps, by the variable `TASKLEDGER_MYSQL_URL`: mysql://user:password@host:port."""

    def __init__(self, url: str) -> None:
        self._base = urlsplit(url)

    def url(self, database: str) -> str:
        """The URL of a database, without a driver."""
        return self._base._replace(path=f"/{database}").geturl()


@contextmanager
def private_server(options: Sequence[str] = ()) -> Iterator[MysqlServer]:
    """A server in a temporary folder of its own, in memory where there is room; ended and removed at the end."""
    with TemporaryDirectory(prefix="taskledger-mysql-", dir=_memory()) as folder:
        server = MysqlServer(Path(folder), options=options)
        server.run()
        try:
            yield server
        finally:
            server.end()


@contextmanager
def mysql_server() -> Iterator[Server]:
    """The server that `TASKLEDGER_MYSQL_URL` names, or a private one."""
    named = os.environ.get("TASKLEDGER_MYSQL_URL")
    if named:
        yield Existing(named)
        return
    with private_server() as server:
        yield server


def create_database(server: Server, name: str) -> str:
    """A database that is there from now on; its URL, without a driver."""
    administer(server.url(""), f"CREATE DATABASE IF NOT EXISTS {name}")
    return server.url(name)


@contextmanager
def a_database(server: Server) -> Iterator[str]:
    """An empty database with a name of its own, dropped at the end; its URL, without a driver."""
    name = f"t{uuid.uuid4().hex}"
    administer(server.url(""), f"CREATE DATABASE {name}")
    try:
        yield server.url(name)
    finally:
        administer(server.url(""), f"DROP DATABASE {name}")


def _memory() -> Path | None:
    """A folder in memory with room for a server: making and dropping tables is a hundred times as fast there."""
    if os.access(_SHARED_MEMORY, os.W_OK) and shutil.disk_usage(_SHARED_MEMORY).free > _ROOM_BYTES:
        return _SHARED_MEMORY
    return None


def administer(url: str, statement: str) -> Sequence[tuple[Any, ...]]:
    """Run one statement on a connection of its own, and return its rows. The URL may name a database."""
    parts = urlsplit(url)
    connection = pymysql.connect(
        host=parts.hostname or "",
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path.removeprefix("/") or None,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _find() -> Path:
    """MariaDB's or MySQL's server program. As root on Debian and its kin it is installed; raises DidNotStart."""
    found = _on_path()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)  # noqa: S607 - found on the path
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "mariadb-server"],  # noqa: S607
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
        found = _on_path()
    if found is None:
        raise DidNotStart(
            "a MySQL-compatible server is needed: install mariadb-server (or mysql-server),"
            " or name a running one by TASKLEDGER_MYSQL_URL=mysql://user:password@host:port"
        )
    return found


def _on_path() -> Path | None:
    path = os.pathsep.join([os.environ.get("PATH", ""), *_PROGRAMS])
    return next(
        (Path(found).resolve() for name in ("mariadbd", "mysqld") if (found := shutil.which(name, path=path))), None
    )


def _unprivileged() -> str:
    """Whom the server runs as when we are root, which it refuses to."""
    for name in ("mysql", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise DidNotStart("there is no user `mysql` for the server to run as")
