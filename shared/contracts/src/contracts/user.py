"""A user: events without any personal data (names and addresses live in auth-service alone), state, fold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from kernel.log.event import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLoggedIn:
    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserProfileChanged:
    """Which fields changed, never their values."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPasswordChanged:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UserErased:
    pass


UserEvent: TypeAlias = UserRegistered | UserLoggedIn | UserProfileChanged | UserPasswordChanged | UserErased

EVENT_NAMES: Final[Mapping[type[UserEvent], str]] = {
    UserRegistered: "user.registered",
    UserLoggedIn: "user.logged-in",
    UserProfileChanged: "user.profile-changed",
    UserPasswordChanged: "user.password-changed",
    UserErased: "user.erased",
}
"""The names in the log. They are storage format: add, never change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """The state of a user after the events: that the user exists, and nothing about the person."""

    id: str
    registered_at: datetime
    last_login_at: datetime | None = None
    erased: bool = False
    version: int


def stream_of(user_id: str) -> str:
    """The stream of a user."""
    return f"user-{user_id}"


def evolve(state: User | None, event: Recorded[UserEvent]) -> User:
    """The state after one more event. Raises ValueError for an event that cannot follow the state."""
    data = event.data
    if isinstance(data, UserRegistered):
        if state is not None:
            raise ValueError("user.registered on a user that exists")
        return User(id=event.stream.removeprefix("user-"), registered_at=event.time, version=event.version)
    if state is None:
        raise ValueError(f"{event.type} on a user that was never registered")
    state = replace(state, version=event.version)
    match data:
        case UserLoggedIn():
            return replace(state, last_login_at=event.time)
        case UserProfileChanged() | UserPasswordChanged():
            return state
        case UserErased():
            return replace(state, erased=True)
