"""Addresses that invitations were mailed to. task-service keeps the invitations, and no address."""

import hmac
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

import orjson

from auth_service.accounts import Accounts
from auth_service.domain.account import normal_email, time_text
from auth_service.mails import words
from auth_service.mails.letters import Letter, render, shortened
from auth_service.mails.outbox import Outbox, Params
from contracts.invitation import Token
from kernel.ports.key_value_store import ConditionFailed, KeyValueStore, Put
from kernel.ports.mailer import Mail
from kernel.words.catalogues import catalogue

KIND: Final = "invitation"

_PARTITION: Final = "invited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Whom an invitation is for. `token_hash`: of the token in the mail, which nobody has but who reads that mail."""

    id: str
    email: str
    expires_at: str
    by: str
    token_hash: str = ""
    mailed_at: str | None = None


class InvitedPeople:
    """The addresses in the store, for as long as their invitations last."""

    def __init__(self, store: KeyValueStore, accounts: Accounts, outbox: Outbox, public_url: str) -> None:
        self._store = store
        self._accounts = accounts
        self._outbox = outbox
        self._public_url = public_url.rstrip("/")
        outbox.write(KIND, self._compose, self._sent)

    async def keep(self, invitation_id: str, email: str, expires_at: datetime, by: str) -> None:
        """Keep an address. Raises ValueError where it is none."""
        normal_email(email)
        kept = Invited(id=invitation_id, email=email.strip(), expires_at=time_text(expires_at.astimezone(UTC)), by=by)
        await self._store.write(_put(kept))

    async def get(self, invitation_id: str) -> Invited | None:
        """The address of an invitation, or None."""
        item = await self._store.get(_PARTITION, invitation_id)
        return None if item is None else Invited(**orjson.loads(item.value))

    async def mail(self, invitation_id: str, project_id: str, project: str, role: str) -> None:
        """Have an invitation mailed."""
        await self._outbox.add(KIND, id=invitation_id, project_id=project_id, project=project, role=role)

    def is_mailed(self, kept: Invited, token_hash: str) -> bool:
        """Whether a token is the one that was mailed: whoever has it reads the address's mail."""
        return bool(kept.token_hash) and hmac.compare_digest(kept.token_hash, token_hash)

    async def see(
        self, kept: Invited, token_hash: str, user_id: str | None
    ) -> tuple[bool, Literal["same", "unverified", "other"] | None, bool]:
        """Whether the token was mailed, whether the person has the address, and whether anybody has."""
        mailed = self.is_mailed(kept, token_hash)
        owner = await self._accounts.by_email(kept.email)
        if user_id is None:
            return mailed, None, owner is not None
        if owner is None or owner.id != user_id:
            return mailed, "other", owner is not None
        if not owner.email_verified and mailed:
            owner = await self._accounts.change(owner.id, email_verified=True)
        return mailed, "same" if owner.email_verified else "unverified", True

    async def _compose(self, params: Params) -> Mail | None:
        kept = await self.get(params["id"])
        inviter = None if kept is None else await self._accounts.get(kept.by)
        if kept is None or inviter is None or inviter.erased:
            return None
        token = Token.new(params["project_id"], kept.id)
        await self._change(kept.id, token_hash=token.hash)
        reader = await self._accounts.by_email(kept.email)
        locale = (reader or inviter).locale
        say = catalogue(words.PACKAGE, locale).say
        names = {"name": inviter.name, "project": shortened(params["project"])}
        return render(
            Letter(
                id=f"{KIND}-{kept.id}",
                to=kept.email,
                locale=locale,
                subject=say(words.INVITED_BY, **names),
                lines=(say(words.INVITED_TO, **names), say(words.INVITED_AS[params["role"]]), say(words.INVITED_UNTIL)),
                fine_print=say(words.INVITED_WHY),
                button=say(words.INVITED_OPEN),
                link=f"{self._public_url}/invitation#{token.text}",
            )
        )

    async def _sent(self, params: Params) -> None:
        await self._change(params["id"], mailed_at=time_text(datetime.now(UTC)))

    async def _change(self, invitation_id: str, **fields: Any) -> None:
        while (item := await self._store.get(_PARTITION, invitation_id)) is not None:
            try:
                await self._store.write(_put(replace(Invited(**orjson.loads(item.value)), **fields), item.version))
            except ConditionFailed:
                continue
            return


def _put(kept: Invited, expect: int | None = None) -> Put:
    expires_at = datetime.fromisoformat(kept.expires_at)
    return Put(_PARTITION, kept.id, orjson.dumps(asdict(kept)), expires_at=expires_at, expect=expect)
