"""Mail: one for each line of the ledger, in the thread of its task."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import bindparam, select

from contracts.project import Project
from kernel.consuming.clock import DatabaseClock
from kernel.identity.people import Person
from kernel.ports.database import Database, Statement
from kernel.ports.key_value_store import KeyValueStore
from kernel.ports.mailer import Mail, Mailer, MailRejected, MailUnavailable
from notify_service.channels.handing_over import Due, Result
from notify_service.domain.channel import MAIL
from notify_service.mails import Letter, render
from notify_service.tables import deliveries
from notify_service.unsubscribing import Unsubscribing

log = structlog.get_logger("mail")

_BEFORE: Final = Statement(
    select(deliveries.c.id)
    .where(
        (deliveries.c.task_id == bindparam("task_id"))
        & (deliveries.c.user_id == bindparam("user_id"))
        & (deliveries.c.channel == MAIL.name)
        & (deliveries.c.state == "sent")
    )
    .order_by(deliveries.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLimits:
    """How long handing over one mail may take, in seconds, and how many there may be in an hour."""

    timeout: float
    per_reader: int = 500
    per_sender: int = 2000
    """Mails in an hour: to one person, and because of one."""


class MailChannel:
    """Renders mails and hands them to a mailer."""

    channel = MAIL

    def __init__(
        self,
        database: Database,
        mailer: Mailer,
        limits: MailLimits,
        *,
        public_url: str,
        unsubscribing: Unsubscribing,
        counts: KeyValueStore | None = None,
    ) -> None:
        """`counts`: where the mails of an hour are counted, for all senders together; without it nobody is limited."""
        self._database = database
        self._clock = DatabaseClock(database)
        self._mailer = mailer
        self._limits = limits
        self._public_url = public_url
        self._unsubscribing = unsubscribing
        self._counts = counts

    def unreachable(self, reader: Person | None) -> str | None:
        """Whoever has no address, or has been erased."""
        return "no_address" if reader is None or reader.email is None else None

    async def hand_over(self, due: Due, project: Project, people: Mapping[str, Person]) -> Result:
        """Render the mail and give it to the mailer, unless there were too many."""
        if await self._is_too_many(due):
            return Result("suppressed", "too_many")
        reader = people[due.user_id]
        try:
            mail = await self._mail(due, project, reader, people)
            async with asyncio.timeout(self._limits.timeout):
                await self._mailer.send(mail)
        except MailRejected:
            return Result("failed", "rejected", "MailRejected")
        except (MailUnavailable, TimeoutError) as fault:
            return Result("pending", None, type(fault).__name__)
        except Exception as defect:  # one mail that cannot be made must not hold up the others
            log.error("mail.defect", delivery=due.id, exc_info=defect)
            return Result("pending", None, type(defect).__name__)
        return Result("sent")

    async def _mail(self, due: Due, project: Project, reader: Person, people: Mapping[str, Person]) -> Mail:
        made = render(
            Letter(
                kind=due.kind,
                why=due.why,
                reader=reader.id,
                locale=reader.locale,
                task_id=due.task_id,
                content=due.content,
                project=project,
                names={person.id: person.name for person in people.values()},
                public_url=self._public_url,
            )
        )
        before = await self._database.fetch(_BEFORE, {"task_id": due.task_id, "user_id": due.user_id})
        return Mail(
            id=due.id,
            to=reader.email or "",
            subject=made.subject,
            text=made.text,
            html=made.html,
            thread=f"task-{due.task_id}",
            after=tuple(row[0] for row in before),
            unsubscribe=self._unsubscribing.link(due.user_id),
            reader=reader.id,
        )

    async def _is_too_many(self, due: Due) -> bool:
        """Whether the reader had, or the actor caused, as many mails in this hour as there may be; counts this one.

        It counts when it is first tried: what is tried again was counted.
        """
        if self._counts is None or due.attempts:
            return False
        now = await self._clock.now()
        hour, over = f"{now:%Y%m%d%H}", now + timedelta(hours=2)
        kinds = [("reader", due.user_id, self._limits.per_reader)]
        kinds += [("sender", due.content["actor"], self._limits.per_sender)] if due.content["actor"] else []
        for kind, person, most in kinds:
            if await self._counts.increment("mail-counts", f"{kind}:{person}:{hour}", expires_at=over) > most:
                return True
        return False
