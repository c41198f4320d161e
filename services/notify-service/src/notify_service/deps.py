"""What the routes stand on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from kernel.identity.people import People
from kernel.identity.security import Authenticator
from kernel.ports.key_value_store import KeyValueStore
from notify_service.feed import Feed
from notify_service.inbox import Inbox
from notify_service.stream import LiveStream
from notify_service.unsubscribing import Unsubscribing


class SentMail(Protocol):
    """A mail that was handed over."""

    cursor: str
    message_id: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str


class Outbox(Protocol):
    """A mailer that can show what it was given; the embedded one can."""

    async def mails(
        self, to: str | None = None, before: str | None = None, limit: int = 50, *, reader: str | None = None
    ) -> Sequence[SentMail]:
        """Mails to an address, newest first, none to another person who had it.

        Raises ValueError for a malformed cursor.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """Made once by the composition root; on `app.state.deps`. `store` keeps the answers to idempotency keys.

    `mode`: whether all services share this process. `registration`: whether people may register themselves.
    """

    mode: Literal["embedded", "services"]
    registration: Literal["open", "closed"]
    authenticator: Authenticator
    store: KeyValueStore
    inbox: Inbox
    people: People
    unsubscribing: Unsubscribing
    feed: Feed
    stream: LiveStream
    outbox: Outbox | None
