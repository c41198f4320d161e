"""A DynamoDB table by URL: one client that stays open; each call has time-outs and is retried within a bound."""

import asyncio
import os
import random
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import parse_qs, urlsplit

import aiohttp
import structlog
from aiobotocore.session import AioSession, get_session
from aiodynamo import errors
from aiodynamo.client import Client
from aiodynamo.credentials import Credentials, Key
from aiodynamo.expressions import KeyCondition
from aiodynamo.http.types import HttpImplementation, Request, Response
from aiodynamo.models import Page, StaticDelayRetry
from aiodynamo.operations import ConditionCheck, Delete, Put, Update
from botocore.exceptions import BotoCoreError
from yarl import URL

from kernel.ports import StoreUnavailable
from kernel.telemetry import STORE_RETRIES

T = TypeVar("T")
Operation: TypeAlias = Put | Update | Delete | ConditionCheck

log = structlog.get_logger("dynamodb")

_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.0
_LARGE_BODY: Final = 2**20
_ONCE: Final = StaticDelayRetry(
    time_limit_secs=-1
)  # the client itself retries nothing: what is retried is decided here

_PASSING: Final = (
    TimeoutError,
    OSError,
    aiohttp.ClientError,
    BotoCoreError,  # the source of credentials does not answer
    errors.ExpiredToken,
    errors.InternalDynamoError,
    errors.ProvisionedThroughputExceeded,
    errors.RequestLimitExceeded,
    errors.ServiceUnavailable,
    errors.Throttled,
    errors.TransactionConflict,
    errors.TransactionInProgress,
)
_REFUSED: Final = (errors.AccessDenied, errors.UnrecognizedClient, errors.NoCredentialsFound)

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
_FAILED: Final = "ConditionalCheckFailed"
_PASSING_REASONS: Final = frozenset({"TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a table is reached. Each may stand in the URL's query by its name; times are in seconds.

    Without `region` and `endpoint` the variables of the AWS tools count. `read_timeout` is for one attempt, `patience`
    for all attempts of a call together; `pool` is the number of connections.
    """

    region: str = ""
    endpoint: str = ""
    connect_timeout: float = 2.0
    read_timeout: float = 5.0
    patience: float = 10.0
    pool: int = 50


class ConditionsFailed(Exception):
    """A transaction was cancelled because conditions did not hold; `indexes` tells of which operations."""

    def __init__(self, indexes: Sequence[int]) -> None:
        super().__init__(f"conditions of the operations {indexes} did not hold")
        self.indexes = indexes


class DynamoTable:
    """A table and the client for it. `client` makes one attempt; `attempt` and `transact` retry what passes."""

    def __init__(self, name: str, client: Client, session: aiohttp.ClientSession, options: Options) -> None:
        self.name = name
        self.client = client
        self._session = session
        self._options = options

    @classmethod
    async def open(cls, url: str) -> "DynamoTable":
        """Take on a table at `dynamodb://TABLE?region=...&endpoint=...`; nothing is asked for before the first call.

        Credentials come from the chain of the AWS tools: variables, profiles, the roles of tasks and machines, renewed
        before they expire. Raises ValueError for a URL that makes no sense, or where no region is known.
        """
        parts = urlsplit(url)
        if not re.fullmatch(r"[\w.-]{3,255}", parts.netloc, re.ASCII) or parts.path.strip("/"):
            raise ValueError("a table is named as dynamodb://TABLE?region=...&endpoint=...")
        options = _options(parts.query)
        aws = get_session()
        region = options.region or os.environ.get("AWS_REGION") or aws.get_config_variable("region")
        if not region:
            raise ValueError(f"no region for the table {parts.netloc}: not in its URL, nor in AWS_REGION")
        endpoint = options.endpoint or os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ.get("AWS_ENDPOINT_URL")
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=options.pool),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=options.connect_timeout, sock_read=options.read_timeout
            ),
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        )
        client = Client(
            http=_Http(session),
            credentials=_Chain(aws),
            region=region,
            endpoint=URL(endpoint) if endpoint else None,
            numeric_type=int,
            throttle_config=_ONCE,
        )
        return cls(parts.netloc, client, session, options)

    async def attempt(self, call: Callable[[], Awaitable[T]]) -> T:
        """What `call` returns, tried again after passing faults. Raises StoreUnavailable.

        An attempt whose answer was lost may have been carried out: `call` must do no harm when it is repeated.
        """
        until = time.monotonic() + self._options.patience
        for attempt in count():
            try:
                return await call()
            except _PASSING as error:
                fault: Exception = error
            except errors.TransactionCanceled as error:
                codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
                if _FAILED in codes or not codes <= _PASSING_REASONS:
                    raise
                fault = error
            except errors.UnknownError as error:
                if error.status != 429 and error.status < 500:
                    raise
                fault = error
            except errors.TableNotFound as error:
                raise StoreUnavailable(f"the table {self.name} is missing: it is made at deployment") from error
            except _REFUSED as error:
                raise StoreUnavailable(f"the table {self.name} is refused: {type(error).__name__} {error}") from error
            pause = random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - jitter
            if time.monotonic() + pause > until:
                raise StoreUnavailable(f"the table {self.name} does not answer: {_told(fault)}") from fault
            STORE_RETRIES.labels(self.name, type(fault).__name__).inc()
            log.debug("dynamodb.retry", table=self.name, attempt=attempt, fault=_told(fault))
            await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    async def transact(self, operations: Sequence[Operation]) -> None:
        """Carry out up to 100 operations in one transaction, once. Raises ConditionsFailed, StoreUnavailable.

        DynamoDB knows a repeated attempt by its token for ten minutes, many times our patience, and answers it with the
        outcome of the first: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
        """
        token = secrets.token_hex(16)
        try:
            await self.attempt(lambda: self.client.transact_write_items(operations, request_token=token))
        except errors.TransactionCanceled as cancelled:
            reasons = enumerate(cancelled.cancellation_reasons)
            failed = [index for index, reason in reasons if reason is not None and reason.code == _FAILED]
            if not failed:
                raise
            raise ConditionsFailed(failed) from cancelled

    async def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        """An item, consistent with every write that returned, or None. Raises StoreUnavailable."""
        try:
            key = {"pk": pk, "sk": sk}
            return await self.attempt(lambda: self.client.get_item(self.name, key, consistent_read=True))
        except errors.ItemNotFound:
            return None

    async def page(self, keys: KeyCondition, start: dict[str, Any] | None, **how: Any) -> Page:
        """A page of a query, up to 1 MB, from where the last one ended. `how` is `Client.query_single_page`'s.

        Raises StoreUnavailable.
        """
        return await self.attempt(lambda: self.client.query_single_page(self.name, keys, start_key=start, **how))

    async def close(self) -> None:
        """Let go of every connection."""
        await self._session.close()


@dataclass(frozen=True, slots=True)
class _Http:
    """How aiodynamo reaches DynamoDB. aiohttp writes a large body in pieces only if it is a file."""

    session: aiohttp.ClientSession

    async def __call__(self, request: Request) -> Response:
        body = request.body or b""
        data = BytesIO(body) if len(body) > _LARGE_BODY else body
        async with self.session.request(request.method, request.url, headers=request.headers, data=data) as response:
            return Response(response.status, await response.read())


class _Chain(Credentials):
    """The chain of the AWS tools, which finds and renews."""

    def __init__(self, session: AioSession) -> None:
        self._session = session

    async def get_key(self, http: HttpImplementation) -> Key | None:
        found = await self._session.get_credentials()
        if found is None:
            return None
        frozen = await found.get_frozen_credentials()
        return Key(frozen.access_key or "", frozen.secret_key or "", frozen.token)

    def invalidate(self) -> bool:
        return False

    def is_disabled(self) -> bool:
        return False


def _options(query: str) -> Options:
    given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
    known = {name: type(getattr(Options(), name)) for name in Options.__slots__}
    unknown = given.keys() - known.keys()
    if unknown:
        raise ValueError(f"a table's URL knows {', '.join(known)}; not {', '.join(sorted(unknown))}")
    try:
        options = Options(**{name: known[name](value) for name, value in given.items()})
    except ValueError as error:
        raise ValueError(f"a table's URL has a number that is none: {error}") from error
    if min(options.connect_timeout, options.read_timeout, options.patience, options.pool) <= 0:
        raise ValueError("time-outs, patience and pool in a table's URL are above 0")
    if options.endpoint and urlsplit(options.endpoint).scheme not in ("http", "https"):
        raise ValueError(f"the endpoint in a table's URL begins with http:// or https://, not as {options.endpoint!r}")
    return options


def _told(fault: Exception) -> str:
    return f"{type(fault).__name__} {fault}".strip()
