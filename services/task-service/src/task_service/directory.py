"""The names of people. They live in auth-service; here they are asked for and soon forgotten."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import httpx
import structlog
from cachetools import TTLCache

from kernel.identity.service_client import ServiceClient

log = structlog.get_logger("mentions")

_REMEMBERED_SECONDS: Final = 60
_WAIT_SECONDS: Final = 1.0
_IDS_PER_CALL: Final = 100


class Directory:
    """The names of users, from auth-service."""

    def __init__(self, auth: ServiceClient) -> None:
        self._auth = auth
        self._names: TTLCache[str, str] = TTLCache(maxsize=10_000, ttl=_REMEMBERED_SECONDS)

    async def names(self, user_ids: Sequence[str]) -> Mapping[str, str]:
        """Names by user id, as far as they are known: a comment does not wait for auth-service to come back."""
        unknown = [user_id for user_id in user_ids if user_id not in self._names]
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                for start in range(0, len(unknown), _IDS_PER_CALL):
                    ids = ",".join(unknown[start : start + _IDS_PER_CALL])
                    answer = await self._auth.get("/api/users", {"ids": ids, "limit": _IDS_PER_CALL})
                    self._names.update({user["id"]: user["name"] for user in answer["items"]})
        except (httpx.HTTPError, TimeoutError) as fault:
            log.warning("mentions.directory_away", fault=type(fault).__name__)
        names = ((user_id, self._names.get(user_id)) for user_id in user_ids)
        return {user_id: name for user_id, name in names if name is not None}
