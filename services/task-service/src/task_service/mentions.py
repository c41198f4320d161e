"""Who is meant by `@name` in a comment. Names live in auth-service; here they are asked for and soon forgotten."""

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import httpx
import structlog
from cachetools import TTLCache

from kernel.identity.security import ServiceClient

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


def mentioned(body: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of those whose name stands after an `@` in the text, in the order of the text.

    Upper and lower case are the same. The longest name wins; people with the same name are all meant. A name written
    in Hangul may go on with a particle (`@민수님`), one in other letters must end there (`@Ann` is not in `@Anna`).
    """
    text = _folded(body)
    by_name: dict[str, list[str]] = {}
    for user_id, name in names.items():
        if name:
            by_name.setdefault(_folded(name), []).append(user_id)
    longest_first = sorted(by_name, key=len, reverse=True)
    found: dict[str, None] = {}
    at = text.find("@")
    while at >= 0:
        if at == 0 or not text[at - 1].isalnum():
            name = next((n for n in longest_first if text.startswith(n, at + 1) and _ends(text, at + 1 + len(n))), "")
            found.update(dict.fromkeys(by_name.get(name, ())))
        at = text.find("@", at + 1)
    return tuple(found)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _ends(text: str, end: int) -> bool:
    """Whether a name may end here: not within a word, but before a Hangul particle."""
    return end >= len(text) or not text[end].isalnum() or _is_hangul(text[end])


def _is_hangul(character: str) -> bool:
    return "가" <= character <= "힣"
