"""What a process stands on: one adapter per port, chosen by the scheme of a URL, opened once and closed at the end."""

import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

import httpx
from starlette.types import ASGIApp

from kernel.identity.ended_sessions import EndedSessions
from kernel.observe import context, tracing
from kernel.ports.database import Database
from kernel.ports.event_store import EventStore
from kernel.ports.key_value_store import KeyValueStore
from kernel.ports.mailer import Mailer
from kernel.ports.subscription import Subscription

T = TypeVar("T")

HTTP_TIMEOUT: Final = httpx.Timeout(5.0, connect=2.0)


class BadUrl(ValueError):
    """No adapter can be opened by the URL; the message names the variable."""


class Platform:
    """Opens the adapters that services ask for; the same URL gives the same one, so services in one process share it.

    Adapters are imported only when chosen. `apps`, or `mount`, let an app answer HTTP to a base URL within the process:
    embedded services call each other by the same contract, without a socket.
    """

    def __init__(self, apps: Mapping[str, ASGIApp] | None = None) -> None:
        self._apps = dict(apps or {})
        self._opened: dict[tuple[str, str], Any] = {}
        self._closing = AsyncExitStack()
        self.ended = EndedSessions()
        """What every service of this process should know at once."""

    def mount(self, base_url: str, app: ASGIApp) -> None:
        """Answer HTTP to `base_url` by an app of this process. Before the first client for it is asked for."""
        self._apps[base_url] = app

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._closing.aclose()

    async def event_store(self, url: str) -> EventStore:
        """The log at `sqlite:///path`, or in the table at `dynamodb://TABLE?region=...&endpoint=...`."""

        async def sqlite() -> EventStore:
            from kernel.adapters.sqlite.event_store import SqliteEventStore

            return await SqliteEventStore.open(_path(url))

        async def dynamodb() -> EventStore:
            from kernel.adapters.dynamodb.event_store import DynamodbEventStore

            return await DynamodbEventStore.open(url)

        return await self._open("EVENT_STORE_URL", url, {"sqlite": sqlite, "dynamodb": dynamodb})

    async def subscription(self, url: str, consumer: str, store: EventStore) -> Subscription:
        """New events for a consumer: `tail:` follows the log in this process, `sqs://prefix` takes them off a queue."""

        async def tail() -> Subscription:
            from kernel.adapters.sqlite.event_store import SqliteEventStore
            from kernel.adapters.sqlite.tail_subscription import TailSubscription

            if not isinstance(store, SqliteEventStore):
                raise BadUrl("tail: follows a log at sqlite:///path only")
            return await TailSubscription.open(store, consumer)

        async def sqs() -> Subscription:
            from kernel.adapters.sqs.subscription import SqsSubscription

            return await SqsSubscription.open(url, consumer)

        return await self._open("SUBSCRIPTION_URL", url, {"tail": tail, "sqs": sqs}, key=f"{url}#{consumer}")

    async def key_value_store(self, url: str) -> KeyValueStore:
        """The keys and values at `sqlite:///path`, or in the table at `dynamodb://TABLE?region=...&endpoint=...`."""

        async def sqlite() -> KeyValueStore:
            from kernel.adapters.sqlite.key_value_store import SqliteKeyValueStore

            return await SqliteKeyValueStore.open(_path(url))

        async def dynamodb() -> KeyValueStore:
            from kernel.adapters.dynamodb.key_value_store import DynamodbKeyValueStore

            return await DynamodbKeyValueStore.open(url)

        return await self._open("KEY_VALUE_URL", url, {"sqlite": sqlite, "dynamodb": dynamodb})

    async def database(self, url: str) -> Database:
        """The SQL database at `sqlite:///path`, with `?synchronous=normal` for what the log can give back.

        Or on a server at `mysql://user:password@host:port/name`.
        """

        async def sqlite() -> Database:
            from kernel.adapters.sqlite.database import SqliteDatabase

            normal = urlsplit(url).query == "synchronous=normal"
            return await SqliteDatabase.open(_path(url), "NORMAL" if normal else "FULL")

        async def mysql() -> Database:
            from kernel.adapters.mysql.database import MysqlDatabase

            return await MysqlDatabase.open(url)

        schemes = {"sqlite": sqlite, "mysql": mysql}
        return await self._open("READ_MODEL_URL or NOTIFY_DB_URL", url, schemes)

    async def mailer(self, url: str) -> Mailer:
        """The mail system at `maildir:///path`, or `smtp://host:port?from=ADDRESS`, `smtps://`, `ses://?from=ADDRESS`."""

        async def maildir() -> Mailer:
            from kernel.adapters.maildir.mailer import MaildirMailer

            return await MaildirMailer.open(_path(url))

        async def smtp() -> Mailer:
            from kernel.adapters.smtp.mailer import SmtpMailer

            return await SmtpMailer.open(url)

        async def ses() -> Mailer:
            from kernel.adapters.ses.mailer import SesMailer

            return await SesMailer.open(url)

        return await self._open("MAILER_URL", url, {"maildir": maildir, "smtp": smtp, "smtps": smtp, "ses": ses})

    async def http(self, base_url: str) -> httpx.AsyncClient:
        """A client for another service, kept open."""

        async def connect() -> httpx.AsyncClient:
            app = self._apps.get(base_url)
            transport = httpx.ASGITransport(app) if app is not None else httpx.AsyncHTTPTransport(retries=1)
            return httpx.AsyncClient(base_url=base_url, transport=_Traced(transport), timeout=HTTP_TIMEOUT)

        client: httpx.AsyncClient | None = self._opened.get(("http", base_url))
        if client is None:
            client = self._opened["http", base_url] = await connect()
            self._closing.push_async_callback(client.aclose)
        return client

    async def _open(
        self, port: str, url: str, openers: Mapping[str, Callable[[], Awaitable[T]]], *, key: str | None = None
    ) -> T:
        known: T | None = self._opened.get((port, key or url))
        if known is not None:
            return known
        opener = openers.get(urlsplit(url).scheme)
        if opener is None:
            raise BadUrl(f"{port}: no adapter for {url!r}; known are {', '.join(openers)}")
        try:
            opened = await opener()
        except ValueError as error:
            raise BadUrl(f"{port}: {error}") from error
        self._opened[port, key or url] = opened
        self._closing.push_async_callback(opened.close)  # type: ignore[attr-defined]
        return opened


class _Traced(httpx.AsyncBaseTransport):
    """What the other service does belongs to the same trace."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if context.parent() is None:
            return await self._pass(request)
        attributes = {"http.request.method": request.method, "server.address": request.url.host}
        with tracing.work(f"{request.method} {request.url.path}", tracing.Kind.CLIENT, attributes=attributes):
            response = await self._pass(request)
            tracing.note("http.response.status_code", response.status_code)
            return response

    async def _pass(self, request: httpx.Request) -> httpx.Response:
        request.headers.update(context.headers())
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._transport.aclose()


def _path(url: str) -> Path:
    """The file of `sqlite:///relative/log.db` or `sqlite:////absolute/log.db`; `%23` stands for `#`, and so on."""
    return Path(os.fsdecode(unquote_to_bytes(urlsplit(url).path.removeprefix("/"))))
