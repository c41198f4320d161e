"""Personal tokens: what a program may do in somebody's name, where, for how long. Stored as hashes alone."""

import hashlib
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from auth_service.domain.account import time_text
from auth_service.sessions import Sessions
from kernel.http import once
from kernel.identity.scopes import Scope
from kernel.identity.security import PERSONAL_PREFIX
from kernel.log.ids import new_id
from kernel.ports.key_value_store import ConditionFailed, Delete, KeyValueStore, Put

MAX_TOKENS: Final = 50
_SEEN_SECONDS: Final = 60
_OF_ALL: Final = "personal"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalToken:
    """A token for programs, without the token itself. `scopes` None: made before there were any, it may do all.

    `projects` None: all of its owner's. `seen_at`: seconds since 1970, when it was last used, to the minute.
    """

    id: str
    name: str
    created_at: str
    hash: str
    scopes: Sequence[Scope] | None = None
    projects: Sequence[str] | None = None
    expires_at: str | None = None
    seen_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a token is to be."""

    name: str
    scopes: Sequence[Scope]
    projects: Sequence[str] | None
    lasts: timedelta | None


class PersonalTokens:
    """The personal tokens of users in the key-value store."""

    def __init__(self, store: KeyValueStore, sessions: Sessions) -> None:
        self._store = store
        self._sessions = sessions

    async def add(self, user_id: str, wish: Wish) -> tuple[PersonalToken, str]:
        """A new token, shown this once. Raises ValueError when there are too many."""
        if len(await self.of(user_id)) >= MAX_TOKENS:
            raise ValueError(f"there are {MAX_TOKENS} tokens already")
        token = PERSONAL_PREFIX + secrets.token_urlsafe(32)
        expires_at = None if wish.lasts is None else datetime.now(UTC) + wish.lasts
        made = PersonalToken(
            id=new_id(),
            name=wish.name,
            created_at=time_text(datetime.now(UTC)),
            hash=_hash(token),
            scopes=tuple(wish.scopes),
            projects=None if wish.projects is None else tuple(wish.projects),
            expires_at=None if expires_at is None else time_text(expires_at),
        )
        owner = Put(_OF_ALL, made.hash, f"{user_id}:{made.id}".encode(), expires_at)
        await self._store.write(_put(user_id, made), owner, *once.recorded(token_id=made.id))
        return made, token

    async def of(self, user_id: str, after: str = "", limit: int = 200) -> Sequence[PersonalToken]:
        """Up to `limit` of a user's tokens whose id is greater than `after`, oldest first."""
        items = await self._store.query(_partition(user_id), after, limit)
        return [PersonalToken(**orjson.loads(item.value)) for item in items]

    async def remove(self, user_id: str, token_id: str) -> bool:
        """Revoke a token, in every process within a second or two; False when the user has no such one."""
        item = await self._store.get(_partition(user_id), token_id)
        if item is None:
            return once.earlier("removed") == token_id
        token = PersonalToken(**orjson.loads(item.value))
        gone = (Delete(_partition(user_id), token_id), Delete(_OF_ALL, token.hash))
        await self._sessions.revoke(*gone, *once.recorded(removed=token_id), ids=[token_id])
        return True

    async def remove_all(self, user_id: str) -> None:
        """Revoke every token of a user."""
        for token in await self.of(user_id):
            await self.remove(user_id, token.id)

    async def find(self, text: str) -> tuple[str, PersonalToken] | None:
        """The owner and the token that a text is, or None. That it was used is remembered, to the minute."""
        item = await self._store.get(_OF_ALL, _hash(text))
        if item is None:
            return None
        # Those made before there were bounds have no id beside their owner's.
        user_id, _, token_id = item.value.decode().partition(":")
        if not token_id:
            known = next((token for token in await self.of(user_id) if token.hash == item.key), None)
            token_id = known.id if known else ""
        found = await self._store.get(_partition(user_id), token_id)
        if found is None:
            return None
        token = PersonalToken(**orjson.loads(found.value))
        if token.seen_at < time.time() - _SEEN_SECONDS:
            # Unless somebody else has just said so, or revoked it.
            with suppress(ConditionFailed):
                await self._store.write(_put(user_id, replace(token, seen_at=time.time()), found.version))
        return user_id, token


def _partition(user_id: str) -> str:
    return f"personal:{user_id}"


def _put(user_id: str, token: PersonalToken, expect: int | None = None) -> Put:
    expires_at = None if token.expires_at is None else datetime.fromisoformat(token.expires_at)
    return Put(_partition(user_id), token.id, orjson.dumps(asdict(token)), expires_at, expect)


def _hash(token: str) -> str:
    # 256 random bits: a plain digest cannot be guessed back.
    return hashlib.sha256(token.encode()).hexdigest()
