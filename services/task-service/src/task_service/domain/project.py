"""What can be done to a project, and what comes of it."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from contracts.project import (
    DEFAULT_STATUSES,
    Label,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    Project,
    ProjectCreated,
    ProjectDeleted,
    ProjectEvent,
    ProjectLabelsChanged,
    ProjectRenamed,
    ProjectRestored,
    ProjectStatusesChanged,
    Role,
    Status,
)
from kernel.log.decider import Rejection
from task_service.domain.access import Need, require
from task_service.domain.elements import Elements, changed

MAX_NAME: Final = 200
MAX_STATUSES: Final = 30
STATUS_KEY_PATTERN: Final = r"^[a-z0-9_]{1,30}$"
MAX_STATUS_NAME: Final = 50
MAX_PROJECT_LABELS: Final = 200
PROJECT_KEY_PATTERN: Final = r"^[A-Z][A-Z0-9]{1,9}$"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProject:
    """Make a project that `by` owns. Without a key it gets one from its name, without statuses the usual three."""

    by: str
    name: str
    key: str | None = None
    statuses: tuple[Status, ...] | None = None
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProject:
    """Change the name, the statuses, the labels; what is None stays. A task's labels need not be the project's.

    A list comes as a whole, or as what becomes of its elements: of statuses by key, of labels by name.
    """

    needs: ClassVar[Need] = "manage"
    by: str
    name: str | None = None
    statuses: tuple[Status, ...] | Elements[Status] | None = None
    labels: tuple[Label, ...] | Elements[Label] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutMember:
    """Let a person in, or change their role. `registered`: whether such a user exists and was not erased.

    `gone`: owners who were erased; they are none any more.
    `invited_only`: whoever comes in has to accept an invitation, so that only roles can be changed.
    """

    needs: ClassVar[Need] = "manage"
    by: str
    user_id: str
    role: Role
    registered: bool
    gone: frozenset[str] = frozenset()
    invited_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMember:
    """Take a person out; anyone may take themselves out. Their assignments stay on the tasks until changed there.

    `gone`: owners who were erased; they are none any more.
    """

    by: str
    user_id: str
    gone: frozenset[str] = frozenset()

    @property
    def needs(self) -> Need:
        """Leaving needs no role."""
        return "read" if self.user_id == self.by else "manage"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteProject:
    """Hide the project and its tasks; everything can be restored."""

    needs: ClassVar[Need] = "manage"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreProject:
    """Undo a deletion."""

    needs: ClassVar[Need] = "manage"
    by: str


ProjectChange: TypeAlias = EditProject | PutMember | RemoveMember | DeleteProject | RestoreProject
"""The commands on a project that exists. `needs` says which role they take."""


def create(command: CreateProject) -> Sequence[ProjectEvent]:
    """The beginning of a project. Raises Rejection."""
    statuses = DEFAULT_STATUSES if command.statuses is None else _checked(command.statuses)
    key = command.key or key_from(command.name)
    created = ProjectCreated(key=key, name=command.name, statuses=statuses, owner=command.by)
    return [created, *_relabel(command.labels, ())]


def decide(command: ProjectChange, state: Project | None) -> Sequence[ProjectEvent]:
    """The events that a command on a project causes; none when it changes nothing. Raises Rejection."""
    project = require(state, command.by, command.needs)
    match command:
        case DeleteProject():
            return [] if project.deleted else [ProjectDeleted()]
        case RestoreProject():
            return [ProjectRestored()] if project.deleted else []
        case EditProject():
            return _edit(command, _live(project))
        case PutMember():
            return _put_member(command, _live(project))
        case RemoveMember():
            return _remove_member(command, _live(project))


def succeed(project: Project | None, gone: frozenset[str]) -> Sequence[ProjectEvent]:
    """Where every owner was erased, the member who has been there longest takes over, or a viewer where there is none.

    `gone`: all members who were erased. No events while an owner is left, or nobody at all.
    """
    if project is None:
        return []
    left = {user: role for user, role in project.members.items() if user not in gone}
    if not left or "owner" in left.values():
        return []
    heir = next((user for user, role in left.items() if role != "viewer"), next(iter(left)))
    return [MemberRoleChanged(user_id=heir, old=left[heir], new="owner")]


def appoint(project: Project | None, user_id: str) -> Sequence[ProjectEvent]:
    """A person becomes an owner by whoever runs the board, whatever anybody's role is."""
    role = project.role_of(user_id) if project is not None else None
    if project is None or role == "owner":
        return []
    if role is None:
        return [MemberAdded(user_id=user_id, role="owner")]
    return [MemberRoleChanged(user_id=user_id, old=role, new="owner")]


def _edit(command: EditProject, project: Project) -> list[ProjectEvent]:
    events: list[ProjectEvent] = []
    if command.name is not None and command.name != project.name:
        events.append(ProjectRenamed(old=project.name, new=command.name))
    if command.statuses is not None:
        events += _restatus(command.statuses, project.statuses)
    if command.labels is not None:
        events += _relabel(command.labels, project.labels)
    return events


