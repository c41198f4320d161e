"""A project: its events, its state, its fold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias

from contracts.changed import FieldChanged
from contracts.invitation import Invitation, InvitationAccepted, InvitationWithdrawn, MemberInvited
from kernel.log.event import Recorded

Role: TypeAlias = Literal["owner", "member", "viewer"]
Category: TypeAlias = Literal["waiting", "active", "done"]
Color: TypeAlias = Literal["gray", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"]
"""Colours by name: how each looks, on light and on dark, is the site's to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A column of the board. `key` is what tasks store, `name` what people read, `category` what it means.

    Without a colour of its own it has that of its category.
    """

    key: str
    name: str
    category: Category
    color: Color | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label that a project has laid down; tasks may have others. Without a colour it has one by its name."""

    name: str
    color: Color | None = None


DEFAULT_STATUSES: Final = (
    Status(key="waiting", name="Waiting", category="waiting"),
    Status(key="in_progress", name="In progress", category="active"),
    Status(key="done", name="Done", category="done"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCreated:
    key: str
    name: str
    statuses: tuple[Status, ...]
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRenamed(FieldChanged[str], field="name"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStatusesChanged(FieldChanged[tuple[Status, ...]], field="statuses"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLabelsChanged(FieldChanged[tuple[Label, ...]], field="labels"):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded:
    user_id: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRoleChanged:
    user_id: str
    old: Role
    new: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRemoved:
    user_id: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDeleted:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRestored:
    pass


ProjectEvent: TypeAlias = (
    ProjectCreated
    | ProjectRenamed
    | ProjectStatusesChanged
    | ProjectLabelsChanged
    | MemberAdded
    | MemberRoleChanged
    | MemberRemoved
    | MemberInvited
    | InvitationAccepted
    | InvitationWithdrawn
    | ProjectDeleted
    | ProjectRestored
)

EVENT_NAMES: Final[Mapping[type[ProjectEvent], str]] = {
    ProjectCreated: "project.created",
    ProjectRenamed: "project.renamed",
    ProjectStatusesChanged: "project.statuses-changed",
    ProjectLabelsChanged: "project.labels-changed",
    MemberAdded: "project.member-added",
    MemberRoleChanged: "project.member-role-changed",
    MemberRemoved: "project.member-removed",
    MemberInvited: "project.invited",
    InvitationAccepted: "project.invitation-accepted",
    InvitationWithdrawn: "project.invitation-withdrawn",
    ProjectDeleted: "project.deleted",
    ProjectRestored: "project.restored",
}
"""The names in the log. They are storage format: add, never change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The state of a project after its events.

    `former`: statuses that it had once, as they were last. `invitations`: those that had not expired by the newest
    event. `left`: who was a member once.
    """

    id: str
    key: str
    name: str
    statuses: tuple[Status, ...]
    former: tuple[Status, ...] = ()
    labels: tuple[Label, ...] = ()
    members: Mapping[str, Role] = field(default_factory=dict)
    left: frozenset[str] = frozenset()
    invitations: tuple[Invitation, ...] = ()
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    deleted: bool = False
    version: int

    def role_of(self, user_id: str) -> Role | None:
        """The user's role, or None for someone who is not a member."""
        return self.members.get(user_id)

    def invitation(self, invitation_id: str) -> Invitation | None:
        """The invitation with this id, or None."""
        return next((known for known in self.invitations if known.id == invitation_id), None)

    def status(self, key: str) -> Status | None:
        """The status with this key, or None."""
        return next((status for status in self.statuses if status.key == key), None)

    def former_status(self, key: str) -> Status | None:
        """The status that the project had under this key once, as it was last, or None."""
        return next((status for status in self.former if status.key == key), None)


def stream_of(project_id: str) -> str:
    """The stream of a project."""
    return f"project-{project_id}"


def evolve(state: Project | None, event: Recorded[ProjectEvent]) -> Project:
    """The state after one more event. Raises ValueError for an event that cannot follow the state."""
    data = event.data
    if isinstance(data, ProjectCreated):
        if state is not None:
            raise ValueError("project.created on a project that exists")
        return Project(
            id=event.stream.removeprefix("project-"),
            key=data.key,
            name=data.name,
            statuses=data.statuses,
            members={data.owner: "owner"},
            created_by=event.actor,
            created_at=event.time,
            updated_at=event.time,
            version=event.version,
        )
    if state is None:
        raise ValueError(f"{event.type} on a project that was never created")
    state = replace(state, updated_at=event.time, version=event.version)
    match data:
        case ProjectStatusesChanged():
            now = {status.key for status in data.new}
            once = {status.key: status for status in (*state.former, *state.statuses) if status.key not in now}
            return replace(state, statuses=data.new, former=tuple(once.values()))
        case FieldChanged():
            return replace(state, **data.change())
        case MemberAdded():
            return replace(state, members={**state.members, data.user_id: data.role})
        case MemberRoleChanged():
            return replace(state, members={**state.members, data.user_id: data.new})
        case MemberRemoved():
            members = {u: r for u, r in state.members.items() if u != data.user_id}
            return replace(state, members=members, left=state.left | {data.user_id})
        case MemberInvited():
            return replace(state, invitations=(*_open(state, event.time), _invitation(data, event)))
        case InvitationAccepted():
            return replace(state, invitations=tuple(_used(known, data) for known in state.invitations))
        case InvitationWithdrawn():
            kept = tuple(known for known in state.invitations if known.id != data.invitation_id)
            return replace(state, invitations=kept)
        case ProjectDeleted():
            return replace(state, deleted=True)
        case ProjectRestored():
            return replace(state, deleted=False)


def _open(state: Project, now: datetime) -> tuple[Invitation, ...]:
    """The invitations that have not expired: those that have are of no use to anybody."""
    return tuple(known for known in state.invitations if known.expires_at > now)


def _invitation(data: MemberInvited, event: Recorded[ProjectEvent]) -> Invitation:
    return Invitation(
        id=data.invitation_id,
        by=event.actor,
        role=data.role,
        token_hash=data.token_hash,
        max_uses=data.max_uses,
        created_at=event.time,
        expires_at=data.expires_at,
        addressed=data.addressed,
    )


def _used(known: Invitation, data: InvitationAccepted) -> Invitation:
    return replace(known, used_by=(*known.used_by, data.user_id)) if known.id == data.invitation_id else known
