"""How people come into a project: by an invitation that they accept. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.invitation import Invitation, InvitationAccepted, InvitationWithdrawn, InvitedRole, MemberInvited, Token
from contracts.project import MemberAdded, Project, ProjectEvent
from kernel.log.decider import Rejection
from task_service.domain.access import not_found, require

MAX_USES: Final = 1000
DEFAULT_SECONDS: Final = 7 * 86_400
LONGEST_SECONDS: Final = 365 * 86_400
MAX_OPEN: Final = 100
"""So many invitations of a project may be open at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Open a way in. `addressed`: for one person alone, whose address auth-service keeps."""

    by: str
    invitation_id: str
    token_hash: str
    role: InvitedRole
    max_uses: int
    now: datetime
    expires_at: datetime
    addressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Close a way in; who came by it stays."""

    by: str
    invitation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """Come in. That the token is the invitation's, and the person the one meant, was found out before."""

    by: str
    invitation_id: str
    now: datetime


def invite(command: Invite, state: Project | None) -> Sequence[ProjectEvent]:
    """The events of an invitation. Raises Rejection."""
    project = require(state, command.by, "manage")
    if project.deleted:
        raise Rejection("conflict", "The project is deleted; restore it first.", reason="project_deleted")
    if sum(is_open(known, project, command.now) for known in project.invitations) >= MAX_OPEN:
        raise Rejection(
            "conflict", f"{MAX_OPEN} invitations are open already: withdraw some first.", reason="too_many_invitations"
        )
    return [
        MemberInvited(
            invitation_id=command.invitation_id,
            role=command.role,
            token_hash=command.token_hash,
            max_uses=command.max_uses,
            expires_at=command.expires_at,
            addressed=command.addressed,
        )
    ]


def withdraw(command: Withdraw, state: Project | None) -> Sequence[ProjectEvent]:
    """The events of a withdrawal. Raises Rejection, 404 for an invitation that is not there."""
    project = require(state, command.by, "manage")
    if project.invitation(command.invitation_id) is None:
        raise not_found("invitation")
    return [InvitationWithdrawn(invitation_id=command.invitation_id)]


def accept(command: Accept, state: Project | None) -> Sequence[ProjectEvent]:
    """The events of coming in; none for who is inside. Raises Rejection 404 where the invitation is of no use.

    Nobody comes back by an invitation that they used before: who was taken out stays out.
    """
    project, invitation = usable(state, command.invitation_id, command.by, command.now)
    if project.role_of(command.by) is not None:
        return []
    return [
        InvitationAccepted(invitation_id=invitation.id, user_id=command.by),
        MemberAdded(user_id=command.by, role=invitation.role),
    ]


def usable(state: Project | None, invitation_id: str, user_id: str | None, now: datetime) -> tuple[Project, Invitation]:
    """The project and the invitation that a person, or somebody who is not known yet, may use. Raises Rejection 404."""
    invitation = state.invitation(invitation_id) if state is not None else None
    if state is None or state.deleted or invitation is None:
        raise not_found("invitation")
    inside = user_id is not None and state.role_of(user_id) is not None and user_id in invitation.used_by
    if not inside and (not is_open(invitation, state, now) or user_id in invitation.used_by):
        raise not_found("invitation")
    return state, invitation


def is_open(invitation: Invitation, project: Project, now: datetime) -> bool:
    """Whether somebody may still come in by it: not expired, not used up, made by somebody who still is an owner."""
    return (
        now < invitation.expires_at
        and len(invitation.used_by) < invitation.max_uses
        and invitation.by is not None
        and project.role_of(invitation.by) == "owner"
    )


def belongs(token: Token, invitation: Invitation) -> bool:
    """Whether the token is the one that was handed to whoever made the invitation."""
    return token.hash == invitation.token_hash