def _restatus(given: tuple[Status, ...] | Elements[Status], old: tuple[Status, ...]) -> list[ProjectEvent]:
    statuses = changed(old, given, lambda status: status.key) if isinstance(given, Elements) else given
    if not statuses:
        raise Rejection(
            "validation_failed", "a project needs a status", field="statuses", status=422, reason="needs_status"
        )
    if len(statuses) > MAX_STATUSES:
        raise Rejection(
            "validation_failed",
            f"at most {MAX_STATUSES} statuses",
            field="statuses",
            status=422,
            reason="too_many",
            limit=MAX_STATUSES,
        )
    return [ProjectStatusesChanged(old=old, new=_checked(statuses))] if statuses != old else []


def _relabel(given: tuple[Label, ...] | Elements[Label], old: tuple[Label, ...]) -> list[ProjectEvent]:
    labels = changed(old, given, lambda label: label.name) if isinstance(given, Elements) else given
    if len(labels) > MAX_PROJECT_LABELS:
        raise Rejection(
            "validation_failed",
            f"at most {MAX_PROJECT_LABELS} labels",
            field="labels",
            status=422,
            reason="too_many",
            limit=MAX_PROJECT_LABELS,
        )
    _each_once([label.name for label in labels], "labels", "label needs a name")
    return [ProjectLabelsChanged(old=old, new=labels)] if labels != old else []


def _put_member(command: PutMember, project: Project) -> list[ProjectEvent]:
    role = project.role_of(command.user_id)
    if not command.registered and (role is None or role != command.role == "owner"):
        raise Rejection(
            "validation_failed", "is not a registered user", field="user_id", status=422, reason="not_a_user"
        )
    if role is None:
        if command.invited_only:
            raise Rejection("invitation_required", "Nobody comes in here without accepting: send an invitation.")
        return [MemberAdded(user_id=command.user_id, role=command.role)]
    if role == command.role:
        return []
    _keep_an_owner(project, command.user_id, command.gone)
    return [MemberRoleChanged(user_id=command.user_id, old=role, new=command.role)]


def _remove_member(command: RemoveMember, project: Project) -> list[ProjectEvent]:
    role = project.role_of(command.user_id)
    if role is None:
        return []
    _keep_an_owner(project, command.user_id, command.gone)
    return [MemberRemoved(user_id=command.user_id, role=role)]


def _keep_an_owner(project: Project, user_id: str, gone: frozenset[str]) -> None:
    """Reject what would leave the project without an owner who can act."""
    if [user for user, role in project.members.items() if role == "owner" and user not in gone] == [user_id]:
        raise Rejection("conflict", "A project needs an owner: make someone else an owner first.", reason="needs_owner")


def _live(project: Project) -> Project:
    if project.deleted:
        raise Rejection("conflict", "The project is deleted; restore it first.", reason="project_deleted")
    return project


def _checked(statuses: tuple[Status, ...]) -> tuple[Status, ...]:
    _each_once([status.key for status in statuses], "statuses", "status needs a key")
    return statuses


def _each_once(values: Sequence[str], field: str, what: str) -> None:
    if len(set(values)) < len(values):
        raise Rejection("validation_failed", f"every {what} of its own", field=field, status=422, reason="not_unique")


# The first Latin letter of each Hangul initial consonant and vowel, in the order of Unicode (Revised Romanization).
# The twelfth consonant is silent: its syllables begin with their vowel.
_CONSONANTS: Final = "GGNDDRMBBSS-JJCKTPH"
_VOWELS: Final = "AAYYEEYYOWWOYUWWWYEUI"
_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3


def key_from(name: str) -> str:
    """A project key from a name: initials of several words, else the first four letters; `PRJ` where there are none."""
    latin = "".join(map(_latin, unicodedata.normalize("NFC", name)))
    words = re.findall("[A-Z][A-Z0-9]*", latin.upper())
    key = "".join(word[0] for word in words)[:10] if len(words) > 1 else "".join(words)[:4]
    return key if len(key) > 1 else "PRJ"


def next_key(key: str, taken: Collection[str]) -> str:
    """The key, or the next one with a number that is not taken: OPS, OPS2, OPS3."""
    number = 1
    numbered = key
    while numbered in taken:
        number += 1
        numbered = f"{key[: 10 - len(str(number))]}{number}"
    return numbered


def _latin(character: str) -> str:
    if _FIRST_SYLLABLE <= ord(character) <= _LAST_SYLLABLE:
        consonant, rest = divmod(ord(character) - _FIRST_SYLLABLE, 588)
        initial = _CONSONANTS[consonant]
        return _VOWELS[rest // 28] if initial == "-" else initial
    return unicodedata.normalize("NFKD", character)[0]
