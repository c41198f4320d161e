"""The generations of the read model in a database: begun, filled, made the active one, dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import bindparam, delete, insert, update

from contracts import read_model
from contracts.read_model import ACTIVATE, ACTIVE, GENERATIONS, SCHEMA, active, consumer_name, generations, tables
from kernel.consuming import checkpoints
from kernel.consuming.clock import DatabaseClock
from kernel.ports.database import Database, DuplicateRow, Statement, Write

State: TypeAlias = Literal["filling", "live", "leaving"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ABANDONED_AFTER: Final = 30_000_000

_ADD: Final = Statement(insert(generations))
_MARK: Final = Statement(
    update(generations).where(generations.c.number == bindparam("number_")).values(state=bindparam("new"))
)
_BEAT: Final = Statement(
    update(generations).where(generations.c.number == bindparam("number_")).values(beat=bindparam("now"))
)
_REMOVE: Final = Statement(delete(generations).where(generations.c.number == bindparam("number_")))
_DEACTIVATE: Final = Statement(delete(active).where(active.c.number == bindparam("number_")))
_FORGET: Final = [
    Statement(delete(table).where(table.c.consumer == bindparam("consumer_")))
    for table in (checkpoints.checkpoints, checkpoints.consumers)
]


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation as the database has it. `silent`: microseconds since the last sign of life of who fills it."""

    number: int
    schema: int
    state: State
    silent: int

    @property
    def being_filled(self) -> bool:
        """Whether a rebuild works on it; one that fell silent is not coming back."""
        return self.state == "filling" and self.silent < _ABANDONED_AFTER


class Generations:
    """What there is of the read model in a database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._clock = DatabaseClock(database)

    async def prepare(self) -> None:
        """Make the tables that tell of generations and checkpoints, where they are missing."""
        await self.database.create(checkpoints.metadata)
        await self.database.create(read_model.metadata)

    async def all(self) -> Sequence[Generation]:
        """Every generation, of whatever schema, oldest first."""
        now = await self._now()
        rows = await self.database.fetch(GENERATIONS)
        return [Generation(number, schema, state, now - beat) for number, schema, state, beat in rows]

    async def live(self) -> Sequence[int]:
        """The generations of this schema that are to be kept current."""
        return [known.number for known in await self.all() if known.state == "live" and known.schema == SCHEMA]

    async def active(self) -> int | None:
        """The generation of this schema that is read, or None before the first."""
        rows = await self.database.fetch(ACTIVE, {"schema": SCHEMA})
        return rows[0][0] if rows else None

    async def begin(self) -> int:
        """Make a new, empty generation that nobody reads yet, and return its number."""
        while True:
            number = 1 + max((known.number for known in await self.all()), default=0)
            row = {"number": number, "schema_version": SCHEMA, "state": "filling", "beat": await self._now()}
            try:
                await self.database.write(Write(_ADD, row))
            except DuplicateRow:
                continue  # somebody else took the number
            await self.database.create(tables(number).metadata)
            return number

    async def beat(self, number: int) -> None:
        """Give a sign of life for a generation that is being filled."""
        await self.database.write(Write(_BEAT, {"number_": number, "now": await self._now()}))

    async def mark(self, number: int, state: State) -> None:
        """Set the state of a generation; projectors follow within `POLL_SECONDS`."""
        await self.database.write(Write(_MARK, {"number_": number, "new": state}))

    async def activate(self, number: int) -> None:
        """Let readers have a generation instead of the one before; they follow within `POLL_SECONDS`."""
        await self.database.write(Write(ACTIVATE, {"schema_version": SCHEMA, "number": number}))

    async def drop(self, number: int) -> None:
        """Remove a generation that nobody writes any more, with its checkpoints."""
        forget = [Write(statement, {"consumer_": consumer_name(number)}) for statement in _FORGET]
        await self.database.drop(tables(number).metadata)
        await self.database.write(Write(_REMOVE, {"number_": number}), Write(_DEACTIVATE, {"number_": number}), *forget)

    async def _now(self) -> int:
        return (await self._clock.now() - _EPOCH) // timedelta(microseconds=1)
