"""The adapters that the contract suites run against: a new adapter adds its URL here and nothing else."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from aiobotocore.session import get_session

from kernel.ports.database import Database
from kernel.ports.event_store import EventStore
from kernel.ports.key_value_store import KeyValueStore
from kernel.ports.mailer import Mailer
from kernel.process.platform import Platform
from taskledger_local.emulator import REGION
from taskledger_local.setup import create_sender
from taskledger_local.topology import BUS, KEYS, LOG
from testkit.hops import hops, piping
from testkit.mail_server import mail_server

Urls: TypeAlias = dict[str, Callable[[Path], str]]

EVENT_STORES: Final[Urls] = {"sqlite": lambda tmp: f"sqlite:///{tmp}/log.db"}
KEY_VALUE_STORES: Final[Urls] = {"sqlite": lambda tmp: f"sqlite:///{tmp}/key-value.db"}
DATABASES: Final[Urls] = {
    "sqlite": lambda tmp: f"sqlite:///{tmp}/database.db",
    "sqlite-normal": lambda tmp: f"sqlite:///{tmp}/database.db?synchronous=normal",
}
MAILERS: Final[Urls] = {"maildir": lambda tmp: f"maildir:///{tmp}/mail"}
SENDER: Final = "board@example.org"


def on_emulator(*names: str) -> list[Any]:
    """Parameters whose tests need the emulator of AWS."""
    return [pytest.param(name, marks=pytest.mark.emulator) for name in names]


@pytest.fixture(scope="module")
def deployed(deploy: Callable[[], str]) -> str:
    """An account with what is deployed to AWS, which a module's tests share; its access key."""
    return deploy()


@pytest.fixture
def deployed_at(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The query of URLs of what is deployed, for as long as the test has its account's key."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", request.getfixturevalue("deployed"))
    return f"region={REGION}&endpoint={request.getfixturevalue('aws').endpoint}"


@pytest.fixture(params=[*EVENT_STORES, *on_emulator("dynamodb", "deployed")])
def event_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param in EVENT_STORES:
        return EVENT_STORES[request.param](tmp_path)
    if request.param == "deployed":
        return f"dynamodb://{LOG.name}?{request.getfixturevalue('deployed_at')}"
    log, _ = request.getfixturevalue("dynamodb_tables")
    return str(log)


@pytest.fixture(params=["tail", *on_emulator("sqs", "deployed")])
async def followed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, str]]:
    """A log and the way from it: the URLs of an event store and of the subscriptions that hear of it."""
    if request.param == "tail":
        yield EVENT_STORES["sqlite"](tmp_path), "tail:"
        return
    endpoint = request.getfixturevalue("aws").endpoint
    if request.param == "deployed":
        # An account for each test: a stream is read from its beginning.
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", request.getfixturevalue("deploy")())
        where = f"region={REGION}&endpoint={endpoint}"
        async with piping(endpoint, tmp_path, LOG.name, BUS):
            yield f"dynamodb://{LOG.name}?{where}", f"sqs://taskledger?{where}"
        return
    async with hops(endpoint, tmp_path) as made:
        yield made.event_store_url, made.subscription_url


@pytest.fixture(params=[*KEY_VALUE_STORES, *on_emulator("dynamodb", "deployed")])
def key_value_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param in KEY_VALUE_STORES:
        return KEY_VALUE_STORES[request.param](tmp_path)
    if request.param == "deployed":
        return f"dynamodb://{KEYS.name}?{request.getfixturevalue('deployed_at')}"
    _, keys = request.getfixturevalue("dynamodb_tables")
    return str(keys)


@pytest.fixture(params=[*DATABASES, pytest.param("mysql", marks=pytest.mark.mysql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param in DATABASES:
        return DATABASES[request.param](tmp_path)
    url: str = request.getfixturevalue("mysql_url")
    return url


@pytest.fixture(params=[*MAILERS, "smtp", *on_emulator("ses")])
async def mailer_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    match request.param:
        case "smtp":
            with mail_server() as server:
                yield f"smtp://127.0.0.1:{server.port}?from={SENDER}"
        case "ses":
            endpoint: str = request.getfixturevalue("aws").endpoint
            async with get_session().create_client("sesv2", endpoint_url=endpoint) as client:
                await create_sender(client, SENDER)
            yield f"ses://?from={SENDER}&endpoint={endpoint}"
        case _:
            yield MAILERS[request.param](tmp_path)


@pytest.fixture
async def open_platform() -> AsyncIterator[Callable[[], Awaitable[Platform]]]:
    """Opens platforms that share no adapter object, as separate processes would; closed after the test."""
    async with AsyncExitStack() as closing:

        async def open_one() -> Platform:
            return await closing.enter_async_context(Platform())

        yield open_one


Opener: TypeAlias = Callable[[], Awaitable[Platform]]


@pytest.fixture
async def store(open_platform: Opener, event_store_url: str) -> EventStore:
    return await (await open_platform()).event_store(event_store_url)


@pytest.fixture
async def second_store(open_platform: Opener, event_store_url: str, store: EventStore) -> EventStore:
    """The same log through an object of its own."""
    return await (await open_platform()).event_store(event_store_url)


@pytest.fixture
async def values(open_platform: Opener, key_value_url: str) -> KeyValueStore:
    return await (await open_platform()).key_value_store(key_value_url)


@pytest.fixture
async def second_values(open_platform: Opener, key_value_url: str, values: KeyValueStore) -> KeyValueStore:
    return await (await open_platform()).key_value_store(key_value_url)


@pytest.fixture
async def database(open_platform: Opener, database_url: str) -> Database:
    return await (await open_platform()).database(database_url)


@pytest.fixture
async def second_database(open_platform: Opener, database_url: str, database: Database) -> Database:
    return await (await open_platform()).database(database_url)


@pytest.fixture
async def mailer(open_platform: Opener, mailer_url: str) -> Mailer:
    return await (await open_platform()).mailer(mailer_url)
