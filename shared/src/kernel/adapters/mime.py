"""A mail as a MIME message (RFC 5322, RFC 2045), as every mailer hands it over."""

from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import quote

from kernel.ports import Mail, MailRejected


def message(mail: Mail, sender: str) -> EmailMessage:
    """The message with text and HTML as alternatives; its Message-ID is made of the mail's id.

    Raises MailRejected for what no header may hold, and for a recipient that is not exactly one address.
    """
    made = EmailMessage(policy=policy.SMTP)
    try:
        made["From"] = sender
        made["To"] = mail.to
        if [bool(address.username and address.domain) for address in made["To"].addresses] != [True]:
            raise ValueError("not one address")
        made["Subject"] = mail.subject
        made["Date"] = format_datetime(datetime.now(UTC))
        made["Message-ID"] = f"<{quote(mail.id, safe='')}@taskledger>"
        made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply, please
        made.set_content(mail.text)
        made.add_alternative(mail.html, subtype="html")
        made.as_bytes()
    except (ValueError, UnicodeError, MessageError) as error:
        raise MailRejected(f"mail {mail.id} cannot be written: {type(error).__name__}") from error
    return made
