"""The keys that sign access tokens, and the tokens."""

import time
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from kernel.identity.scopes import ENROLLING
from kernel.identity.security import ISSUER, USER_AUDIENCE
from kernel.log.ids import new_id
from kernel.ports.key_value_store import ABSENT, ConditionFailed, KeyValueStore, Put

ALGORITHM: Final = "ES256"
USER_TOKEN_SECONDS: Final = 600
SERVICE_TOKEN_SECONDS: Final = 120
KEY_SECONDS: Final = 90 * 86_400
"""How long a key signs. It verifies for as long as the last token that it signed may live."""

_KEYS: Final = "signing-keys"
_REREAD_SECONDS: Final = 60.0


class SigningKeys:
    """The signing keys, shared by every process through the store. Also the `KeySource` of auth-service itself."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store
        self._keys: list[ECKey] = []
        self._read_at = 0.0

    async def keys(self, *, refresh: bool = False) -> KeySet:
        """The public keys that verify tokens, see `kernel.identity.security.KeySource`."""
        keys = await self._all(refresh=refresh)
        return KeySet.import_key_set({"keys": [key.as_dict(private=False) for key in keys]})

    async def jwks(self) -> dict[str, Any]:
        """The public keys as a JWK Set (RFC 7517, section 5)."""
        return {"keys": [key.as_dict(private=False) for key in await self._all()]}

    async def user_token(self, user_id: str, session_id: str, *, limited: bool = False) -> str:
        """An access token for a person, valid for USER_TOKEN_SECONDS; `limited`: to getting a second factor."""
        more = {"scope": ENROLLING} if limited else {}
        return await self._token(user_id, USER_AUDIENCE, USER_TOKEN_SECONDS, sid=session_id, **more)

    async def service_token(self, service: str, audience: str) -> str:
        """A token for a service to call another, valid there alone and for SERVICE_TOKEN_SECONDS."""
        return await self._token(f"service:{service}", audience, SERVICE_TOKEN_SECONDS)

    async def _token(self, subject: str, audience: str, seconds: int, **more: str) -> str:
        key = (await self._all())[-1]
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": subject, "aud": audience, "iat": now, "nbf": now, "exp": now + seconds}
        header = {"alg": ALGORITHM, "kid": key.kid, "typ": "at+jwt"}
        return jwt.encode(header, {**claims, "jti": new_id(), **more}, key, algorithms=[ALGORITHM])

    async def _all(self, *, refresh: bool = False) -> list[ECKey]:
        """Every key that still verifies, the one that signs last."""
        if not self._keys or refresh or time.monotonic() - self._read_at > _REREAD_SECONDS:
            items = await self._store.query(_KEYS)
            now = time.time()
            if not any(orjson.loads(item.value)["signs_until"] > now for item in items):
                await self._add(items[-1].key if items else "")
                items = await self._store.query(_KEYS)
            self._keys = [ECKey.import_key(orjson.loads(item.value)["jwk"]) for item in items]
            self._read_at = time.monotonic()
        return self._keys

    async def _add(self, newest: str) -> None:
        """Make the next key. Several processes may try at once: one of them wins, and all use its key."""
        key_id = f"{int(newest or 0) + 1:06d}"
        key = ECKey.generate_key("P-256", {"kid": key_id, "alg": ALGORITHM, "use": "sig"}, private=True)
        jwk = key.as_dict(private=True)
        now = time.time()
        value = orjson.dumps({"jwk": jwk, "signs_until": now + KEY_SECONDS})
        expires_at = datetime.fromtimestamp(now + KEY_SECONDS + 2 * USER_TOKEN_SECONDS, UTC)
        try:
            await self._store.write(Put(_KEYS, key_id, value, expires_at=expires_at, expect=ABSENT))
        except ConditionFailed:
            return
