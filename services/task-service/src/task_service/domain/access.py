"""Who may do what in a project. Every path, reading or writing, asks here."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from contracts.project import Project, Role
from kernel.log.decider import Rejection

Need: TypeAlias = Literal["read", "write", "manage"]
"""What an action needs: `read` anything of the project, `write` tasks and comments, `manage` the project itself."""

_ALLOWED: Final[Mapping[Role, frozenset[Need]]] = {
    "viewer": frozenset({"read"}),
    "member": frozenset({"read", "write"}),
    "owner": frozenset({"read", "write", "manage"}),
}

_NEEDED: Final[Mapping[Need, str]] = {
    "read": "Members can do this.",
    "write": "Viewers can read only; ask an owner of the project for the role of a member.",
    "manage": "Only owners of the project can do this.",
}


def not_found(what: str) -> Rejection:
    """404, for what is not there and for what the caller may not know is there."""
    return Rejection("not_found", f"There is no such {what}.", status=404)


def require(project: Project | None, user_id: str, need: Need, what: str = "project") -> Project:
    """The project, if the user's role allows the need; else a Rejection: 404 to strangers, 403 to members."""
    role = project.role_of(user_id) if project is not None else None
    if project is None or role is None:
        raise not_found(what)
    if need not in _ALLOWED[role]:
        raise Rejection("forbidden", _NEEDED[need], status=403)
    return project
