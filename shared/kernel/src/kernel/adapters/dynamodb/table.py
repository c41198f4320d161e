"""A DynamoDB table by URL: connections that stay open; each call has time-outs and is retried within a bound."""

import asyncio
import os
import random
import re
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import structlog
from aiobotocore.session import AioSession, get_session
from botocore.exceptions import BotoCoreError

from kernel.adapters.aws import aws
from kernel.adapters.aws.http_connections import Connections
from kernel.adapters.aws.signature import Keys, authorization
from kernel.adapters.dynamodb.items import Operation, item, plain
from kernel.adapters.options import from_query
from kernel.observe.telemetry import STORE_RETRIES
from kernel.ports.faults import StoreUnavailable

log = structlog.get_logger("dynamodb")

_JSON: Final = "application/x-amz-json-1.0"
_API: Final = "DynamoDB_20120810"
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.0
_ALL: Final = sys.maxsize

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
_PASSING: Final = frozenset(
    {
        "ExpiredTokenException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_MISSING: Final = "ResourceNotFoundException"
_REFUSED: Final = frozenset({"AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException"})

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
_CANCELLED: Final = "TransactionCanceledException"
_NOT_FAILED: Final = frozenset({"None", "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(aws.Options):
    """How a table is reached. Each may stand in the URL's query by its name; times are in seconds.

    `read_timeout` is for one attempt, `patience` for all attempts of a call together; `pool` is the number of
    connections.
    """

    patience: float = 10.0
    pool: int = 50


class DynamodbError(Exception):
    """What DynamoDB answers where it does not do what it was asked; `code` is its name of the error."""

    def __init__(self, status: int, code: str, text: str, reasons: Sequence[str]) -> None:
        super().__init__(f"{code or status} {text}".strip())
        self.status = status
        self.code = code
        self.reasons = reasons
        undone = code == _CANCELLED and set(reasons) <= _NOT_FAILED
        self.passes = status >= 500 or status == 429 or code in _PASSING or undone


class ConditionsFailed(Exception):
    """Conditions did not hold, so nothing was written; `indexes` tells of which operations."""

    def __init__(self, indexes: Sequence[int]) -> None:
        super().__init__(f"conditions of the operations {indexes} did not hold")
        self.indexes = indexes


class DynamoTable:
    """A table, and the way to it."""

    def __init__(self, name: str, region: str, connections: Connections, session: AioSession, patience: float) -> None:
        self.name = name
        self.region = region
        self._connections = connections
        self._session = session
        self._patience = patience

    @classmethod
    async def open(cls, url: str) -> "DynamoTable":
        """Take on a table at `dynamodb://TABLE?region=...&endpoint=...`; nothing is asked for before the first call.

        Credentials come from the chain of the AWS tools: variables, profiles, the roles of tasks and machines, renewed
        before they expire. Raises ValueError for a URL that makes no sense, or where no region is known.
        """
        parts = urlsplit(url)
        if not re.fullmatch(r"[\w.-]{3,255}", parts.netloc, re.ASCII) or parts.path.strip("/"):
            raise ValueError("a table is named as dynamodb://TABLE?region=...&endpoint=...")
        options = from_query(Options, parts.query)
        session = get_session()
        region = aws.region(session, options)
        connections = Connections(
            parts.netloc,
            aws.endpoint(options)
            or os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")
            or os.environ.get("AWS_ENDPOINT_URL")
            or f"https://dynamodb.{region}.amazonaws.com",
            limit=options.pool,
            connect_timeout=options.connect_timeout,
            read_timeout=options.read_timeout,
        )
        return cls(parts.netloc, region, connections, session, options.patience)

    async def call(self, operation: str, **request: Any) -> dict[str, Any]:
        """The answer to an operation of DynamoDB's API on this table, tried again after passing faults.

        An attempt whose answer was lost may have been carried out: the request must do no harm when it is repeated.
        Raises ConditionsFailed, StoreUnavailable; DynamodbError where the request itself is wrong.
        """
        return await self._persist(operation, orjson.dumps({"TableName": self.name, **request}))

    async def transact(self, operations: Sequence[Operation]) -> None:
        """Carry out up to 100 operations in one transaction, once.

        DynamoDB knows a repeated attempt by its token for ten minutes, many times our patience, and answers it with the
        outcome of the first: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
        Raises ConditionsFailed, StoreUnavailable.
        """
        if not operations:
            return
        named = [{kind: {"TableName": self.name, **what} for kind, what in each.items()} for each in operations]
        request = {"TransactItems": named, "ClientRequestToken": secrets.token_hex(16)}
        await self._persist("TransactWriteItems", orjson.dumps(request))

    async def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        """An item, consistent with every write that returned, or None. Raises StoreUnavailable."""
        answer = await self.call("GetItem", Key=item(pk=pk, sk=sk), ConsistentRead=True)
        return plain(answer["Item"]) if "Item" in answer else None

    async def query(self, *, limit: int = _ALL, **request: Any) -> AsyncIterator[dict[str, Any]]:
        """The first items that a query finds, however many pages they fill. Raises StoreUnavailable."""
        if limit < _ALL:
            request["Limit"] = limit
        while limit > 0:
            answer = await self.call("Query", **request)
            for found in answer["Items"][:limit]:
                yield plain(found)
            limit -= len(answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    async def close(self) -> None:
        """Let go of every connection."""
        await self._connections.close()

    async def _persist(self, operation: str, body: bytes) -> dict[str, Any]:
        until = time.monotonic() + self._patience
        for attempt in count():
            try:
                return await self._once(operation, body)
            except (OSError, BotoCoreError) as error:  # no answer, or none from the source of credentials
                fault: Exception = error
            except DynamodbError as error:
                if not error.passes:
                    raise self._translated(error) from error
                fault = error
            pause = random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - jitter
            told = f"{type(fault).__name__} {fault}"
            if time.monotonic() + pause > until:
                raise StoreUnavailable(f"the table {self.name} does not answer: {told}") from fault
            kind = fault.code if isinstance(fault, DynamodbError) else type(fault).__name__
            STORE_RETRIES.labels(self.name, kind).inc()
            log.debug("dynamodb.retry", table=self.name, operation=operation, attempt=attempt, fault=told)
            await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    async def _once(self, operation: str, body: bytes) -> dict[str, Any]:
        keys = await self._keys()
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"content-type": _JSON, "host": self._connections.host, "x-amz-date": now}
        if keys.token is not None:
            headers["x-amz-security-token"] = keys.token
        headers["x-amz-target"] = f"{_API}.{operation}"
        headers["authorization"] = authorization(keys, self.region, "dynamodb", now, headers, body)
        del headers["host"]
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        status, answer = await self._connections.post(lines, body)
        if status != 200:
            raise _error(status, answer)
        document: dict[str, Any] = orjson.loads(answer)
        return document

    async def _keys(self) -> Keys:
        found = await self._session.get_credentials()
        if found is None:
            raise StoreUnavailable(f"no credentials for the table {self.name}")
        frozen = await found.get_frozen_credentials()
        return Keys(frozen.access_key or "", frozen.secret_key or "", frozen.token)

    def _translated(self, error: DynamodbError) -> Exception:
        if error.code == "ConditionalCheckFailedException":
            return ConditionsFailed([0])
        failed = [index for index, reason in enumerate(error.reasons) if reason == "ConditionalCheckFailed"]
        if failed:
            return ConditionsFailed(failed)
        if error.code == _MISSING:
            return StoreUnavailable(f"the table {self.name} is missing: it is made at deployment")
        if error.code in _REFUSED:
            return StoreUnavailable(f"the table {self.name} is refused: {error}")
        return error


def _error(status: int, answer: bytes) -> DynamodbError:
    try:
        document = orjson.loads(answer)
        code = document["__type"].rpartition("#")[2]
        text = document.get("message") or document.get("Message") or ""
        reasons = [reason["Code"] for reason in document.get("CancellationReasons") or ()]
    except (ValueError, TypeError, KeyError, AttributeError):
        return DynamodbError(status, "", answer[:200].decode(errors="replace"), ())  # a proxy's page, or nothing at all
    return DynamodbError(status, code, text, reasons)
