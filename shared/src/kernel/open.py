"""Adapters chosen by the scheme of a URL, imported only when chosen."""

from pathlib import Path
from urllib.parse import urlsplit

from kernel.ports import EventStore, KeyValueStore, Mailer, Subscription
from kernel.sql import Database


class UnknownScheme(ValueError):
    """No adapter answers to the URL's scheme."""


def _path(url: str) -> Path:
    """The file of a URL such as `sqlite:///relative/log.db` or `sqlite:////absolute/log.db`."""
    return Path(urlsplit(url).path.removeprefix("/"))


def _scheme(url: str, port: str, known: str) -> str:
    scheme = urlsplit(url).scheme
    if scheme not in known.split():
        raise UnknownScheme(f"{port}: no adapter for {scheme or url!r}; known are {known}")
    return scheme


async def open_event_store(url: str) -> EventStore:
    """The log at a URL: `sqlite:///path`."""
    match _scheme(url, "EVENT_STORE_URL", "sqlite"):
        case _:
            from kernel.adapters.sqlite_event_store import SqliteEventStore

            return await SqliteEventStore.open(_path(url))


async def open_subscription(url: str, consumer: str, store: EventStore) -> Subscription:
    """New events for a consumer: `tail:` follows the log in this process."""
    match _scheme(url, "SUBSCRIPTION_URL", "tail"):
        case _:
            from kernel.adapters.tail_subscription import TailSubscription

            return await TailSubscription.open(store, consumer)


async def open_key_value_store(url: str) -> KeyValueStore:
    """The keys and values at a URL: `sqlite:///path`."""
    match _scheme(url, "KEY_VALUE_URL", "sqlite"):
        case _:
            from kernel.adapters.sqlite_key_value_store import SqliteKeyValueStore

            return await SqliteKeyValueStore.open(_path(url))


async def open_database(url: str) -> Database:
    """The SQL database at a URL: `sqlite:///path`."""
    match _scheme(url, "READ_MODEL_URL or NOTIFY_DB_URL", "sqlite"):
        case _:
            from kernel.adapters.sqlite_database import SqliteDatabase

            return await SqliteDatabase.open(_path(url))


async def open_mailer(url: str) -> Mailer:
    """The mail system at a URL: `maildir:///path`."""
    match _scheme(url, "MAILER_URL", "maildir"):
        case _:
            from kernel.adapters.maildir_mailer import MaildirMailer

            return await MaildirMailer.open(_path(url))
