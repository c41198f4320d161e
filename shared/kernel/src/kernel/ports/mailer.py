"""The port to the mail system."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one person. `id` becomes part of the Message-ID, so that a duplicate can be recognised.

    `thread`: what it is about, the same for all that mail programs show together. `after`: ids of mails of that thread
    that the person has had, oldest first. `unsubscribe`: a URL that a POST without a login ends such mails at.
    `reader`: the id of the person whom it is to; without one it is to whoever has the address.
    """

    id: str
    to: str
    subject: str
    text: str
    html: str
    thread: str | None = None
    after: tuple[str, ...] = ()
    unsubscribe: str | None = None
    reader: str | None = None


class MailRejected(Exception):
    """The address or the mail will never be accepted; retrying is no use."""


class MailUnavailable(Exception):
    """The mail system does not answer or throttles; a retry may succeed."""


class Mailer(Protocol):
    """Hands mails to a mail system."""

    async def send(self, mail: Mail) -> str:
        """Hand over one mail; returns the mail system's message id. Raises MailRejected, MailUnavailable."""
        ...

    async def ping(self) -> None:
        """Return when the mail system answers. Raises MailUnavailable."""
        ...

    async def close(self) -> None:
        """Let go of every resource."""
        ...


@runtime_checkable
class MailKeeper(Protocol):
    """A mailer that keeps what it was given."""

    async def forget(self, to: str, reader: str) -> None:
        """Remove the mails to an address and those to a person. Raises MailUnavailable."""
        ...
