"""Devices that somebody has logged in with: a new one is told of, and no stranger's guesses shut a known one out."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from kernel.ports.key_value_store import Delete, KeyValueStore, Put

KNOWN_FOR: Final = timedelta(days=180)


class Devices:
    """Digests in the key-value store: of a browser's secret, and of what a program calls itself and where it is."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store

    async def is_known(self, user_id: str, secret: str) -> bool:
        """Whether somebody's browser has this secret: nobody can make one up."""
        return bool(secret) and await self._store.get(_partition(user_id), _key("browser", secret)) is not None

    async def remember(self, user_id: str) -> str:
        """A secret for a browser that has just logged in."""
        secret = secrets.token_urlsafe(32)
        await self._write(user_id, _key("browser", secret))
        return secret

    async def is_new(self, user_id: str, secret: str, agent: str, place: str) -> bool:
        """Whether somebody comes with a device that was never seen, after others were; it is known from now on."""
        looks = _key("looks", f"{agent}\0{place}")
        if await self._store.get(_partition(user_id), looks) is not None:
            return False
        known = await self.is_known(user_id, secret)
        others = bool(await self._store.query(_partition(user_id), limit=1))
        await self._write(user_id, looks)
        return others and not known

    async def forget(self, user_id: str) -> None:
        """Know no device of somebody any more."""
        while items := await self._store.query(_partition(user_id), limit=50):
            await self._store.write(*(Delete(_partition(user_id), item.key) for item in items))

    async def _write(self, user_id: str, key: str) -> None:
        await self._store.write(Put(_partition(user_id), key, b"", datetime.now(UTC) + KNOWN_FOR))


def _partition(user_id: str) -> str:
    return f"devices:{user_id}"


def _key(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()}"
