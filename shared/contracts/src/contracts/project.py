"""A project: its events, its state, its fold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias

from contracts.changed import FieldChanged
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
    ProjectDeleted: "project.deleted",
    ProjectRestored: "project.restored",
}
"""The names in the log. They are storage format: add, never change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The state of a project after its events. `former`: statuses that it had once, as they were last."""

    id: str
    key: str
    name: str
    statuses: tuple[Status, ...]
    former: tuple[Status, ...] = ()
    labels: tuple[Label, ...] = ()
    members: Mapping[str, Role] = field(default_factory=dict)
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    deleted: bool = False
    version: int

    def role_of(self, user_id: str) -> Role | None:
        """The user's role, or None for someone who is not a member."""
        return self.members.get(user_id)

    def status(self, key: str) -> Status | None:
        """The status with this key, or None."""
        return next((status for status in self.statuses if status.key == key), None)


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
            kept = {status.key for status in data.new}
            once = {status.key: status for status in (*state.former, *state.statuses) if status.key not in kept}
            return replace(state, statuses=data.new, former=tuple(once.values()))
        case FieldChanged():
            return replace(state, **data.change())
        case MemberAdded():
            return replace(state, members={**state.members, data.user_id: data.role})
        case MemberRoleChanged():
            return replace(state, members={**state.members, data.user_id: data.new})
        case MemberRemoved():
            return replace(state, members={u: r for u, r in state.members.items() if u != data.user_id})
        case ProjectDeleted():
            return replace(state, deleted=True)
        case ProjectRestored():
            return replace(state, deleted=False)
