"""`taskledger outbox`."""

import asyncio
from typing import Annotated

import typer

from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home


def outbox(
    to: Annotated[str | None, typer.Option(help="Only those to this address.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 20,
    data: Data = DATA,
) -> None:
    """Show the newest mails that the board has sent into its maildir."""
    from kernel.adapters.maildir.mailer import MaildirMailer
    from taskledger.offline import opened

    async def run() -> None:
        async with opened(Home(data)) as here:
            mailer = await here.platform.mailer(here.environment["MAILER_URL"])
            if not isinstance(mailer, MaildirMailer):
                raise fail("The mails go to a mail system (MAILER_URL); only a maildir can be shown.")
            for mail in await mailer.mails(to, limit=limit):
                typer.secho(f"{mail.sent_at:%Y-%m-%d %H:%M:%S}  to {mail.to}", dim=True)
                typer.secho(mail.subject, bold=True)
                print(mail.text.rstrip(), end="\n\n")

    asyncio.run(run())
