"""Rate limits: attempts counted in the key-value store, so that they hold across processes."""

import hashlib
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from kernel.http.problems import Problem
from kernel.ports.key_value_store import Delete, KeyValueStore, Put

_QUARTER: Final = 15 * 60
_HOUR: Final = 60 * 60
_DAY: Final = timedelta(days=1)
_FIRST_WAIT: Final = 30
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `attempts` in each window of `seconds`, for one subject such as an account or an address."""

    name: str
    attempts: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The rate limits in force."""

    account: Limit
    address: Limit
    registrations: Limit
    challenges: Limit
    everywhere: Limit

    @classmethod
    def of(cls, login: int, address: int, registrations: int) -> "Limits":
        """From attempts per account and 15 minutes, per address and 15 minutes, accounts per address and hour."""
        return cls(
            Limit("login-account", login, _QUARTER),
            Limit("login-address", address, _QUARTER),
            Limit("register", registrations, _HOUR),
            Limit("passkey-challenges", 300, _QUARTER),
            Limit("login-everywhere", 10 * login, _QUARTER),
        )


def _key(limit: Limit, subject: str) -> str:
    # No address lies in the store: a digest tells subjects apart as well.
    window = int(time.time()) // limit.seconds
    return f"{window}:{hashlib.sha256(subject.encode()).hexdigest()}"


class RateLimits:
    """Counts attempts by subject and window."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store

    async def check(self, limit: Limit, subject: str) -> None:
        """Raises Problem 429 `rate_limited`, with the seconds until the next window, when all attempts are used up."""
        item = await self._store.get(_partition(limit), _key(limit, subject))
        if item is not None and int(item.value) >= limit.attempts:
            raise _limited(limit)

    async def count(self, limit: Limit, subject: str) -> int:
        """Count an attempt, and return how many there have been in this window."""
        expires_at = datetime.now(UTC) + timedelta(seconds=2 * limit.seconds)
        return await self._store.increment(_partition(limit), _key(limit, subject), expires_at=expires_at)

    async def spend(self, limit: Limit, subject: str) -> None:
        """Count an attempt whatever comes of it. Raises Problem 429 `rate_limited`."""
        if await self.count(limit, subject) > limit.attempts:
            raise _limited(limit)

    async def reset(self, limit: Limit, subject: str) -> None:
        """Forget the attempts in this window."""
        key = _key(limit, subject)
        if await self._store.get(_partition(limit), key) is not None:
            await self._store.write(Delete(_partition(limit), key))

    async def check_delay(self, limit: Limit, subject: str) -> None:
        """Raises Problem 429 `rate_limited` while a subject has to wait, see `delay`."""
        item = await self._store.get(_partition(limit), f"wait:{subject}")
        if item is not None and item.expires_at is not None:
            raise _limited_for((item.expires_at - datetime.now(UTC)).total_seconds())

    async def delay(self, limit: Limit, subject: str) -> None:
        """Count a failure. Once there were `attempts` of them in a day, each makes the subject wait twice as long."""
        now = datetime.now(UTC)
        failures = await self._store.increment(_partition(limit), f"failed:{subject}", expires_at=now + _DAY)
        if failures >= limit.attempts:
            wait = min(limit.seconds, _FIRST_WAIT * 2 ** min(failures - limit.attempts, 20))
            await self._store.write(
                Put(_partition(limit), f"wait:{subject}", b"", expires_at=now + timedelta(seconds=wait))
            )

    async def forget_delay(self, limit: Limit, subject: str) -> None:
        """Forget the failures of a subject."""
        if await self._store.get(_partition(limit), f"failed:{subject}") is not None:
            await self._store.write(
                Delete(_partition(limit), f"failed:{subject}"), Delete(_partition(limit), f"wait:{subject}")
            )


def _partition(limit: Limit) -> str:
    return f"limit:{limit.name}"


def _limited(limit: Limit) -> Problem:
    return _limited_for(limit.seconds - int(time.time()) % limit.seconds)


def _limited_for(seconds: float) -> Problem:
    wait = max(1, math.ceil(seconds))
    return Problem(429, "rate_limited", "Too many attempts. Try again later.", headers={"Retry-After": str(wait)})
