"""A mail as a MIME message (RFC 5322, RFC 2045), as every mailer hands it over."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from kernel.adapters import mail_fields as fields
from kernel.ports.mailer import Mail, MailRejected

ID_HEADER: Final = "X-Taskledger-Id"
"""Has the mail's id, as the Message-ID has; some mail systems, SES among them, put one of their own in its place."""

_POLICY: Final = policy.SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail as it goes over the wire. It is in seven bits, so that it passes any server, unless `utf8`.

    `utf8`: the recipient's address is not in ASCII, and neither is the field that has it (RFC 6532).
    """

    message_id: str
    recipient: Address
    content: bytes
    utf8: bool


def sender(text: str) -> Address:
    """An address that every server takes mails from. Raises ValueError."""
    found = fields.address(text)
    if not found.username.isascii():
        raise ValueError("a sender is in ASCII before the @")
    return found


def message(mail: Mail, sender: Address) -> Message:
    """The message with text and HTML as alternatives; its Message-ID is made of the mail's id.

    Raises MailRejected for what no header may hold, and for a recipient that is not exactly one address.
    """
    try:
        recipient = fields.address(mail.to)
        if "\n" in mail.subject or "\r" in mail.subject:
            raise ValueError("a subject of several lines")
        message_id = _id(mail.id, sender)
        lines = [
            fields.mailbox("From", sender),
            fields.mailbox("To", recipient),
            fields.unstructured("Subject", mail.subject),
            f"Date: {format_datetime(datetime.now(UTC))}",
            f"Message-ID: {message_id}",
            *_thread(mail, sender),
            f"{ID_HEADER}: {quote(mail.id, safe='')}",
            "Auto-Submitted: auto-generated",  # RFC 3834: no holiday reply, please
            *_unsubscribing(mail),
        ]
        content = "".join(f"{line}\r\n" for line in lines).encode() + _body(mail)
    except ValueError as error:  # also of text that is no Unicode
        raise MailRejected(f"mail {mail.id} cannot be written: {error}") from error
    return Message(message_id=message_id, recipient=recipient, content=content, utf8=not recipient.username.isascii())


def _id(local: str, sender: Address) -> str:
    return f"<{quote(local, safe='')}@{sender.domain}>"


def _thread(mail: Mail, sender: Address) -> list[str]:
    """A thread begins with an id that no mail has, so that it holds together whichever of its mails somebody gets."""
    if mail.thread is None:
        return []
    before = [_id(mail.thread, sender), *(_id(each, sender) for each in mail.after)]
    return [fields.ids("In-Reply-To", (before[-1],)), fields.ids("References", tuple(before))]


def _unsubscribing(mail: Mail) -> list[str]:
    if mail.unsubscribe is None:
        return []
    if not mail.unsubscribe.isascii() or any(c in mail.unsubscribe for c in "<> \r\n\t"):
        raise ValueError("an address to unsubscribe at that is none")
    return [f"List-Unsubscribe: <{mail.unsubscribe}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]  # RFC 8058


def _body(mail: Mail) -> bytes:
    """The fields of MIME and the two forms, in base64: nothing on the way has a reason to touch it."""
    made = EmailMessage(policy=_POLICY)
    made.set_content(fields.shown(mail.text), cte="base64")
    made.add_alternative(fields.shown(mail.html), subtype="html", cte="base64")
    return made.as_bytes()
