"""Names and addresses. They live in auth-service alone; here they are asked for over HTTP and soon forgotten."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import httpx
import structlog
from cachetools import TTLCache

from kernel.identity.service_client import ServiceClient

log = structlog.get_logger("people")

_REMEMBERED_SECONDS: Final = 60
_IDS_PER_CALL: Final = 100


class DirectoryAway(Exception):
    """auth-service does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as auth-service knows them; name and address are None of one who was erased."""

    id: str
    name: str | None
    email: str | None
    locale: Literal["ko", "en"]


class People:
    """The directory of auth-service."""

    def __init__(self, auth: ServiceClient, *, wait: float | None = None) -> None:
        """`wait`: for so many seconds names are waited for; None leaves that to the client."""
        self._auth = auth
        self._wait = wait
        self._names: TTLCache[str, str | None] = TTLCache(maxsize=10_000, ttl=_REMEMBERED_SECONDS)

    async def find(self, user_ids: Iterable[str]) -> Mapping[str, Person]:
        """People by id, as they are now; unknown ones are left out. Raises DirectoryAway."""
        wanted = sorted(set(user_ids))
        found: dict[str, Person] = {}
        for start in range(0, len(wanted), _IDS_PER_CALL):
            ids = ",".join(wanted[start : start + _IDS_PER_CALL])
            try:
                answer = await self._auth.get("/api/users", {"ids": ids, "limit": _IDS_PER_CALL})
            except (httpx.HTTPError, ValueError) as fault:
                raise DirectoryAway(type(fault).__name__) from fault
            for user in answer["items"]:
                locale: Literal["ko", "en"] = "ko" if user.get("locale") == "ko" else "en"
                person = Person(id=user["id"], name=user["name"], email=user.get("email"), locale=locale)
                found[person.id] = person
                self._names[person.id] = person.name
        return found

    async def names(self, user_ids: Iterable[str]) -> Mapping[str, str]:
        """Names by id, as far as they are known within `wait`: nothing waits for auth-service to come back."""
        wanted = list(user_ids)
        unknown = [user_id for user_id in wanted if user_id not in self._names]
        if unknown:
            try:
                async with asyncio.timeout(self._wait):
                    await self.find(unknown)
            except (DirectoryAway, TimeoutError) as fault:
                log.warning("people.directory_away", fault=str(fault) or type(fault).__name__)
        names = ((user_id, self._names.get(user_id)) for user_id in wanted)
        return {user_id: name for user_id, name in names if name is not None}
