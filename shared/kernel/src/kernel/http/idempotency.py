"""`Idempotency-Key` for endpoints whose writes are not commands in the log: the first answer is kept and given again.

The log keeps its own commands for ever (`kernel.log.decider`); here answers are kept for a day, enciphered,
because those of auth-service carry tokens. A use case may record in its write that it was done
(`kernel.http.once`), so that a process that dies before its answer is not the last word.
"""

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

import orjson
from cryptography.fernet import Fernet
from fastapi import Request, Response
from starlette.types import Message

from kernel.http import once
from kernel.http.problems import Problem, invalid
from kernel.http.requests import fingerprint_of
from kernel.http.routes import Handle, Route
from kernel.identity.security import Authenticator, authenticate
from kernel.log.decider import CommandIdReused
from kernel.ports.key_value_store import ABSENT, ConditionFailed, Delete, Item, KeyValueStore, Put

KEPT: Final = timedelta(days=1)
_RUNNING: Final = timedelta(seconds=60)
_PARTITION: Final = "idempotency"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SILENT_SECONDS: Final = 8.0
"""After so long without an answer whoever has the key is taken for dead, by the clock of who waits."""
_WAIT_SECONDS: Final = 12.0
_LOOK_SECONDS: Final = 0.05


class Deps(Protocol):
    """What an app with such routes has as `app.state.deps`."""

    @property
    def store(self) -> KeyValueStore:
        """Where the answers are kept."""
        ...

    @property
    def authenticator(self) -> Authenticator:
        """Tells whose key it is."""
        ...


class IdempotentRoute(Route):
    """A route whose writes can be repeated with the same `Idempotency-Key`.

    Answers other than 2xx are not kept: a repetition tries again. Keys belong to whoever sends them.
    """

    keeps = True

    async def caller(self, request: Request) -> str:
        """Whose key it is: the person's, whatever token they come with; without a valid one, the credentials'."""
        deps: Deps = request.app.state.deps
        try:
            principal = await authenticate(request, deps.authenticator)
        except Problem as problem:
            if problem.status not in (401, 403):
                raise
            # The endpoint has its own opinion of them, as of a service's token or a refresh cookie.
            return request.headers.get("authorization") or request.headers.get("cookie") or ""
        return f"{principal.kind}:{principal.id}"

    async def replays(self, request: Request, body: bytes) -> None:
        """Raises the Problem for which the first answer is not given again."""

    def get_route_handler(self) -> Handle:
        """The handler; it sees only the first of equal requests."""
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            key = request.headers.get("idempotency-key")
            if key is None or request.method in _SAFE:
                return await endpoint(request)
            if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
                raise invalid("Idempotency-Key", "must be 1 to 200 printable ASCII characters")
            if not self.keeps:
                return await endpoint(request)
            body = await request.body()
            kept = _Kept.of(await self.caller(request), key, request, body)
            response = await kept.answer(request.app.state.deps.store, _again(request, body), endpoint)
            if "idempotency-replayed" in response.headers:
                await self.replays(request, body)
            return response

        return handle


class PublicIdempotentRoute(IdempotentRoute):
    """The same for endpoints that look at no credentials but those in the body: keys belong to everybody."""

    async def caller(self, request: Request) -> str:
        """Nobody in particular: what a browser's cookies are by now must not matter."""
        return ""


class UnkeptRoute(IdempotentRoute):
    """For endpoints whose answers are credentials, or whose requests are worth something once.

    A repetition is carried out anew: it proves again who asks, and gets what they have a right to by now.
    """

    keeps = False


