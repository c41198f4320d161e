"""Hashing passwords with argon2id, a few at a time and off the event loop."""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from auth_service.domain.account import normal_password

T = TypeVar("T")

MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
LANES: Final = 1
"""OWASP Password Storage Cheat Sheet, argon2id: m=19 MiB, t=2, p=1."""

PARALLEL: Final = 2
"""How many are hashed at once: each takes 19 MiB, and guessing must not take the whole machine."""


FEWEST_GUESSES: Final = 10**7.5
"""A password that is found within so many is refused; eight random letters take ten times as many."""
_LOOKED_AT: Final = 40


@cache
def common_passwords() -> frozenset[str]:
    """The 30,000 most common passwords, in lower case, from the lists that zxcvbn ships."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def is_guessable(password: str, words: Collection[str]) -> bool:
    """Whether zxcvbn finds it soon: by lists of passwords, names and words, dates, keyboards, leet forms."""
    from zxcvbn import zxcvbn

    # More of it would take longer, and what is long and guessable is so in its beginning.
    return float(zxcvbn(password[:_LOOKED_AT], sorted(words))["guesses"]) < FEWEST_GUESSES


class Passwords:
    """Hashes and verifies, at most PARALLEL at once."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(PASSES, MEMORY_KIB, LANES, type=Type.ID)
        self._pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="argon2")
        # Verified against when there is no such user, so that both answers take one verification.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The encoded argon2id hash."""
        return await self._run(self._hasher.hash, normal_password(password))

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether the password is the hash's; without one it takes as long and is False."""
        matches = await self._run(self._matches, encoded or self._nobody, normal_password(password))
        return matches and bool(encoded)

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _matches(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)
