"""Mail through an SMTP server: `smtp://user:password@host:port?from=ADDRESS`, or `smtps://` for TLS from the start."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from kernel.adapters import mime
from kernel.ports import Mail, MailRejected, MailUnavailable

_OPTIONS: Final = {"from": "", "starttls": "offered", "timeout": "10"}
_STARTTLS: Final[Mapping[str, bool | None]] = {"offered": None, "required": True, "never": False}
_PORTS: Final = {"smtp": 25, "smtps": 465}


class SmtpMailer:
    """A `Mailer` that speaks SMTP (RFC 5321), a connection for each mail: servers do not keep idle ones for long."""

    def __init__(self, sender: str, connecting: Mapping[str, Any]) -> None:
        self._sender = sender
        self._connecting = connecting
        self._where = f"{connecting['hostname']}:{connecting['port']}"

    @classmethod
    async def open(cls, url: str) -> "SmtpMailer":
        """Take on a server. In the URL's query: `from`, the sender's address; `starttls`, `offered` (taken where the

        server has it), `required` or `never`; `timeout` in seconds. Raises ValueError for a URL that is none.
        """
        parts = urlsplit(url)
        given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        options = {**_OPTIONS, **given}
        if not parts.hostname or not options["from"] or given.keys() - _OPTIONS or options["starttls"] not in _STARTTLS:
            raise ValueError("a mail server is named as smtp://host:port?from=ADDRESS, with starttls and timeout")
        connecting = {
            "hostname": parts.hostname,
            "port": parts.port or _PORTS[parts.scheme],
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "use_tls": parts.scheme == "smtps",
            "start_tls": False if parts.scheme == "smtps" else _STARTTLS[options["starttls"]],
            "timeout": float(options["timeout"]),
        }
        return cls(options["from"], connecting)

    async def send(self, mail: Mail) -> str:
        message = mime.message(mail, self._sender)
        try:
            await aiosmtplib.send(message, **self._connecting)
        except SMTPRecipientsRefused as refused:
            code, why = refused.recipients[0].code, refused.recipients[0].message
            raise _error(code, f"{self._where} refuses the recipient: {code} {why}") from refused
        except (SMTPAuthenticationError, SMTPSenderRefused) as refused:
            # Not the mail's fault: it can go when the settings are mended.
            raise MailUnavailable(f"{self._where} refuses us: {refused.code} {refused.message}") from refused
        except SMTPResponseException as refused:
            raise _error(refused.code, f"{self._where}: {refused.code} {refused.message}") from refused
        except (SMTPException, OSError) as fault:
            raise MailUnavailable(f"{self._where}: {type(fault).__name__}: {fault}") from fault
        return str(message["Message-ID"])

    async def ping(self) -> None:
        try:
            async with SMTP(**self._connecting) as server:
                await server.noop()
        except (SMTPException, OSError) as fault:
            raise MailUnavailable(f"{self._where}: {type(fault).__name__}: {fault}") from fault

    async def close(self) -> None:
        pass


def _error(code: int, reason: str) -> Exception:
    """RFC 5321, section 4.2.1: 5yz is permanent, 4yz may pass."""
    return MailRejected(reason) if code >= 500 else MailUnavailable(reason)
