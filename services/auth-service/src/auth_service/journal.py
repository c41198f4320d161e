"""What happened to accounts: each person's own log, and the audit log of the instance."""

import secrets
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from auth_service.domain.account import time_text
from auth_service.mails.outbox import Outbox
from kernel.ports.key_value_store import Delete, KeyValueStore, Put

KEPT: Final = timedelta(days=365)
_EVERYTHING: Final = "audit"
_NOTICES: Final[Mapping[str, str]] = {
    "new_device": "device",
    "password_changed": "password",
    "factor_added": "factor",
    "factor_removed": "unfactor",
    "passkey_added": "factor",
    "passkey_removed": "unfactor",
    "token_created": "token",
    "guessed_at": "tried",
}
"""Of what its owner is told by mail, and by which words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened to `user_id`, by `actor`: a person's id, `machine` for a command, None for nobody known.

    `place` and `agent`: the network and the program that it came from.
    """

    id: str
    at: str
    kind: str
    user_id: str | None
    actor: str | None
    place: str = ""
    agent: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


class Journal:
    """The logs in the key-value store, the newest first."""

    def __init__(self, store: KeyValueStore, outbox: Outbox) -> None:
        self._store = store
        self._outbox = outbox

    async def add(
        self,
        kind: str,
        user_id: str | None,
        *,
        actor: str | None,
        place: str = "",
        agent: str = "",
        **detail: Any,
    ) -> None:
        """Something happened; its person is told of what they should know at once."""
        now = datetime.now(UTC)
        entry = Entry(
            id=_id(),
            at=time_text(now),
            kind=kind,
            user_id=user_id,
            actor=actor,
            place=place,
            agent=agent[:200],
            detail=detail,
        )
        value = orjson.dumps(asdict(entry))
        own = [] if user_id is None else [Put(_own(user_id), entry.id, value, now + KEPT)]
        await self._store.write(Put(_EVERYTHING, entry.id, value, now + KEPT), *own)
        notice = _NOTICES.get(kind)
        if notice is not None and user_id is not None:
            await self._outbox.add("notice", user_id=user_id, what=notice, to=None)

    async def of(self, user_id: str, after: str, limit: int) -> Sequence[Entry]:
        """What happened to somebody's account, newest first."""
        return [_entry(item.value) for item in await self._store.query(_own(user_id), after, limit)]

    async def forget(self, user_id: str) -> None:
        """Drop somebody's own log; the audit log keeps what it has, by ids."""
        while items := await self._store.query(_own(user_id), limit=50):
            await self._store.write(*(Delete(_own(user_id), item.key) for item in items))

    async def everything(self, user_id: str | None, kind: str | None, after: str = "") -> AsyncGenerator[Entry, None]:
        """What happened to all accounts, newest first, as far as it is of somebody and of a kind."""
        partition = _EVERYTHING if user_id is None else _own(user_id)
        while items := await self._store.query(partition, after):
            after = items[-1].key
            for item in items:
                entry = _entry(item.value)
                if kind is None or entry.kind == kind:
                    yield entry


def _own(user_id: str) -> str:
    return f"account-log:{user_id}"


def _id() -> str:
    """Sorted by time, the newest first."""
    return f"{10**17 - time.time_ns() // 1000:017}-{secrets.token_hex(4)}"


def _entry(value: bytes) -> Entry:
    return Entry(**orjson.loads(value))
