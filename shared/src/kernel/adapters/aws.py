"""Clients of AWS services by URL: `scheme://name?region=...&endpoint=...`."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from itertools import islice
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

import aioboto3
from botocore.config import Config

T = TypeVar("T")

_CONNECT_SECONDS: Final = 2.0
_CONNECTIONS: Final = 50


def named(url: str, **defaults: str) -> tuple[str, Mapping[str, str]]:
    """The name and the options of a URL; region and endpoint, where not given, are the standard AWS variables' affair.

    Raises ValueError for an option that is neither of these nor has a default here.
    """
    parts = urlsplit(url)
    given = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    unknown = given.keys() - {"region", "endpoint"} - defaults.keys()
    if unknown:
        known = ", ".join(["region", "endpoint", *defaults])
        raise ValueError(f"{parts.scheme}: knows the options {known}; not {', '.join(sorted(unknown))}")
    return parts.netloc, {**defaults, **given}


def in_tens(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of at most ten: what a batch call of SQS or EventBridge takes."""
    rest = iter(items)
    while ten := list(islice(rest, 10)):
        yield ten


class Client:
    """A client of one service, made at the first use and kept open. What is retried is retried within bounds."""

    def __init__(
        self, service: str, options: Mapping[str, str], *, read_timeout: float = 10.0, attempts: int = 3
    ) -> None:
        self._service = service
        self._region = options.get("region")
        self._endpoint = options.get("endpoint")
        self._config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=read_timeout,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=_CONNECTIONS,
        )
        self._closing = AsyncExitStack()
        self._client: Any = None

    async def get(self) -> Any:
        """The open client."""
        if self._client is None:
            made = aioboto3.Session().client(
                self._service, region_name=self._region, endpoint_url=self._endpoint, config=self._config
            )
            self._client = await self._closing.enter_async_context(made)
        return self._client

    async def close(self) -> None:
        """Let go of every connection."""
        await self._closing.aclose()
