"""An SMTP server that keeps what it is given, for tests: real connections, no delivery."""

import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """Answers `refuse[address]` to the recipients that it holds, and keeps every other mail."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuse: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail."""
        content = envelope.content
        if not isinstance(content, bytes):
            raise TypeError("aiosmtpd gives bytes")
        made = message_from_bytes(content, policy=policy.default)
        self.mails.append(made)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


class _Controller(Controller):
    """A server on a socket that is bound already, so that nobody else can have its port meanwhile."""

    def __init__(self, server: MailServer, **options: Any) -> None:
        super().__init__(server, hostname="127.0.0.1", port=server.port, **options)
        self._socket = server.socket

    def _create_server(self) -> Coroutine[Any, Any, Any]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """A started server on a free loopback port that is ended at the end. `options` are those of aiosmtpd's `SMTP`."""
    server = MailServer()
    controller = _Controller(server, **{"enable_SMTPUTF8": False, **options})
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
