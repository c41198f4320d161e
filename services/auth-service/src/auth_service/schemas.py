"""Requests and answers of auth-service."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from auth_service.accounts import Account, Locale
from auth_service.domain.account import shown_email, time_text
from auth_service.personal import PersonalToken
from auth_service.sessions import Session, ends_at
from kernel.http.requests import Body, Line, Text
from kernel.identity.scopes import SCOPES, Scope

Name = Annotated[Line, Field(max_length=100)]
Email = Annotated[Text, Field(max_length=254)]
# Longer ones than the rules allow are let in here, so that the rules' own message answers them.
Password = Annotated[Text, Field(max_length=1000)]
SessionKind = Literal["bearer", "cookie"]


class RegisterBody(Body):
    email: Email
    password: Password
    name: Name
    locale: Locale | None = None
    session: SessionKind = "bearer"
    invitation: Annotated[str | None, Field(max_length=200, description="the token of an invitation")] = None


class LoginBody(Body):
    email: Email
    password: Password
    totp: Annotated[str | None, Field(max_length=40)] = None
    session: SessionKind = "bearer"


class RefreshBody(Body):
    refresh_token: Annotated[str | None, Field(max_length=300)] = None


class ProfileBody(Body):
    name: Name | None = None
    locale: Locale | None = None


class PasswordBody(Body):
    old_password: Password
    new_password: Password


class EraseBody(Body):
    password: Password


class ServiceTokenBody(Body):
    service: Literal["task-service", "notify-service", "log-projector"]
    secret: Annotated[str, Field(max_length=200)]
    audience: Literal["auth-service", "task-service", "notify-service"]


class IntrospectBody(Body):
    token: Annotated[str, Field(max_length=200)]


def _reading() -> list[Scope]:
    return ["tasks:read"]


class TokenBody(Body):
    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=10)] = Field(default_factory=_reading)
    expires_in: Annotated[int, Field(ge=1, le=10 * 366 * 86_400, description="seconds")] | None = None
    projects: Annotated[list[Annotated[str, Field(max_length=36)]], Field(min_length=1, max_length=100)] | None = None


class ReauthenticateBody(Body):
    password: Password | None = None
    totp: Annotated[str | None, Field(max_length=40)] = None
    passkey: Annotated[dict[str, Any] | None, Field(description="a device's answer, as for a login")] = None


class UserOut(BaseModel):
    id: str
    name: str | None
    email: str | None = None
    email_verified: bool | None = None
    locale: Locale | None = None
    created_at: str | None = None
    admin: bool | None = None
    second_factor_required: bool | None = Field(
        default=None, description="whether one has to set up a second factor before anything else"
    )


class SessionOut(BaseModel):
    """What a login answers. Tokens are there for `session: "bearer"` alone."""

    user: UserOut
    access_token: str | None = None
    refresh_token: str | None = None
    token_type: Literal["Bearer"] | None = None
    expires_in: int | None = None


class AccessOut(BaseModel):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int


class UsersOut(BaseModel):
    items: list[UserOut]
    next_cursor: str | None


class SessionInfo(BaseModel):
    id: str
    created_at: str
    used_at: str
    agent: str
    place: str = Field(description="the network that it was begun from")
    expires_at: str
    current: bool


class SessionsOut(BaseModel):
    items: list[SessionInfo]
    next_cursor: str | None


class TokenInfo(BaseModel):
    id: str
    name: str
    created_at: str
    scopes: list[Scope]
    projects: list[str] | None
    expires_at: str | None
    last_used_at: str | None
    token: str | None = Field(default=None, description="only in the answer that makes it")


class TokensOut(BaseModel):
    items: list[TokenInfo]
    next_cursor: str | None


class IntrospectOut(BaseModel):
    active: bool
    user_id: str | None = None
    token_id: str | None = None
    scopes: list[str] | None = None
    projects: list[str] | None = None


class EndedSession(BaseModel):
    id: str
    seconds: float = Field(description="for which an access token of it may still live")


class EndedSessionsOut(BaseModel):
    items: list[EndedSession]


def own_document(account: Account, *, limited: bool = False) -> dict[str, Any]:
    """A person as they see themself, `limited`: to setting up a second factor."""
    return {
        "id": account.id,
        "name": account.name,
        "email": shown_email(account.email),
        "email_verified": account.email_verified,
        "locale": account.locale,
        "created_at": account.created_at,
        **({"admin": True} if account.admin else {}),
        **({"second_factor_required": True} if limited else {}),
    }


def listed_document(account: Account) -> dict[str, Any]:
    """A person as everyone sees them; an erased one has no name any more."""
    return {"id": account.id, "name": None if account.erased else account.name}


def service_document(account: Account, *, addressed: bool) -> dict[str, Any]:
    """A person as the services see them; without an address where it gets no mail, as that of an erased one."""
    if account.erased:
        return {"id": account.id, "name": None, "email": None, "locale": account.locale}
    return {
        "id": account.id,
        "name": account.name,
        "email": account.email if addressed and account.active else None,
        "locale": account.locale,
    }


def session_document(session: Session, current: str | None) -> dict[str, Any]:
    """A session as its owner sees it."""
    return {
        "id": session.id,
        "created_at": session.created_at,
        "used_at": session.used_at,
        "agent": session.agent,
        "place": session.place,
        "expires_at": time_text(ends_at(session)),
        "current": session.id == current,
    }


def token_document(token: PersonalToken) -> dict[str, Any]:
    """A personal token as its owner sees it, without the token."""
    seen = None if not token.seen_at else time_text(datetime.fromtimestamp(token.seen_at, UTC).replace(microsecond=0))
    return {
        "id": token.id,
        "name": token.name,
        "created_at": token.created_at,
        "scopes": list(SCOPES if token.scopes is None else token.scopes),
        "projects": token.projects,
        "expires_at": token.expires_at,
        "last_used_at": seen,
    }


def introspected(user_id: str, token: PersonalToken) -> dict[str, Any]:
    """What services are told of a personal token."""
    return {
        "active": True,
        "user_id": user_id,
        "token_id": token.id,
        "scopes": token.scopes,
        "projects": token.projects,
    }
