"""Mail through Amazon SES: `ses://?from=ADDRESS`."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.headerregistry import Address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from aiobotocore.session import get_session
from botocore.exceptions import ClientError

from kernel.adapters import mime
from kernel.adapters.aws import aws
from kernel.adapters.options import from_query
from kernel.ports.mailer import Mail, MailRejected, MailUnavailable

if TYPE_CHECKING:
    from types_aiobotocore_sesv2 import SESV2Client

# What SES will never take: content that it refuses, a bad address, one that is not verified where it has to be.
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
_NEVER: Final = frozenset({"MessageRejected", "BadRequestException"})
_TOO_OFTEN: Final = "TooManyRequestsException"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(aws.Options):
    """`from`: the sender, an address with or without a name. `configuration_set`: SES publishes what came of a mail."""

    from_: str = ""
    configuration_set: str = ""


class SesMailer:
    """A `Mailer` by version 2 of SES's API. SES knows no idempotency: a mail handed over twice is sent twice.

    SES writes a Message-ID of its own; the mail's id is in the header `mime.ID_HEADER`. What it drops later, as for an
    address on the account's suppression list, it has accepted first: only a configuration set tells.
    """

    def __init__(self, client: "SESV2Client", closing: AsyncExitStack, sender: Address, configuration_set: str) -> None:
        self._client = client
        self._closing = closing
        self._sender = sender
        self._more: dict[str, Any] = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    @classmethod
    async def open(cls, url: str) -> "SesMailer":
        """Take on an account. Raises ValueError for a URL that makes no sense, MailUnavailable without credentials."""
        parts = urlsplit(url)
        options = from_query(Options, parts.query)
        if parts.netloc or not options.from_:
            raise ValueError("SES is named as ses://?from=ADDRESS&region=...&endpoint=...")
        sender = mime.sender(options.from_)
        session, closing = get_session(), AsyncExitStack()
        try:
            # A call that timed out may have sent the mail: whether it is tried again is the sender's decision.
            connecting = await aws.connecting(session, options, attempts=1)
            client = await closing.enter_async_context(session.create_client("sesv2", **connecting))
        except aws.FAULTS as fault:
            raise MailUnavailable(f"SES cannot be reached: {fault}") from fault
        return cls(client, closing, sender, options.configuration_set)

    async def send(self, mail: Mail) -> str:
        message = mime.message(mail, self._sender)
        if message.utf8:
            raise MailRejected("SES takes only ASCII before the @")
        try:
            answer = await self._client.send_email(
                FromEmailAddress=self._sender.addr_spec,
                Destination={"ToAddresses": [message.recipient.addr_spec]},
                Content={"Raw": {"Data": message.content}},
                **self._more,
            )
        except aws.FAULTS as fault:
            kind = MailRejected if _code(fault) in _NEVER else MailUnavailable
            raise kind(f"SES: {type(fault).__name__}: {fault}") from fault
        return answer["MessageId"]

    async def ping(self) -> None:
        try:
            account = await self._client.get_account()
        except aws.FAULTS as fault:
            if _code(fault) == _TOO_OFTEN:  # it may be asked once a second; that it says so is an answer
                return
            raise MailUnavailable(f"SES: {type(fault).__name__}: {fault}") from fault
        if not account["SendingEnabled"]:
            raise MailUnavailable("SES: sending is paused")

    async def close(self) -> None:
        await self._closing.aclose()


def _code(fault: Exception) -> str:
    return fault.response["Error"]["Code"] if isinstance(fault, ClientError) else ""
