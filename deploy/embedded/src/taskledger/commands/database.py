"""`taskledger grant`: who may do what on a server of MySQL."""

import asyncio
from urllib.parse import urlsplit

import typer

from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home, settings_of


def grant(data: Data = DATA) -> None:
    """Make a user of MySQL for each service, who connects by a token of IAM. A release on AWS runs it."""
    from log_projector.settings import Settings as ReadSettings
    from notify_service.settings import Settings as NotifySettings
    from taskledger.database_users import RIGHTS, prepare

    environment = Home(data).environment()
    read = settings_of(ReadSettings, environment).read_model_url
    notify = settings_of(NotifySettings, environment).notify_db_url
    if not (read.startswith("mysql") and notify.startswith("mysql")):
        raise fail("READ_MODEL_URL and NOTIFY_DB_URL are not on a server of MySQL.")
    names = {"read": urlsplit(read).path.removeprefix("/"), "notify": urlsplit(notify).path.removeprefix("/")}
    asyncio.run(prepare(read, names))
    typer.echo(f"There are {', '.join(RIGHTS)}.")
