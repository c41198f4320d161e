"""Mail through Amazon SES: `ses://?from=ADDRESS`, with `region`, `endpoint` and `configuration_set` where needed."""

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from kernel.adapters import aws, mime
from kernel.ports import Mail, MailRejected, MailUnavailable

# What SES will never take: a bad address, content that it refuses, in the sandbox a recipient that is not verified.
_NEVER: Final = frozenset({"MessageRejected", "BadRequestException"})


class SesMailer:
    """A `Mailer` by version 2 of SES's API. SES offers no idempotency: a mail handed over twice is sent twice."""

    def __init__(self, client: aws.Client, sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    @classmethod
    async def open(cls, url: str) -> "SesMailer":
        """Take on an account. Raises ValueError for a URL without a sender."""
        _, options = aws.named(url, **{"from": "", "configuration_set": ""})
        if not options["from"]:
            raise ValueError("SES is named as ses://?from=ADDRESS")
        # A call that timed out may have sent the mail: to try again is the sender's decision.
        return cls(aws.Client("sesv2", options, attempts=1), options["from"], options["configuration_set"])

    async def send(self, mail: Mail) -> str:
        message = mime.message(mail, self._sender)
        try:
            client = await self._client.get()
            answer = await client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [str(message["To"])]},
                Content={"Raw": {"Data": message.as_bytes()}},
                **self._configuration,
            )
        except ClientError as refused:
            code = refused.response["Error"]["Code"]
            kind = MailRejected if code in _NEVER else MailUnavailable
            raise kind(f"SES: {code}: {refused.response['Error'].get('Message', '')}") from refused
        except (BotoCoreError, OSError, TimeoutError) as fault:
            raise MailUnavailable(f"SES does not answer: {type(fault).__name__}: {fault}") from fault
        message_id: str = answer["MessageId"]
        return message_id

    async def ping(self) -> None:
        try:
            client = await self._client.get()
            await client.get_account()
        except (BotoCoreError, ClientError, OSError, TimeoutError) as fault:
            raise MailUnavailable(f"SES does not answer: {type(fault).__name__}: {fault}") from fault

    async def close(self) -> None:
        await self._client.close()
