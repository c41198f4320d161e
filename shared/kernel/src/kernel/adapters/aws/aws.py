"""Clients of AWS services, as a URL's query says: `?region=...&endpoint=...`, and more for some."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from aiobotocore.session import AioSession
from aiohttp import ClientError as HttpError
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.parsers import ResponseParserError

T = TypeVar("T")

FAULTS: Final = (BotoCoreError, ClientError, ResponseParserError, HttpError, OSError, TimeoutError)
"""Whatever a call may raise: a refusal, no connection, no answer, one that is none."""

_CONNECTIONS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where a service is, and how long a connection and an attempt may take, in seconds.

    Without `region` and `endpoint` the variables of the AWS tools count.
    """

    region: str = ""
    endpoint: str = ""
    connect_timeout: float = 2.0
    read_timeout: float = 5.0


def region(session: AioSession, options: Options) -> str:
    """The region of the options, else of AWS_REGION, as tasks and functions have it, else of the AWS tools' settings.

    Raises ValueError where none is known.
    """
    found = options.region or os.environ.get("AWS_REGION") or session.get_config_variable("region")
    if not found:
        raise ValueError("no region: not in the URL, nor in AWS_REGION")
    return str(found)


def endpoint(options: Options) -> str | None:
    """The endpoint of the options, where they have one. Raises ValueError where it makes no sense."""
    if options.endpoint and urlsplit(options.endpoint).scheme not in ("http", "https"):
        raise ValueError(f"an endpoint begins with http:// or https://, not as {options.endpoint!r}")
    return options.endpoint or None


async def connecting(session: AioSession, options: Options, *, attempts: int, longest_wait: float = 0) -> Any:
    """The arguments of `session.create_client`. What passes is tried so often, with pauses that grow, and jitter.

    `longest_wait`: seconds that the service itself may wait before it answers. Raises ValueError for what makes no
    sense, NoCredentialsError where there are none: a client without them would never look again.
    """
    if await session.get_credentials() is None:
        raise NoCredentialsError
    return {
        "region_name": region(session, options),
        "endpoint_url": endpoint(options),
        "config": Config(
            connect_timeout=options.connect_timeout,
            read_timeout=options.read_timeout + longest_wait,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=_CONNECTIONS,
        ),
    }


def in_tens(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of at most ten: what a batch call of SQS or EventBridge takes."""
    rest = iter(items)
    while ten := list(islice(rest, 10)):
        yield ten
