"""MySQL killed, stopped, cut off: all goes on by itself. Long because every fault is done to one server."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import BigInteger, Column, MetaData, String, Table, bindparam, insert, select, text, update

from kernel.adapters.mysql.database import MysqlDatabase
from kernel.ports.database import DatabaseUnavailable, Statement, Write
from taskledger_local.mysql_server import MysqlServer, a_database, private_server
from testkit.log import eventually

metadata = MetaData()
counters = Table(
    "counters", metadata, Column("id", String(8), primary_key=True), Column("count", BigInteger, nullable=False)
)
ADD: Final = Statement(insert(counters).values(id=bindparam("id_"), count=bindparam("n")))
RAISE: Final = Statement(update(counters).values(count=counters.c["count"] + 1))
COUNT: Final = Statement(select(counters.c["count"]))

Fate: TypeAlias = Literal["pass", "cut before", "cut after", "silence"]
"""What becomes of what a client says, by a path that is broken before the server hears it, or after, or never ends."""


class Network:
    """What is between a client and a server. `fate` decides for each thing that a client says."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self.fate: Callable[[bytes], Fate] = lambda said: "pass"
        self.port = 0
        self._talks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Network"]:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)

    def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._carry(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._to)
        answering = asyncio.create_task(self._answer(there, writer))
        try:
            while said := await reader.read(1 << 16):
                match self.fate(said):
                    case "pass":
                        back.write(said)
                    case "cut before":
                        return
                    case "cut after":
                        answering.cancel()
                        await asyncio.wait([answering])
                        back.write(said)
                        await there.read(1 << 16)
                        return
                    case "silence":
                        pass
        finally:
            answering.cancel()
            for end in (writer, back):
                end.close()
            await asyncio.gather(answering, writer.wait_closed(), back.wait_closed(), return_exceptions=True)

    @staticmethod
    async def _answer(there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while heard := await there.read(1 << 16):
            writer.write(heard)
        writer.close()


@pytest.fixture
def url(mysql_url: str) -> str:
    return mysql_url


@pytest.fixture
async def network(url: str) -> AsyncIterator[Network]:
    parts = urlsplit(url)
    async with Network(parts.hostname or "", parts.port or 0).open() as made:
        yield made


@asynccontextmanager
async def opened(url: str, *, at: int | None = None, **options: object) -> AsyncIterator[MysqlDatabase]:
    parts = urlsplit(url)
    if at is not None:
        parts = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{at}")
    query = "&".join(f"{name}={value}" for name, value in options.items())
    database = await MysqlDatabase.open(parts._replace(query=query).geturl())
    try:
        yield database
    finally:
        await database.close()


async def prepare(database: MysqlDatabase) -> None:
    await database.create(metadata)
    await database.write(Write(ADD, {"id_": "a", "n": 0}))


async def count(database: MysqlDatabase) -> int:
    found: int = (await database.fetch(COUNT))[0][0]
    return found


def at_first(word: bytes, fate: Fate) -> Callable[[bytes], Fate]:
    """This fate for the first thing said that has a word in it."""
    left = [fate]

    def decide(said: bytes) -> Fate:
        return left.pop() if left and word in said else "pass"

    return decide


async def test_a_transaction_that_was_cut_off_before_its_commit_is_done_again_once(url: str, network: Network) -> None:
    async with opened(url, at=network.port) as database:
        await prepare(database)
        for fate in ("cut before", "cut after"):
            network.fate = at_first(b"UPDATE", fate)
            await database.write(Write(RAISE))
        assert await count(database) == 2


async def test_a_commit_whose_answer_is_lost_is_not_done_again(url: str, network: Network) -> None:
    async with opened(url, at=network.port) as database:
        await prepare(database)
        network.fate = at_first(b"COMMIT", "cut after")
        with pytest.raises(DatabaseUnavailable, match="commit"):
            await database.write(Write(RAISE))
        await eventually(lambda: has(database, 1))
        network.fate = at_first(b"COMMIT", "cut before")
        with pytest.raises(DatabaseUnavailable, match="commit"):
            await database.write(Write(RAISE))
        assert await count(database) == 1


async def has(database: MysqlDatabase, wanted: int) -> bool:
    return await count(database) == wanted


async def test_silence_is_waited_for_no_longer_than_asked(url: str, network: Network) -> None:
    async with opened(url) as database:
        await prepare(database)
    async with opened(url, at=network.port, timeout=0.5, long_timeout=0.5, connect_timeout=0.5) as database:
        for word in (b"SELECT", b"UPDATE", b"COMMIT"):
            network.fate = at_first(word, "silence")
            with pytest.raises(DatabaseUnavailable):
                await (database.fetch(COUNT) if word == b"SELECT" else database.write(Write(RAISE)))
        network.fate = lambda said: "silence"
        with pytest.raises(DatabaseUnavailable):
            await database.ping()
        network.fate = lambda said: "pass"
        await database.write(Write(RAISE))
        assert await count(database) == 1


async def test_a_connection_that_died_while_idle_is_found_out_before_it_is_used(url: str, network: Network) -> None:
    async with opened(url, at=network.port, ping_after=0.001, connect_timeout=1) as database:
        await prepare(database)
        await asyncio.sleep(0.01)
        said: list[bytes] = []

        def deaf_to_signs_of_life(words: bytes) -> Fate:
            said.append(words)
            return "silence" if words[4:] == b"\x0e" else "pass"

        network.fate = deaf_to_signs_of_life
        await database.write(Write(RAISE))
        assert [words[4:5] for words in said[:1]] == [b"\x0e"]
        assert await count(database) == 1


# --- the server itself ---


@pytest.fixture(scope="module")
def server() -> Iterator[MysqlServer]:
    """A server of this module's own, for it is killed."""
    with private_server() as server:
        yield server


@pytest.mark.crash
async def test_a_killed_server_keeps_what_it_acknowledged_and_is_used_again_when_it_is_back(
    server: MysqlServer,
) -> None:
    with a_database(server) as url:
        async with opened(url) as database:
            await prepare(database)
            acknowledged = unknown = 0

            async def write() -> None:
                nonlocal acknowledged, unknown
                while True:
                    try:
                        await database.write(Write(RAISE))
                    except DatabaseUnavailable:
                        unknown += 1
                        return
                    acknowledged += 1

            writing = [asyncio.create_task(write()) for _ in range(4)]
            await eventually(lambda: acknowledged >= 20)
            server.kill()
            await asyncio.gather(*writing)
            with pytest.raises(DatabaseUnavailable):
                await database.fetch(COUNT)
            await asyncio.to_thread(server.run)
            assert acknowledged <= await count(database) <= acknowledged + unknown
            await database.write(Write(RAISE))


@pytest.mark.crash
async def test_a_server_that_stands_still_is_unavailable_until_it_goes_on(server: MysqlServer) -> None:
    with a_database(server) as url:
        async with opened(url) as patient:
            await prepare(patient)
        async with opened(url, timeout=1, long_timeout=1) as database:
            assert server.process is not None
            os.kill(server.process.pid, signal.SIGSTOP)
            try:
                with pytest.raises(DatabaseUnavailable):
                    await database.write(Write(RAISE))
                with pytest.raises(DatabaseUnavailable):
                    await count(database)
            finally:
                os.kill(server.process.pid, signal.SIGCONT)
            await eventually(lambda: works(database))


async def works(database: MysqlDatabase) -> bool:
    with suppress(DatabaseUnavailable):
        await database.write(Write(RAISE))
        return True
    return False


# --- TLS ---


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "taskledger test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    for path in paths:
        path.chmod(0o644)
    return paths


@pytest.fixture(scope="module")
def authority() -> Iterator[tuple[Path, Path]]:
    # Not in pytest's folder: that is closed to the server's user.
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield certified(Path(folder))


@pytest.fixture(scope="module")
def secure(authority: tuple[Path, Path]) -> Iterator[MysqlServer]:
    certificate, key = authority
    with private_server([f"--ssl-cert={certificate}", f"--ssl-key={key}", f"--ssl-ca={certificate}"]) as server:
        yield server


async def test_with_ssl_all_is_enciphered_and_the_server_is_who_it_says(
    secure: MysqlServer, authority: tuple[Path, Path]
) -> None:
    cipher = Statement(text("SHOW SESSION STATUS LIKE 'Ssl_cipher'"))
    url = secure.url("mysql")
    async with opened(url, ssl=authority[0]) as database:
        assert (await database.fetch(cipher))[0][1]
    async with opened(url, ssl="verify") as stranger:
        with pytest.raises(DatabaseUnavailable):
            await stranger.ping()


async def test_with_ssl_a_server_that_has_none_is_not_talked_to(
    server: MysqlServer, authority: tuple[Path, Path]
) -> None:
    url = server.url("mysql")
    async with opened(url, ssl=authority[0]) as database:
        with pytest.raises(DatabaseUnavailable):
            await database.ping()
