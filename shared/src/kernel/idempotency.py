"""`Idempotency-Key` for endpoints whose writes are not commands in the log: the first answer is kept and given again.

The log keeps its own commands for ever (`kernel.decider`); here answers are kept for a day, enciphered with a key that
only the caller's `Idempotency-Key` gives, because answers of auth-service carry tokens.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
from cryptography.fernet import Fernet
from fastapi import Request, Response
from fastapi.routing import APIRoute

from kernel.decider import CommandIdReused
from kernel.ports import ABSENT, ConditionFailed, Delete, Item, KeyValueStore, Put
from kernel.problems import Problem, invalid
from kernel.requests import fingerprint_of

KEPT: Final = timedelta(days=1)
_RUNNING: Final = timedelta(seconds=60)
_PARTITION: Final = "idempotency"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WAIT_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.05

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class IdempotentRoute(APIRoute):
    """A route whose writes can be repeated with the same `Idempotency-Key`.

    Its app has a `KeyValueStore` as `app.state.deps.store`. Answers other than 2xx are not kept: a repetition tries
    again. Keys belong to whoever sends them: the credentials are part of them.
    """

    def get_route_handler(self) -> Endpoint:
        """See APIRoute."""
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            key = request.headers.get("idempotency-key")
            if key is None or request.method in _SAFE:
                return await endpoint(request)
            if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
                raise invalid("Idempotency-Key", "must be 1 to 200 printable ASCII characters")
            return await _once(request, key, request.app.state.deps.store, endpoint)

        return handle


async def _once(request: Request, key: str, store: KeyValueStore, endpoint: Endpoint) -> Response:
    fingerprint = fingerprint_of(request, await request.body())
    caller = request.headers.get("authorization") or request.headers.get("cookie") or ""
    name = hashlib.sha256(f"name\0{caller}\0{key}".encode()).hexdigest()
    cipher = Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"cipher\0{caller}\0{key}".encode()).digest()))
    running = orjson.dumps({"fingerprint": fingerprint})
    waited = 0.0
    while True:
        try:
            expires_at = datetime.now(UTC) + _RUNNING
            await store.write(Put(_PARTITION, name, running, expires_at=expires_at, expect=ABSENT))
            break
        except ConditionFailed:
            kept = await store.get(_PARTITION, name)
        answer = None if kept is None else _kept_answer(kept, fingerprint, cipher)
        if answer is not None:
            return answer
        if waited >= _WAIT_SECONDS:
            raise Problem(409, "conflict", "The same request is being carried out right now.")
        await asyncio.sleep(_LOOK_SECONDS)
        waited += _LOOK_SECONDS
    try:
        response = await endpoint(request)
    except BaseException:
        await store.write(Delete(_PARTITION, name))
        raise
    if 200 <= response.status_code < 300:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers]
        document = {"status": response.status_code, "headers": headers, "body": bytes(response.body).decode()}
        value = orjson.dumps({"fingerprint": fingerprint, "answer": cipher.encrypt(orjson.dumps(document)).decode()})
        await store.write(Put(_PARTITION, name, value, expires_at=datetime.now(UTC) + KEPT))
    else:
        await store.write(Delete(_PARTITION, name))
    return response


def _kept_answer(kept: Item, fingerprint: str, cipher: Fernet) -> Response | None:
    """The first answer; None while it is still being made. Raises CommandIdReused."""
    document = orjson.loads(kept.value)
    if document["fingerprint"] != fingerprint:
        raise CommandIdReused(kept.key)
    if "answer" not in document:
        return None
    answer = orjson.loads(cipher.decrypt(document["answer"]))
    response = Response(answer["body"], answer["status"])
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer["headers"]]
    response.raw_headers = [*pairs, (b"idempotency-replayed", b"true")]
    return response
