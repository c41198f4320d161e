"""The read model, which log-projector writes and task-service reads. Long because all tables stand in one place.

A generation is a set of tables of its own, filled from the log alone. A new one is filled beside the one that serves
and takes over by moving one pointer. There is a pointer for each version of the schema, so that an older and a newer
program can each read their own generation in the same database.
"""

import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    bindparam,
    select,
)

from contracts import forms
from contracts.fields import COLUMNS, Field
from contracts.rank import MAX_RANK
from kernel.ports.database import Database, DatabaseRefused, DatabaseUnavailable, Statement, upsert

SCHEMA: Final = 9
"""The version of the tables and of what stands in their rows. Another one means another generation."""

POLL_SECONDS: Final = 1.0
"""How long a reader goes on with the generation that it knows, and a projector with the generations that it knows."""

# Rows of only a key need no second b-tree in SQLite.
_KEYS_ONLY: Final[dict[str, Any]] = {"sqlite_with_rowid": False}
_ID: Final = String(64)

TITLE_KEY_LENGTH: Final = 120
"""How many characters of a title are sorted by; a cursor carries them."""


def folded(text: str) -> str:
    """Text as it is searched and sorted: without case (Unicode, section 3.13), NFC, so that typed and stored meet."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _column(field: Field) -> Column[Any]:
    """The column that a field of tasks is filtered and sorted by; `forms.stored` says what is in it."""
    match field.form:
        case forms.StatusKey():
            return Column(field.name, _ID, nullable=False)
        case forms.Choice():
            return Column(field.name, SmallInteger, nullable=False)
        case forms.Day():
            return Column(field.name, String(10), nullable=True)
        case forms.Number():
            return Column(field.name, Integer, nullable=True)
        case forms.Text() | forms.Labels() | forms.People():
            raise TypeError(f"{field.name} has no column of its own")


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one generation. Times are in microseconds since 1970, `doc` is the JSON that the API returns."""

    metadata: MetaData
    tasks: Table
    assignees: Table
    labels: Table
    projects: Table
    statuses: Table
    members: Table
    activity: Table
    flow: Table
    assigned: Table
    past: Table
    comments: Table
    titles: Table

    @property
    def by_name(self) -> Mapping[str, Table]:
        """The tables by the names that they have here, the same in every generation."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "metadata"}


@lru_cache(maxsize=16)
def tables(number: int) -> Tables:
    """The tables of a generation; their names begin with its number."""
    metadata = MetaData()
    name = f"g{number}_".__add__
    return Tables(
        metadata=metadata,
        tasks=Table(
            name("tasks"),
            metadata,
            Column("task_id", _ID, primary_key=True),
            Column("project_id", _ID, nullable=False),
            Column("number", BigInteger, nullable=False),
            *(_column(field) for field in COLUMNS),
            Column("deleted", SmallInteger, nullable=False),
            Column("title_key", String(TITLE_KEY_LENGTH), nullable=False),
            Column("rank", String(MAX_RANK), nullable=False),
            # '' where nobody made it: an import.
            Column("created_by", _ID, nullable=False),
            Column("created_at", BigInteger, nullable=False),
            Column("updated_at", BigInteger, nullable=False),
            Column("version", BigInteger, nullable=False),
            Column("doc", LargeBinary, nullable=False),
            # Case-folded NFC of title, description and key, one under the other.
            Column("search", Text, nullable=False),
            # The initial consonants of title and description, where they have Hangul; else ''.
            Column("initials", Text, nullable=False),
            Index(name("tasks_created"), "project_id", "deleted", "created_at", "task_id"),
            Index(name("tasks_status"), "project_id", "deleted", "status", "created_at", "task_id"),
            Index(name("tasks_rank"), "project_id", "deleted", "status", "rank", "task_id"),
            Index(name("tasks_updated"), "project_id", "deleted", "updated_at", "task_id"),
            Index(name("tasks_number"), "project_id", "deleted", "number", "task_id"),
        ),
        assignees=Table(
            name("task_assignees"),
            metadata,
            Column("task_id", _ID, primary_key=True),
            Column("user_id", _ID, primary_key=True),
            Index(name("task_assignees_user"), "user_id", "task_id"),
            **_KEYS_ONLY,
        ),
        labels=Table(
            name("task_labels"),
            metadata,
            Column("task_id", _ID, primary_key=True),
            Column("label", String(100), primary_key=True),
            **_KEYS_ONLY,
        ),
        projects=Table(
            name("projects"),
            metadata,
            Column("project_id", _ID, primary_key=True),
            Column("deleted", SmallInteger, nullable=False),
            Column("created_at", BigInteger, nullable=False),
            Column("version", BigInteger, nullable=False),
            Column("doc", LargeBinary, nullable=False),
        ),
        statuses=Table(
            name("project_statuses"),
            metadata,
            Column("project_id", _ID, primary_key=True),
            Column("status", _ID, primary_key=True),
            # From 0, left to right on the board.
            Column("position", Integer, nullable=False),
            Column("category", String(16), nullable=False),
            **_KEYS_ONLY,
        ),
        members=Table(
            name("project_members"),
            metadata,
            Column("project_id", _ID, primary_key=True),
            Column("user_id", _ID, primary_key=True),
            Column("role", String(16), nullable=False),
            Index(name("project_members_user"), "user_id", "project_id"),
            **_KEYS_ONLY,
        ),
        activity=Table(
            name("activity"),
            metadata,
            Column("stream", _ID, primary_key=True),
            Column("version", BigInteger, primary_key=True),
            Column("project_id", _ID, nullable=False),
            Column("time", BigInteger, nullable=False),
            Column("doc", LargeBinary, nullable=False),
            # What a task was after the event, without its description: by it lists of the past are filtered and sorted.
            Column("state", LargeBinary, nullable=True),
            Index(name("activity_project"), "project_id", "time", "stream", "version"),
        ),
        # Where tasks stood and went: a row for each event that took one to another status; '' is nowhere, where a task
        # is before it is made and while it is deleted. Rows are only ever added.
        flow=Table(
            name("task_flow"),
            metadata,
            Column("task_id", _ID, primary_key=True),
            Column("version", BigInteger, primary_key=True),
            Column("project_id", _ID, nullable=False),
            Column("time", BigInteger, nullable=False),
            Column("old", _ID, nullable=False),
            Column("new", _ID, nullable=False),
            # All that insights ask for, one task after the other.
            Index(name("task_flow_project"), "project_id", "task_id", "time", "old", "new", "version"),
            **_KEYS_ONLY,
        ),
        # Who came to a task (`delta` 1) and who left it (-1).
        assigned=Table(
            name("task_assigned"),
            metadata,
            Column("task_id", _ID, primary_key=True),
            Column("version", BigInteger, primary_key=True),
            Column("user_id", _ID, primary_key=True),
            Column("project_id", _ID, nullable=False),
            Column("time", BigInteger, nullable=False),
            Column("delta", SmallInteger, nullable=False),
            Index(name("task_assigned_project"), "project_id", "task_id", "user_id", "time", "delta"),
            **_KEYS_ONLY,
        ),
        # What a task has been, for those who ask for its past: a row for each value of a field that came (`new`) or
        # went (`old`); texts and days are '', of them only the times count. Version 1 is how it was made. Rows are only
        # added.
        past=Table(
            name("task_past"),
            metadata,
            Column("task_id", _ID, primary_key=True),
            Column("field", String(16), primary_key=True),
            Column("version", BigInteger, primary_key=True),
            Column("old", String(100), primary_key=True),
            Column("new", String(100), primary_key=True),
            **_KEYS_ONLY,
        ),
        # What is found by its comments: folded as the tasks' text, with initial consonants under it; '' once deleted.
        comments=Table(
            name("task_comments"),
            metadata,
            Column("task_id", _ID, primary_key=True),
            Column("comment_id", _ID, primary_key=True),
            Column("project_id", _ID, nullable=False),
            Column("search", Text, nullable=False),
            Index(name("task_comments_project"), "project_id", "task_id"),
        ),
        # What a task was called before: a row for each title that was changed, as it was and as it is searched.
        titles=Table(
            name("task_titles"),
            metadata,
            Column("task_id", _ID, primary_key=True),
            Column("version", BigInteger, primary_key=True),
            Column("project_id", _ID, nullable=False),
            Column("title", Text, nullable=False),
            Column("search", Text, nullable=False),
            Index(name("task_titles_project"), "project_id", "task_id"),
        ),
    )


# --- generations ---------------------------------------------------------------------------------------------------

metadata: Final = MetaData()

generations: Final = Table(
    "generations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("schema_version", Integer, nullable=False),
    # `filling`: a rebuild writes it; `live`: the projector keeps it current; `leaving`: it is about to be dropped.
    Column("state", String(16), nullable=False),
    # When the rebuild that fills it last gave a sign of life, in microseconds since 1970.
    Column("beat", BigInteger, nullable=False),
)

active: Final = Table(
    "active_generation",
    metadata,
    Column("schema_version", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)

GENERATIONS: Final = Statement(
    select(generations.c.number, generations.c.schema_version, generations.c.state, generations.c.beat).order_by(
        generations.c.number
    )
)
ACTIVE: Final = Statement(select(active.c.number).where(active.c.schema_version == bindparam("schema")))
ACTIVATE: Final = upsert(active)


def consumer_name(number: int) -> str:
    """The name under which the projector keeps the checkpoints of a generation."""
    return f"projector-g{number}"


class ActiveGeneration:
    """Which generation to read: asked of the database once in `POLL_SECONDS`, and when the known one has gone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number: int | None = None
        self._until = 0.0

    async def number(self) -> int:
        """The number of the active generation. Raises DatabaseUnavailable while there is none."""
        if self._number is None or time.monotonic() >= self._until:
            return await self.ask()
        return self._number

    async def ask(self) -> int:
        """The number as the database has it now. Raises DatabaseUnavailable while there is none."""
        try:
            rows = await self._database.fetch(ACTIVE, {"schema": SCHEMA})
        except DatabaseRefused as refusal:
            raise DatabaseUnavailable(f"no read model yet: {refusal}") from refusal
        if not rows:
            raise DatabaseUnavailable(f"no read model of schema {SCHEMA} yet")
        number: int = rows[0][0]
        self._number, self._until = number, time.monotonic() + POLL_SECONDS
        return number
