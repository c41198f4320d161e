"""Mails that wait to be sent: kept in the store, so that neither a crash nor a mail system that is away loses one.

What is kept says what a mail is about, never a token: that is made when the mail is written, and only its hash stays.
So whoever asks for a mail waits as long for a known address as for an unknown one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import orjson
import structlog

from auth_service.domain.account import time_text
from kernel.log.ids import new_id
from kernel.ports.faults import StoreUnavailable
from kernel.ports.key_value_store import ABSENT, ConditionFailed, Delete, Item, KeyValueStore, Put
from kernel.ports.mailer import Mail, Mailer, MailRejected, MailUnavailable

log = structlog.get_logger("mails")

Params: TypeAlias = Mapping[str, Any]
Compose: TypeAlias = Callable[[Params], Awaitable[Mail | None]]
"""Writes a mail; None where it is not to be sent any more."""
Sent: TypeAlias = Callable[[Params], Awaitable[None]]

_PARTITION: Final = "mails"
_KEPT: Final = timedelta(days=1)
_LEASE: Final = timedelta(seconds=60)
_LONGEST_WAIT: Final = 600.0
_LOOK_SECONDS: Final = 2.0
_BATCH: Final = 20


class Outbox:
    """Takes mails, and sends them in the background; several processes may do so at once."""

    def __init__(self, store: KeyValueStore, mailer: Mailer) -> None:
        self._store = store
        self._mailer = mailer
        self._kinds: dict[str, tuple[Compose, Sent | None]] = {}
        self._news = asyncio.Event()

    def write(self, kind: str, compose: Compose, sent: Sent | None = None) -> None:
        """Say how mails of a kind are written, and what is to be done when one was handed over."""
        self._kinds[kind] = (compose, sent)

    async def add(self, kind: str, **params: Any) -> None:
        """Have a mail sent. It is kept when this returns."""
        now = datetime.now(UTC)
        await self._store.write(_put(new_id(), {"kind": kind, "params": params, "tries": 0}, now, now + _KEPT, ABSENT))
        self._news.set()

    async def run(self) -> None:
        """Send what is due until cancelled."""
        while True:
            self._news.clear()
            try:
                for item in await self._store.query(_PARTITION, limit=_BATCH):
                    await self._handle(item)
            except StoreUnavailable as fault:
                log.warning("mails.store_away", fault=type(fault).__name__)
            try:
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def _handle(self, item: Item) -> None:
        kept = orjson.loads(item.value)
        now = datetime.now(UTC)
        if kept["due"] > time_text(now) or item.expires_at is None:
            return
        taken = _put(item.key, kept, now + _LEASE, item.expires_at, item.version)
        try:
            await self._store.write(taken)
        except ConditionFailed:
            return  # another process has it
        try:
            await self._send(kept["kind"], kept["params"])
        except MailRejected as refused:
            log.warning("mails.rejected", kind=kept["kind"], fault=type(refused).__name__)
        except (MailUnavailable, StoreUnavailable) as fault:
            log.warning("mails.later", kind=kept["kind"], fault=type(fault).__name__, tries=kept["tries"])
            wait = timedelta(seconds=min(_LONGEST_WAIT, 2.0 ** kept["tries"]))
            later = {**kept, "tries": kept["tries"] + 1}
            await self._store.write(_put(item.key, later, now + wait, item.expires_at, item.version + 1))
            return
        except Exception as defect:  # one that cannot be written must not stop the others
            log.error("mails.defect", kind=kept["kind"], exc_info=defect)
        await self._store.write(Delete(_PARTITION, item.key))

    async def _send(self, kind: str, params: Params) -> None:
        compose, sent = self._kinds[kind]
        mail = await compose(params)
        if mail is None:
            return
        await self._mailer.send(mail)
        if sent is not None:
            await sent(params)


def _put(key: str, kept: Mapping[str, Any], due: datetime, expires_at: datetime, expect: int) -> Put:
    value = orjson.dumps({**kept, "due": time_text(due)})
    return Put(_PARTITION, key, value, expires_at=expires_at, expect=expect)
