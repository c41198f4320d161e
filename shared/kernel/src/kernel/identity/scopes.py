"""What a personal token may do: by the method and the path of a request, so that no route can forget to ask."""

from collections.abc import Collection
from contextvars import ContextVar
from typing import Final, Literal, TypeAlias, get_args

from kernel.http.problems import Problem

Scope: TypeAlias = Literal["tasks:read", "tasks:write", "projects:write", "notifications", "account"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

ENROLLING: Final = "second-factor"
"""In place of scopes in a login's token: where a second factor is required, it may do nothing but get one."""

PROJECTS: ContextVar[frozenset[str] | None] = ContextVar("projects", default=None)
"""The projects that the request's token is bound to; None: those of its owner."""

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NOTIFY: Final = frozenset({"notifications", "stream", "outbox"})
_OF_THE_PROJECT: Final = frozenset({"members", "invitations", "restore", "watch"})


def scope_of(method: str, path: str) -> Scope | None:
    """The scope that a request needs; None: any token will do. What is not known here needs the whole account."""
    parts = path.strip("/").split("/")[1:]
    match parts:
        case ["auth", "me"] if method in _SAFE:
            return None
        case ["config"]:
            return None
        case ["projects" | "tasks" | "users" | "search" | "views" | "catch-up" | "attachments", *_] if method in _SAFE:
            return "tasks:read"
        case ["invitations", *_] | ["projects"] | ["projects", _]:
            return "projects:write"
        case ["projects", _, part, *_] if part in _OF_THE_PROJECT:
            return "projects:write"
        case ["projects" | "tasks" | "views" | "catch-up" | "attachments", *_]:
            return "tasks:write"
        case ["imports", *_]:
            return "projects:write"
        case [part, *_] if part in _NOTIFY:
            return "notifications"
        case _:
            return "account"


def is_enrolling(method: str, path: str) -> bool:
    """Whether a request is what somebody needs who has yet to set up a second factor."""
    parts = path.strip("/").split("/")[1:]
    match parts:
        case ["auth", "totp" | "passkeys" | "reauthenticate" | "logout" | "sessions", *_]:
            return True
        case ["auth", "me"]:
            return method in _SAFE
        case _:
            return parts == ["config"]


def check_scope(method: str, path: str, scopes: Collection[str], projects: Collection[str] | None) -> None:
    """Raises Problem 403 `insufficient_scope`, or `second_factor_required` for a login that has yet to get one.

    A token that is bound to projects reaches these and the tasks in them, and nothing that is of all projects.
    """
    needed = scope_of(method, path)
    if ENROLLING in scopes:
        if not is_enrolling(method, path):
            raise Problem(403, "second_factor_required", "Set up an authenticator or a passkey first.")
        return
    if needed is not None and needed not in scopes:
        raise Problem(403, "insufficient_scope", f"The token has not the scope {needed}.")
    if projects is None:
        return
    parts = path.strip("/").split("/")[1:]
    inside = parts[0] in ("projects", "tasks", "users") and (method in _SAFE or len(parts) > 1)
    if needed is not None and not inside:
        raise Problem(403, "insufficient_scope", "The token is bound to some projects, and this is not within one.")
