"""Tokens that work once: for a new password and for a new address. Only their hashes are stored."""

import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

import orjson

from kernel.ports.key_value_store import ConditionFailed, Delete, KeyValueStore, Put

Purpose: TypeAlias = Literal["reset", "verify"]

RESET_SECONDS: Final = 30 * 60
VERIFY_SECONDS: Final = 86_400
_SECONDS: Final[dict[Purpose, int]] = {"reset": RESET_SECONDS, "verify": VERIFY_SECONDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """What a token is for. `bound`: what must still be so when it is used; `mailed`: only a mail had it."""

    user_id: str
    bound: str
    mailed: bool
    email: str = ""


class OnceTokens:
    """The tokens in the store."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store

    async def make(self, purpose: Purpose, once: Once) -> str:
        """A token; 256 random bits."""
        token = secrets.token_urlsafe(32)
        expires_at = datetime.now(UTC) + timedelta(seconds=_SECONDS[purpose])
        await self._store.write(Put(_partition(purpose), _hash(token), orjson.dumps(asdict(once)), expires_at))
        return token

    async def look(self, purpose: Purpose, token: str) -> Once | None:
        """What a token is for, without using it."""
        item = await self._store.get(_partition(purpose), _hash(token))
        return None if item is None else Once(**orjson.loads(item.value))

    async def take(self, purpose: Purpose, token: str) -> Once | None:
        """Use a token; of many who do so at once, one gets what it is for."""
        item = await self._store.get(_partition(purpose), _hash(token))
        if item is None:
            return None
        try:
            await self._store.write(Delete(_partition(purpose), item.key, expect=item.version))
        except ConditionFailed:
            return None
        return Once(**orjson.loads(item.value))


def _partition(purpose: Purpose) -> str:
    return f"once:{purpose}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
