"""Has channels hand over what the ledger has pending: take, hand over, record.

A delivery is taken by moving its `due_at` to the end of a lease and counting the attempt, and recorded only by whoever
made that attempt; so any number of senders may run, and a crash between handing over and recording is the only
duplicate.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import bindparam, func, or_, select, update

from contracts.project import Project, ProjectEvent
from contracts.project import stream_of as project_stream
from kernel.consuming.clock import DatabaseClock
from kernel.identity.people import DirectoryAway, People, Person
from kernel.log.streams import CannotApply, Streams
from kernel.log.times import microseconds
from kernel.observe import tracing
from kernel.ports.database import Database, DatabaseUnavailable, ExpectationFailed, Statement, Write
from kernel.ports.faults import StoreUnavailable
from notify_service.channels.handing_over import Due, HandsOver, Result
from notify_service.feed import wait
from notify_service.tables import deliveries, notices
from notify_service.telemetry import DELIVERIES, MAILS_PENDING, OLDEST_MAIL_SECONDS

log = structlog.get_logger("sender")

_BATCH: Final = 20
_IDLE_SECONDS: Final = 1.0
_AWAY_SECONDS: Final = 2.0
_MEASURE_SECONDS: Final = 10.0
_RECORD_AGAIN_SECONDS: Final = 0.5
_LONGEST_PAUSE: Final = timedelta(minutes=5)


def _due(channels: Iterable[str]) -> Statement:
    """What is to be handed over by these channels; of one that this program does not know, nothing is touched."""
    return Statement(
        select(
            deliveries.c.id,
            deliveries.c.channel,
            deliveries.c.user_id,
            deliveries.c.task_id,
            deliveries.c.kind,
            deliveries.c.why,
            deliveries.c.attempts,
            notices.c.project_id,
            notices.c.created_at,
            notices.c.content,
        )
        .select_from(deliveries.join(notices, notices.c.id == deliveries.c.notice_id))
        .where((deliveries.c.state == "pending") & (deliveries.c.due_at <= bindparam("now")))
        .where(or_(*(deliveries.c.channel == name for name in channels)))
        .order_by(deliveries.c.due_at)
        .limit(bindparam("limit"))
    )


_MINE: Final = (
    (deliveries.c.id == bindparam("id_"))
    & (deliveries.c.state == "pending")
    & (deliveries.c.attempts == bindparam("attempts_"))
)
_TAKE: Final = Statement(
    update(deliveries).where(_MINE).values(attempts=deliveries.c.attempts + 1, due_at=bindparam("until"))
)
_RECORD: Final = Statement(
    update(deliveries)
    .where(_MINE)
    .values(
        state=bindparam("new_state"),
        reason=bindparam("why_not"),
        sent_at=bindparam("at"),
        last_error=bindparam("error"),
        due_at=bindparam("next"),
    )
)
_WAITING: Final = Statement(
    select(func.count(), func.min(deliveries.c.created_at)).where(deliveries.c.state == "pending")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a change is worth handing over, and a dead sender keeps what it took."""

    max_age: timedelta
    lease: timedelta


