"""The tables of notify-service, and how rows come into them. Times are microseconds since 1970, UTC."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ClauseElement,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    bindparam,
)
from sqlalchemy.dialects import mysql, sqlite

from kernel.consuming.steps import Step
from kernel.ports.database import DialectName, Statement

metadata: Final = MetaData()

_ID: Final = String(64)

# What a command did to a task, once for all who are told of it.
notices: Final = Table(
    "notices",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("project_id", _ID, nullable=False),
    Column("task_id", _ID, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("last_version", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # JSON: task_key, title, actor, changes, excerpt.
    Column("content", LargeBinary, nullable=False),
)

inbox: Final = Table(
    "inbox",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, nullable=False),
    Column("notice_id", _ID, nullable=False),
    Column("project_id", _ID, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("is_read", SmallInteger, nullable=False),
    Index("inbox_all", "user_id", "id"),
    Index("inbox_unread", "user_id", "is_read", "id"),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("notice_id", _ID, nullable=False),
    Column("task_id", _ID, nullable=False),
    Column("user_id", _ID, nullable=False),
    Column("channel", String(8), nullable=False),
    Column("event_type", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("why", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(32), nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=True),
    Column("last_error", String(200), nullable=True),
    # Not to be tried before. Taking a delivery moves this to the end of the lease, as a queue's visibility time-out.
    Column("due_at", BigInteger, nullable=False),
    Index("deliveries_task", "task_id", "id"),
    Index("deliveries_due", "state", "due_at"),
)

preferences: Final = Table(
    "preferences",
    metadata,
    Column("user_id", _ID, primary_key=True),
    # JSON as the API has it.
    Column("document", LargeBinary, nullable=False),
)

members: Final = Table(
    "members",
    metadata,
    Column("project_id", _ID, primary_key=True),
    Column("user_id", _ID, primary_key=True),
)

feed: Final = Table(
    "feed",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    # `<stream>:<version>` of a change, the id of a notification: a replay adds nothing.
    Column("source", String(80), nullable=False, unique=True),
    Column("project_id", _ID, nullable=False),
    # Set on what one person alone is told.
    Column("user_id", _ID, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("feed_age", "created_at"),
    sqlite_autoincrement=True,  # a number is never used again, whatever was deleted
)

# One row: whoever writes to the feed locks it until the commit.
feed_turn: Final = Table(
    "feed_turn",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("turn", BigInteger, nullable=False),
)

STEPS: Final[Sequence[Step]] = ()
"""How databases of older programs become as the tables above: what changes a table that people have adds a step."""


def insert_absent(table: Table) -> Statement:
    """Insert a row unless one with its primary or unique key is there; a key that the database counts is left to it."""
    values: dict[str, Any] = {
        column.name: bindparam(column.name) for column in table.columns if column.autoincrement is not True
    }
    key = next(iter(table.primary_key)).name

    def make(dialect: DialectName) -> ClauseElement:
        if dialect == "sqlite":
            return sqlite.insert(table).values(values).on_conflict_do_nothing()
        # Unlike INSERT IGNORE this hides no other error.
        return mysql.insert(table).values(values).on_duplicate_key_update({key: table.c[key]})

    return Statement(make)
