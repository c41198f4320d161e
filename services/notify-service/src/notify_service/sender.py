"""Sends the mails that the ledger has pending: take, render, hand over, record.

A mail is taken by moving its `due_at` to the end of a lease and counting the attempt, and recorded only by whoever made
that attempt; so any number of senders may run, and a crash between handing over and recording is the only duplicate.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import orjson
import structlog
from sqlalchemy import bindparam, func, select, update

from contracts.project import Project, ProjectEvent
from contracts.project import stream_of as project_stream
from kernel.consuming.clock import DatabaseClock
from kernel.log.streams import CannotApply, Streams
from kernel.log.times import microseconds, time_of
from kernel.observe import tracing
from kernel.ports.database import Database, DatabaseUnavailable, ExpectationFailed, Row, Statement, Write
from kernel.ports.faults import StoreUnavailable
from kernel.ports.key_value_store import KeyValueStore
from kernel.ports.mailer import Mail, Mailer, MailRejected, MailUnavailable
from notify_service.domain.notice import Kind, Why
from notify_service.feed import wait
from notify_service.mails import Letter, render
from notify_service.people import DirectoryAway, People, Person
from notify_service.tables import deliveries, notices
from notify_service.telemetry import DELIVERIES, MAILS_PENDING, OLDEST_MAIL_SECONDS
from notify_service.unsubscribing import Unsubscribing

log = structlog.get_logger("sender")

_BATCH: Final = 20
_IDLE_SECONDS: Final = 1.0
_AWAY_SECONDS: Final = 2.0
_MEASURE_SECONDS: Final = 10.0
_RECORD_AGAIN_SECONDS: Final = 0.5
_LONGEST_PAUSE: Final = timedelta(minutes=5)

_DUE: Final = Statement(
    select(
        deliveries.c.id,
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
    .order_by(deliveries.c.due_at)
    .limit(bindparam("limit"))
)
_MINE: Final = (
    (deliveries.c.id == bindparam("id_"))
    & (deliveries.c.state == "pending")
    & (deliveries.c.attempts == bindparam("attempts_"))
)
_BEFORE: Final = Statement(
    select(deliveries.c.id)
    .where(
        (deliveries.c.task_id == bindparam("task_id"))
        & (deliveries.c.user_id == bindparam("user_id"))
        & (deliveries.c.channel == "mail")
        & (deliveries.c.state == "sent")
    )
    .order_by(deliveries.c.id.desc())
    .limit(1)
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


@dataclass(frozen=True, slots=True)
class _Due:
    id: str
    user_id: str
    task_id: str
    kind: Kind
    why: Why
    attempts: int
    project_id: str
    time: datetime
    content: Mapping[str, Any]

    @classmethod
    def of(cls, row: Row) -> "_Due":
        delivery_id, user_id, task_id, kind, why, attempts, project_id, created_at, content = row
        time = time_of(created_at)
        return cls(delivery_id, user_id, task_id, kind, why, attempts, project_id, time, orjson.loads(content))

    @property
    def traceparent(self) -> str | None:
        """Of the request that made the change, if somebody recorded it."""
        return self.content.get("traceparent")

    def people(self) -> set[str]:
        """Everyone whose name or address the mail needs."""
        assignees = [c[side] for c in self.content["changes"] if c["field"] == "assignees" for side in ("old", "new")]
        return {person for person in (self.user_id, self.content["actor"], *assignees) if person is not None}


@dataclass(frozen=True, slots=True)
class _Result:
    state: Literal["sent", "failed", "suppressed", "pending"]
    reason: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a change is worth a mail, handing one over may take, and a dead sender keeps its mails."""

    max_age: timedelta
    timeout: float
    lease: timedelta
    per_reader: int = 500
    per_sender: int = 2000
    """Mails in an hour: to one person, and because of one."""


