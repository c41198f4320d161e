"""A mail as a MIME message (RFC 5322, RFC 2045), as every mailer hands it over."""

from datetime import UTC, datetime
from email import policy
from email.errors import MessageError, NonASCIILocalPartDefect
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

import idna

from kernel.ports.mailer import Mail, MailRejected

ID_HEADER: Final = "X-Taskledger-Id"
"""Has the mail's id, as the Message-ID has; some mail systems, SES among them, put one of their own in its place."""

# In seven bits, so that it passes any server.
_POLICY: Final = policy.SMTP.clone(cte_type="7bit")


def address(text: str) -> Address:
    """Exactly one address, with or without a name. Its domain is in ASCII (RFC 5891), as every server understands it.

    Raises ValueError.
    """
    if "\n" in text:
        raise ValueError("an address of several lines")
    try:
        parsed = _POLICY.header_factory("To", text)
        [found] = parsed.addresses
        if not all(isinstance(defect, NonASCIILocalPartDefect) for defect in parsed.defects):
            raise ValueError("not an address")
        domain = found.domain if found.domain.isascii() else idna.encode(found.domain, uts46=True).decode()
        return Address(found.display_name, found.username, domain)
    except (IndexError, MessageError) as error:  # what the parser of the standard library makes of half an address
        raise ValueError("not an address") from error


def sender(text: str) -> Address:
    """An address that every server takes mails from. Raises ValueError."""
    found = address(text)
    if not found.username.isascii():
        raise ValueError("a sender is in ASCII before the @")
    return found


def message(mail: Mail, sender: Address) -> EmailMessage:
    """The message with text and HTML as alternatives; its Message-ID is made of the mail's id.

    Raises MailRejected for what no header may hold, and for a recipient that is not exactly one address.
    """
    try:
        recipient = address(mail.to)
        if "\n" in mail.subject or "\r" in mail.subject:
            raise ValueError("a subject of several lines")
        made = EmailMessage(policy=_POLICY)
        made["From"] = sender
        made["To"] = recipient
        made["Subject"] = " ".join(mail.subject.splitlines())  # Unicode knows more ends of lines than mail does
        made["Date"] = format_datetime(datetime.now(UTC))
        mail_id = quote(mail.id, safe="")
        made["Message-ID"] = f"<{mail_id}@{sender.domain}>"
        made[ID_HEADER] = mail_id
        made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply, please
        made.set_content(mail.text)
        made.add_alternative(mail.html, subtype="html")
        made.as_bytes()
    except (ValueError, MessageError) as error:
        raise MailRejected(f"mail {mail.id} cannot be written: {error}") from error
    return made
