"""The bodies and documents of invitations."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, model_validator

from contracts.invitation import Invitation, InvitedRole
from kernel.http.requests import BadText, Body, Text
from task_service.domain.invitation import DEFAULT_SECONDS, LONGEST_SECONDS, MAX_USES


class NewInvitation(Body):
    """Whom to let in, as what, how often, for how long."""

    role: InvitedRole
    email: Annotated[Text, StringConstraints(max_length=254)] | None = Field(
        default=None, description="mailed to it, and only for whoever has that verified address"
    )
    max_uses: int = Field(default=1, ge=1, le=MAX_USES)
    expires_in: int = Field(default=DEFAULT_SECONDS, ge=1, le=LONGEST_SECONDS, description="seconds")

    @model_validator(mode="after")
    def _for_one_person(self) -> "NewInvitation":
        if self.email is not None and self.max_uses != 1:
            raise BadText("one_use_by_mail", "an invitation by mail is for one person: max_uses must be 1")
        return self


class InvitationView(BaseModel):
    """An invitation as owners see it. `uses`: how many people came in by it; `mailed_at`: when the mail left."""

    id: str
    role: InvitedRole
    email: str | None
    max_uses: int
    uses: int
    created_by: str | None
    created_at: datetime
    expires_at: datetime
    mailed_at: datetime | None


class InvitationMade(InvitationView):
    """An invitation that was just made; the answer to a repeated request has neither `url` nor `token`."""

    url: str | None
    token: str | None


class InvitationsView(BaseModel):
    """The invitations of a project."""

    items: list[InvitationView]
    next_cursor: str | None


class NameView(BaseModel):
    """What a project or a person is called; null where that cannot be told right now."""

    name: str | None


class InvitationShown(BaseModel):
    """What an invitation opens. `needs`: what is missing before it can be accepted.

    `email`: whom it was mailed to, for whoever has the token of the mail.
    """

    project: NameView
    invited_by: NameView
    role: InvitedRole
    expires_at: datetime
    needs: Literal["account", "login"] | None
    email: str | None


def invitation_document(invitation: Invitation, email: str | None, mailed_at: str | None) -> dict[str, Any]:
    """An invitation as InvitationView."""
    return {
        "id": invitation.id,
        "role": invitation.role,
        "email": email,
        "max_uses": invitation.max_uses,
        "uses": len(invitation.used_by),
        "created_by": invitation.by,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "mailed_at": mailed_at,
    }