class Sender:
    """Sends what is due, until told to stop."""

    def __init__(
        self,
        database: Database,
        mailer: Mailer,
        people: People,
        projects: Streams[Project, ProjectEvent],
        limits: Limits,
        *,
        public_url: str,
        unsubscribing: Unsubscribing,
        chance: Callable[[], float] = random.random,
        counts: KeyValueStore | None = None,
    ) -> None:
        """`counts`: where the mails of an hour are counted, for all senders together; without it nobody is limited."""
        self._database = database
        self._clock = DatabaseClock(database)
        self._mailer = mailer
        self._people = people
        self._projects = projects
        self._limits = limits
        self._public_url = public_url
        self._unsubscribing = unsubscribing
        self._chance = chance
        self._counts = counts
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
        due = [_Due.of(row) for row in await self._database.fetch(_DUE, {"now": now, "limit": _BATCH})]
        if due:
            told = [mail.traceparent for mail in due]
            with tracing.work("send mails", tracing.Kind.CONSUMER, events=told, attributes={"mails": len(due)}):
                people = await self._people.find(person for mail in due for person in mail.people())
                results = await asyncio.gather(*(self._send(mail, people) for mail in due), return_exceptions=True)
                for result in results:
                    if isinstance(result, BaseException):
                        raise result
        return len(due)

    async def _send(self, mail: _Due, people: Mapping[str, Person]) -> None:
        ids: dict[str, tracing.Attribute] = {"taskledger.delivery_id": mail.id, "taskledger.task_id": mail.task_id}
        with tracing.work("send mail", tracing.Kind.CLIENT, events=[mail.traceparent], attributes=ids):
            result = await self._try(mail, people)
            if result is not None:
                tracing.note("taskledger.delivery_state", result.state)
                if result.error is not None:
                    tracing.fail(result.error)

    async def _try(self, mail: _Due, people: Mapping[str, Person]) -> _Result | None:
        """Send a mail or find out why not, and record which; None when another sender was first."""
        try:
            project = (await self._projects.latest(project_stream(mail.project_id))).state
        except CannotApply as fault:
            # Whether the reader is still a member cannot be known: this mail waits, and others go.
            log.warning("sender.unreadable", delivery=mail.id, fault=str(fault))
            if not await self._take(mail):
                return None
            result = _Result("pending", None, "CannotApply")
            if await self._clock.now() - mail.time > self._limits.max_age:
                result = _Result("failed", "expired", "CannotApply")
            await self._record(mail, mail.attempts + 1, result)
            return result
        reader = people.get(mail.user_id)
        attempt = mail.attempts
        if await self._clock.now() - mail.time > self._limits.max_age:
            result = _Result("failed", "expired") if attempt else _Result("suppressed", "too_old")
        elif project is None or project.role_of(mail.user_id) is None:
            result = _Result("suppressed", "not_a_member")
        elif reader is None or reader.email is None:
            result = _Result("suppressed", "no_address")
        else:
            if not await self._take(mail):
                return None
            attempt += 1
            too_many = await self._is_too_many(mail)
            result = (
                _Result("suppressed", "too_many")
                if too_many
                else await self._hand_over(mail, project, reader, reader.email, people)
            )
        await self._record(mail, attempt, result)
        return result

    async def _is_too_many(self, mail: _Due) -> bool:
        """Whether the reader had, or the actor caused, as many mails in this hour as there may be; counts this one.

        It counts when it is first tried: what is tried again was counted.
        """
        if self._counts is None or mail.attempts:
            return False
        now = await self._clock.now()
        hour, over = f"{now:%Y%m%d%H}", now + timedelta(hours=2)
        kinds = [("reader", mail.user_id, self._limits.per_reader)]
        kinds += [("sender", mail.content["actor"], self._limits.per_sender)] if mail.content["actor"] else []
        for kind, person, most in kinds:
            if await self._counts.increment("mail-counts", f"{kind}:{person}:{hour}", expires_at=over) > most:
                return True
        return False

    async def _take(self, mail: _Due) -> bool:
        """Count an attempt and keep the mail from other senders; False when another one was first."""
        until = microseconds(await self._clock.now() + self._limits.lease)
        try:
            await self._database.write(
                Write(_TAKE, {"id_": mail.id, "attempts_": mail.attempts, "until": until}, expect=1)
            )
        except ExpectationFailed:
            return False
        return True

    async def _hand_over(
        self, mail: _Due, project: Project, reader: Person, address: str, people: Mapping[str, Person]
    ) -> _Result:
        letter = Letter(
            kind=mail.kind,
            why=mail.why,
            reader=reader.id,
            locale=reader.locale,
            task_id=mail.task_id,
            content=mail.content,
            project=project,
            names={person.id: person.name for person in people.values()},
            public_url=self._public_url,
        )
        try:
            made = render(letter)
            before = await self._database.fetch(_BEFORE, {"task_id": mail.task_id, "user_id": mail.user_id})
            handed = Mail(
                id=mail.id,
                to=address,
                subject=made.subject,
                text=made.text,
                html=made.html,
                thread=f"task-{mail.task_id}",
                after=tuple(row[0] for row in before),
                unsubscribe=self._unsubscribing.link(mail.user_id),
                reader=reader.id,
            )
            async with asyncio.timeout(self._limits.timeout):
                await self._mailer.send(handed)
        except MailRejected:
            return _Result("failed", "rejected", "MailRejected")
        except (MailUnavailable, TimeoutError) as fault:
            return _Result("pending", None, type(fault).__name__)
        except Exception as defect:  # one mail that cannot be made must not hold up the others
            log.error("sender.defect", delivery=mail.id, exc_info=defect)
            return _Result("pending", None, type(defect).__name__)
        return _Result("sent")

    async def _record(self, mail: _Due, attempt: int, result: _Result) -> None:
        now = await self._clock.now()
        values = {
            "id_": mail.id,
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
                log.warning("sender.overtaken", delivery=mail.id)  # the lease ran out, and another sender went on
                return
            except DatabaseUnavailable:
                if time.monotonic() > give_up_at:
                    raise  # the mail may be sent again
                await asyncio.sleep(_RECORD_AGAIN_SECONDS)
            else:
                break
        DELIVERIES.labels("mail", result.state).inc()
        log.info("sender.recorded", delivery=mail.id, state=result.state, reason=result.reason, error=result.error)

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
