"""Addresses that invitations were mailed to. task-service keeps the invitations, and no address."""

import hmac
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

import orjson

from auth_service.accounts import Accounts
from auth_service.domain.account import normal_email, time_text
from auth_service.mails.letters import Letter, render, shortened
from auth_service.mails.outbox import Outbox, Params
from contracts.invitation import Token
from kernel.ports.key_value_store import ConditionFailed, KeyValueStore, Put
from kernel.ports.mailer import Mail

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
        words = _WORDS[locale]
        names = {"name": inviter.name, "project": shortened(params["project"])}
        return render(
            Letter(
                id=f"{KIND}-{kept.id}",
                to=kept.email,
                locale=locale,
                subject=words["subject"].format(**names),
                lines=(words["line"].format(**names), words["role", params["role"]], words["until"]),
                fine_print=words["fine"],
                button=words["button"],
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


_WORDS: Final[dict[str, dict[Any, str]]] = {
    "en": {
        "subject": "{name} invites you to {project}",
        "line": "{name} would like you to work on “{project}” in Taskledger.",
        ("role", "owner"): "You would be an owner: you may change everything, members included.",
        ("role", "member"): "You would be a member: you may read and change tasks.",
        ("role", "viewer"): "You would be a viewer: you may read everything.",
        "until": "Nothing happens until you accept. The link is for you alone and works once.",
        "button": "Look at the invitation",
        "fine": "You get this mail because somebody entered your address. If you do not know them, ignore it.",
    },
    "ko": {
        "subject": "{name} 님이 {project}에 초대했습니다",
        "line": "{name} 님이 Taskledger에서 ‘{project}’ 작업을 함께하자고 합니다.",
        ("role", "owner"): "소유자로 초대되었습니다. 멤버를 포함해 모든 것을 바꿀 수 있습니다.",
        ("role", "member"): "멤버로 초대되었습니다. 작업을 읽고 바꿀 수 있습니다.",
        ("role", "viewer"): "뷰어로 초대되었습니다. 모든 것을 읽을 수 있습니다.",
        "until": "수락하기 전에는 아무 일도 일어나지 않습니다. 이 링크는 본인만 한 번 쓸 수 있습니다.",
        "button": "초대 살펴보기",
        "fine": "누군가 이 주소를 입력해서 보낸 메일입니다. 모르는 사람이라면 무시하셔도 됩니다.",
    },
}