def _again(request: Request, body: bytes) -> Request:
    """The request with its body unread."""
    unread = True

    async def receive() -> Message:
        nonlocal unread
        if unread:
            unread = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await request.receive()

    return Request(request.scope, receive)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where the answer to a key lies. Nothing that is stored gives the key, the caller, the body or the answer away.

    Bodies of auth-service have passwords, whose plain digest could be guessed at; so the digest is keyed, and only
    whoever sends the same key and body can decipher the answer.
    """

    name: str
    fingerprint: str
    cipher: Fernet

    @classmethod
    def of(cls, caller: str, key: str, request: Request, body: bytes) -> "_Kept":
        secret = hashlib.sha256(f"{caller}\0{key}".encode()).digest()
        asked = fingerprint_of(request, body).encode()
        cipher = Fernet(base64.urlsafe_b64encode(_derive(secret, b"cipher", asked)))
        return cls(_derive(secret, b"name").hex(), _derive(secret, b"fingerprint", asked).hex(), cipher)

    async def answer(self, store: KeyValueStore, request: Request, endpoint: Handle) -> Response:
        """The first answer to the key, made now unless there is one."""
        began = looked = time.monotonic()
        version = ABSENT
        while True:
            item = await store.get(_PARTITION, self.name)
            answer = None if item is None else self._decipher(item)
            if answer is not None:
                return answer
            now = time.monotonic()
            if item is not None and item.version != version:
                version, looked = item.version, now
            if item is None or self._is_free(item) or now - looked >= _SILENT_SECONDS:
                if await self._begin(store, item):
                    break
            elif now - began >= _WAIT_SECONDS:
                raise Problem(409, "conflict", "The same request is being carried out right now.", reason="busy")
            await asyncio.sleep(_LOOK_SECONDS)
        return await self._carry_out(store, request, endpoint, {} if item is None else _facts(item))

    async def _carry_out(
        self, store: KeyValueStore, request: Request, endpoint: Handle, facts: Mapping[str, str]
    ) -> Response:
        attempt = once.Attempt(lambda known: self._put(KEPT, claimed=True, facts=known), facts)
        token = once.attempt.set(attempt)
        try:
            response = await endpoint(request)
        except Problem as problem:
            await self._let_go(store, attempt.facts if problem.status >= 500 else {})
            raise
        except BaseException:
            await self._let_go(store, attempt.facts)
            raise
        finally:
            once.attempt.reset(token)
        if 200 <= response.status_code < 300:
            await store.write(self._put(KEPT, answer=self._encipher(response)))
        else:
            await self._let_go(store, attempt.facts if response.status_code >= 500 else {})
        return response

    async def _begin(self, store: KeyValueStore, found: Item | None) -> bool:
        """Claim the key; False when another request has it or was quicker."""
        facts = {} if found is None else _facts(found)
        expect = ABSENT if found is None else found.version
        try:
            # What was recorded is kept as long as an answer; the claim of a process that died ends by itself.
            await store.write(self._put(KEPT if facts else _RUNNING, expect=expect, claimed=True, facts=facts))
        except ConditionFailed:
            return False
        return True

    async def _let_go(self, store: KeyValueStore, facts: Mapping[str, str]) -> None:
        """There is no answer to keep: the next may try, from what was done on."""
        if facts:
            await store.write(self._put(KEPT, claimed=False, facts=facts))
        else:
            await store.write(Delete(_PARTITION, self.name))

    @staticmethod
    def _is_free(item: Item) -> bool:
        return orjson.loads(item.value).get("claimed") is False

    def _put(self, kept: timedelta, *, expect: int | None = None, **more: Any) -> Put:
        value = orjson.dumps({"fingerprint": self.fingerprint, **more})
        return Put(_PARTITION, self.name, value, expires_at=datetime.now(UTC) + kept, expect=expect)

    def _encipher(self, response: Response) -> str:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers]
        body = bytes(getattr(response, "kept", response.body))
        headers = [(name, str(len(body)) if name == "content-length" else value) for name, value in headers]
        document = {"status": response.status_code, "headers": headers, "body": body.decode()}
        return self.cipher.encrypt(orjson.dumps(document)).decode()

    def _decipher(self, item: Item) -> Response | None:
        document: dict[str, Any] = orjson.loads(item.value)
        if not hmac.compare_digest(document["fingerprint"], self.fingerprint):
            raise CommandIdReused(item.key)
        if "answer" not in document:
            return None
        answer = orjson.loads(self.cipher.decrypt(document["answer"]))
        response = Response(answer["body"], answer["status"])
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer["headers"]]
        response.raw_headers = [*pairs, (b"idempotency-replayed", b"true")]
        return response


def _facts(item: Item) -> Mapping[str, str]:
    facts: dict[str, str] = orjson.loads(item.value).get("facts", {})
    return facts


def _derive(secret: bytes, *parts: bytes) -> bytes:
    return hmac.digest(secret, b"\0".join(parts), "sha256")
