"""Rate limits: attempts counted in the key-value store, so that they hold across processes."""

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kernel.ports import Delete, KeyValueStore
from kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `attempts` in each window of `seconds`, for one subject such as an account or an address."""

    name: str
    attempts: int
    seconds: int


def _key(limit: Limit, subject: str) -> str:
    # No address lies in the store: a digest tells subjects apart as well.
    window = int(time.time()) // limit.seconds
    return f"{window}:{hashlib.sha256(subject.encode()).hexdigest()}"


class RateLimits:
    """Counts attempts before they are made, so that many at once cannot slip through."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store

    async def attempt(self, limit: Limit, subject: str) -> None:
        """Count an attempt. Raises Problem 429 `rate_limited` with the seconds until the next window."""
        expires_at = datetime.now(UTC) + timedelta(seconds=2 * limit.seconds)
        count = await self._store.increment(f"limit:{limit.name}", _key(limit, subject), expires_at=expires_at)
        if count > limit.attempts:
            wait = limit.seconds - int(time.time()) % limit.seconds
            raise Problem(
                429, "rate_limited", "Too many attempts. Try again later.", headers={"Retry-After": str(wait)}
            )

    async def forgive(self, limit: Limit, subject: str) -> None:
        """Take back one attempt: it was a good one."""
        await self._store.increment(f"limit:{limit.name}", _key(limit, subject), by=-1)

    async def reset(self, limit: Limit, subject: str) -> None:
        """Forget the attempts in this window."""
        await self._store.write(Delete(f"limit:{limit.name}", _key(limit, subject)))