class Sender:
    """Sends what is due, until told to stop."""

    def __init__(
        self,
        database: Database,
        people: People,
        projects: Streams[Project, ProjectEvent],
        limits: Limits,
        channels: Sequence[HandsOver],
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._clock = DatabaseClock(database)
        self._people = people
        self._projects = projects
        self._limits = limits
        self._channels = {one.channel.name: one for one in channels}
        self._due = _due(self._channels)
        self._chance = chance
        self._news = asyncio.Event()
        self._halt = asyncio.Event()
        self._halted = asyncio.Event()
        self._measured_at = 0.0

    def wake(self) -> None:
        """Look for mails at once."""
        self._news.set()

    async def stop(self) -> None:
        """Take no more mails, and return when those at hand are sent and recorded."""
        self._halt.set()
        self._news.set()
        await self._halted.wait()

    async def run(self) -> None:
        """Send what is due, when woken and every second, until `stop`."""
        while not self._halt.is_set():
            self._news.clear()
            try:
                await self._measure()
                if await self.send_due():
                    continue
            except (DatabaseUnavailable, StoreUnavailable, DirectoryAway) as fault:
                log.warning("sender.retry", fault=f"{type(fault).__name__}: {fault}")
                await wait(self._halt, _AWAY_SECONDS)
            else:
                await wait(self._news, _IDLE_SECONDS)
        self._halted.set()

    async def send_due(self) -> int:
        """Send up to twenty mails that are due, and return how many there were.

        Raises DirectoryAway (no attempt is counted: mails wait for auth-service), DatabaseUnavailable,
        StoreUnavailable.
        """
        now = microseconds(await self._clock.now())
        due = [Due.of(row) for row in await self._database.fetch(self._due, {"now": now, "limit": _BATCH})]
        if due:
            told = [delivery.traceparent for delivery in due]
            with tracing.work("send mails", tracing.Kind.CONSUMER, events=told, attributes={"mails": len(due)}):
                people = await self._people.find(person for delivery in due for person in delivery.people())
                results = await asyncio.gather(
                    *(self._send(delivery, people) for delivery in due), return_exceptions=True
                )
                for result in results:
                    if isinstance(result, BaseException):
                        raise result
        return len(due)

    async def _send(self, delivery: Due, people: Mapping[str, Person]) -> None:
        ids: dict[str, tracing.Attribute] = {
            "taskledger.delivery_id": delivery.id,
            "taskledger.task_id": delivery.task_id,
        }
        with tracing.work("send mail", tracing.Kind.CLIENT, events=[delivery.traceparent], attributes=ids):
            result = await self._try(delivery, people)
            if result is not None:
                tracing.note("taskledger.delivery_state", result.state)
                if result.error is not None:
                    tracing.fail(result.error)

    async def _try(self, delivery: Due, people: Mapping[str, Person]) -> Result | None:
        """Hand a delivery over or find out why not, and record which; None when another sender was first."""
        try:
            project = (await self._projects.latest(project_stream(delivery.project_id))).state
        except CannotApply as fault:
            # Whether the reader is still a member cannot be known: this mail waits, and others go.
            log.warning("sender.unreadable", delivery=delivery.id, fault=str(fault))
            if not await self._take(delivery):
                return None
            result = Result("pending", None, "CannotApply")
            if await self._clock.now() - delivery.time > self._limits.max_age:
                result = Result("failed", "expired", "CannotApply")
            await self._record(delivery, delivery.attempts + 1, result)
            return result
        channel = self._channels[delivery.channel]
        attempt = delivery.attempts
        if await self._clock.now() - delivery.time > self._limits.max_age:
            result = Result("failed", "expired") if attempt else Result("suppressed", "too_old")
        elif project is None or project.role_of(delivery.user_id) is None:
            result = Result("suppressed", "not_a_member")
        elif unreachable := channel.unreachable(people.get(delivery.user_id)):
            result = Result("suppressed", unreachable)
        else:
            if not await self._take(delivery):
                return None
            attempt += 1
            result = await channel.hand_over(delivery, project, people)
        await self._record(delivery, attempt, result)
        return result

    async def _take(self, delivery: Due) -> bool:
        """Count an attempt and keep the delivery from other senders; False when another one was first."""
        until = microseconds(await self._clock.now() + self._limits.lease)
        try:
            await self._database.write(
                Write(_TAKE, {"id_": delivery.id, "attempts_": delivery.attempts, "until": until}, expect=1)
            )
        except ExpectationFailed:
            return False
        return True

    async def _record(self, delivery: Due, attempt: int, result: Result) -> None:
        now = await self._clock.now()
        values = {
            "id_": delivery.id,
            "attempts_": attempt,
            "new_state": result.state,
            "why_not": result.reason,
            "at": microseconds(now) if result.state == "sent" else None,
            "error": result.error,
            "next": microseconds(now + self._pause(attempt)),
        }
        give_up_at = time.monotonic() + self._limits.lease.total_seconds()
        while True:
            try:
                await self._database.write(Write(_RECORD, values, expect=1))
            except ExpectationFailed:
                log.warning("sender.overtaken", delivery=delivery.id)  # the lease ran out, and another sender went on
                return
            except DatabaseUnavailable:
                if time.monotonic() > give_up_at:
                    raise  # the mail may be sent again
                await asyncio.sleep(_RECORD_AGAIN_SECONDS)
            else:
                break
        DELIVERIES.labels(delivery.channel, result.state).inc()
        log.info("sender.recorded", delivery=delivery.id, state=result.state, reason=result.reason, error=result.error)

    def _pause(self, attempts: int) -> timedelta:
        """How long to wait after so many attempts: a second, doubled up to five minutes, less up to half by chance."""
        doubled = min(timedelta(seconds=2 ** min(attempts - 1, 20)), _LONGEST_PAUSE) if attempts else timedelta()
        return doubled * (1 - self._chance() / 2)

    async def _measure(self) -> None:
        if time.monotonic() - self._measured_at < _MEASURE_SECONDS:
            return
        self._measured_at = time.monotonic()
        count, oldest = (await self._database.fetch(_WAITING))[0]
        MAILS_PENDING.set(count)
        OLDEST_MAIL_SECONDS.set((microseconds(await self._clock.now()) - oldest) / 1e6 if count else 0)
