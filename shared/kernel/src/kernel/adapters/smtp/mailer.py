"""Mail through an SMTP server: `smtp://user:password@host:port?from=ADDRESS`, or `smtps://` for TLS from the start."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPNotSupported, SMTPRecipientsRefused

from kernel.adapters import mime
from kernel.adapters.options import from_query
from kernel.ports.mailer import Mail, MailRejected, MailUnavailable

_STARTTLS: Final[Mapping[str, bool | None]] = {"offered": None, "required": True, "never": False}
_PORTS: Final = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`from`: the sender, an address with or without a name. `timeout`: seconds for each step.

    `starttls`: TLS after the greeting, where it is `offered`, `required` (so by default if there is a password), or
    `never`. `ca`: the path of a file with the server's authority, where the system's do not know it.
    """

    from_: str = ""
    starttls: str = ""
    ca: str = ""
    timeout: float = 10.0


class SmtpMailer:
    """A `Mailer` that speaks SMTP (RFC 5321), a connection for each mail: servers do not keep idle ones for long."""

    def __init__(self, sender: Address, connecting: Mapping[str, Any]) -> None:
        self._sender = sender
        self._connecting = connecting
        self._where = f"{connecting['hostname']}:{connecting['port']}"

    @classmethod
    async def open(cls, url: str) -> "SmtpMailer":
        """Take on a server; it is not asked before the first mail. Raises ValueError for a URL that makes no sense."""
        parts = urlsplit(url)
        options = from_query(Options, parts.query)
        starttls = options.starttls or ("required" if parts.password else "offered")
        if not parts.hostname or not options.from_ or starttls not in _STARTTLS:
            raise ValueError(f"a mail server is named as smtp://host:port?from=ADDRESS; starttls is {list(_STARTTLS)}")
        sender = mime.sender(options.from_)
        connecting = {
            "hostname": parts.hostname,
            "port": parts.port or _PORTS[parts.scheme],
            "local_hostname": sender.domain,  # our own name may take a resolver's whole time-out to find
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "use_tls": parts.scheme == "smtps",
            "start_tls": False if parts.scheme == "smtps" else _STARTTLS[starttls],
            "tls_context": ssl.create_default_context(cafile=options.ca or None),
            "timeout": options.timeout,
        }
        return cls(sender, connecting)

    async def send(self, mail: Mail) -> str:
        message = mime.message(mail, self._sender)
        try:
            async with SMTP(**self._connecting) as server:
                try:
                    await server.sendmail(
                        self._sender.addr_spec,
                        [message.recipient.addr_spec],
                        message.content,
                        mail_options=["SMTPUTF8", "BODY=8BITMIME"] if message.utf8 else [],
                    )
                except SMTPRecipientsRefused as refused:
                    raise self._refusal(refused.recipients[0].code, refused.recipients[0].message) from refused
                except SMTPDataError as refused:
                    raise self._refusal(refused.code, refused.message) from refused
                except SMTPNotSupported as refused:  # an address that is not in ASCII (RFC 6531)
                    raise MailRejected(f"{self._where}: {refused}") from refused
        except (SMTPException, OSError) as fault:
            # Whatever else it is, it is not the mail's fault: it can go when the server or the settings are mended.
            raise MailUnavailable(f"{self._where}: {type(fault).__name__}: {fault}") from fault
        return message.message_id

    def _refusal(self, code: int, text: str) -> Exception:
        """RFC 5321, section 4.2.1: 5yz is permanent, 4yz may pass."""
        kind = MailRejected if code >= 500 else MailUnavailable
        return kind(f"{self._where}: {code} {text}")

    async def ping(self) -> None:
        try:
            async with SMTP(**self._connecting) as server:
                await server.noop()
        except (SMTPException, OSError) as fault:
            raise MailUnavailable(f"{self._where}: {type(fault).__name__}: {fault}") from fault

    async def close(self) -> None:
        pass
