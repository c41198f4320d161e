"""Second factors: codes of an authenticator (TOTP, RFC 6238) and recovery codes that work once."""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from time import time
from typing import Final, TypeVar

import orjson
import pyotp

from auth_service.limits import Limit, RateLimits
from kernel.http.problems import Problem
from kernel.ports.key_value_store import ConditionFailed, Delete, KeyValueStore, Put

T = TypeVar("T")

ISSUER: Final = "Taskledger"
STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
_DRIFT_STEPS: Final = 1
"""A clock may be off by so many steps, either way."""

_PARTITION: Final = "factors"
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
_GROUP: Final = 6
_GUESSES: Final = Limit("second-factor", 10, 15 * 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What somebody has. `secret` is in force, `pending` waits for its first code; both in base32.

    `step`: the last step of time whose code was used. `recovery`: hashes of the codes that are left.
    """

    secret: str = ""
    pending: str = ""
    step: int = 0
    recovery: Sequence[str] = ()
    version: int = 0


class SecondFactors:
    """The second factors of people in the key-value store."""

    def __init__(self, store: KeyValueStore, limits: RateLimits) -> None:
        self._store = store
        self._limits = limits

    async def of(self, user_id: str) -> Factors:
        """What somebody has; nothing for whoever has nothing."""
        item = await self._store.get(_PARTITION, user_id)
        return Factors() if item is None else Factors(**orjson.loads(item.value), version=item.version)

    async def begin(self, user_id: str, email: str) -> tuple[str, str]:
        """A secret and its `otpauth:` address; it counts when a code of it was shown. Problem 409 if there is one."""
        secret = pyotp.random_base32()
        while True:
            known = await self.of(user_id)
            if known.secret:
                raise Problem(409, "conflict", "There is an authenticator already: remove it first.")
            if await self._keep(user_id, replace(known, pending=secret)):
                return secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)

    async def confirm(self, user_id: str, code: str) -> Sequence[str] | None:
        """Put the pending secret in force by a code of it; the recovery codes, shown this once.

        None for a wrong code, or without a pending secret. Raises Problem 429.
        """
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        while True:
            known = await self.of(user_id)
            step = await self._guarded(user_id, _step_of(known.pending, code, 0) if known.pending else None)
            if step is None:
                return None
            hashes = [_hash(_plain(each)) for each in codes]
            if await self._keep(
                user_id, Factors(secret=known.pending, step=step, recovery=hashes, version=known.version)
            ):
                return codes

    async def use(self, user_id: str, code: str) -> bool:
        """Whether a code is right, and has not been used before: it is used up. Raises Problem 429."""
        while True:
            known = await self.of(user_id)
            after = await self._guarded(user_id, _used(known, code))
            if after is None:
                return False
            if await self._keep(user_id, after):
                await self._limits.reset(_GUESSES, user_id)
                return True

    async def remove(self, user_id: str) -> None:
        """Forget everything."""
        await self._store.write(Delete(_PARTITION, user_id))

    async def _guarded(self, user_id: str, found: T | None) -> T | None:
        await self._limits.check(_GUESSES, user_id)
        if found is None:
            await self._limits.count(_GUESSES, user_id)
        return found

    async def _keep(self, user_id: str, factors: Factors) -> bool:
        fields = {name: value for name, value in asdict(factors).items() if name != "version"}
        try:
            await self._store.write(Put(_PARTITION, user_id, orjson.dumps(fields), expect=factors.version))
        except ConditionFailed:
            return False
        return True


def _used(known: Factors, code: str) -> Factors | None:
    """What somebody has after a code was used; None for a wrong one."""
    if not known.secret:
        return None
    step = _step_of(known.secret, code, known.step)
    if step is not None:
        return replace(known, step=step)
    hashed = _hash(_plain(code))
    left = [each for each in known.recovery if not hmac.compare_digest(each, hashed)]
    return replace(known, recovery=left) if len(left) < len(known.recovery) else None


def _step_of(secret: str, code: str, used: int) -> int | None:
    """The step of time that a code is of, if it is later than the last one that was used."""
    now, plain, found = int(time()) // STEP_SECONDS, _plain(code), None
    for step in range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1):
        # Every one is compared, so that the time tells nothing.
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), plain.encode()) and step > used:
            found = step
    return found


def _plain(code: str) -> str:
    """A code without the gaps that people and programs write into it, in digits and letters of ASCII."""
    return "".join(unicodedata.normalize("NFKC", code).lower().replace("-", " ").split())


def _recovery_code() -> str:
    """120 random bits, so that a plain digest cannot be guessed back."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
