"""Invitations into a project: their events, their state, and the token that whoever is invited holds."""

import base64
import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

InvitedRole: TypeAlias = Literal["owner", "member", "viewer"]

TOKEN_PREFIX: Final = "tli_"  # noqa: S105 - what tokens begin with
"""What every invitation's token begins with, so that leak scanners can find it."""

_SECRET_BYTES: Final = 24
_TOKEN_BYTES: Final = 16 + 16 + _SECRET_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInvited:
    """A way in. `addressed`: only for whoever has the address that auth-service keeps for the invitation's id."""

    invitation_id: str
    role: InvitedRole
    token_hash: str
    max_uses: int
    expires_at: datetime
    addressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationAccepted:
    """A person came in by an invitation; that they are a member, another event of the same command says."""

    invitation_id: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationWithdrawn:
    invitation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation after its events. `by`: who made it; `used_by`: who came in by it."""

    id: str
    by: str | None
    role: InvitedRole
    token_hash: str
    max_uses: int
    created_at: datetime
    expires_at: datetime
    addressed: bool
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """An invitation's token taken apart. It names its project and invitation, so nothing has to be looked up by it."""

    project_id: str
    invitation_id: str
    text: str

    @classmethod
    def new(cls, project_id: str, invitation_id: str) -> "Token":
        """A token that nobody can guess: 192 random bits."""
        parts = (uuid.UUID(project_id).bytes, uuid.UUID(invitation_id).bytes, secrets.token_bytes(_SECRET_BYTES))
        return cls(project_id, invitation_id, TOKEN_PREFIX + _encoded(b"".join(parts)))

    @classmethod
    def of(cls, text: str) -> "Token | None":
        """The token that a text is, or None; each has one spelling alone."""
        encoded = text.removeprefix(TOKEN_PREFIX)
        if encoded == text or not encoded.isascii():
            return None
        try:
            raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except ValueError:
            return None
        if len(raw) != _TOKEN_BYTES or _encoded(raw) != encoded:
            return None
        return cls(str(uuid.UUID(bytes=raw[:16])), str(uuid.UUID(bytes=raw[16:32])), text)

    @property
    def hash(self) -> str:
        """What is kept of it. A plain digest will do: there is nothing to guess at."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
