"""Requests and answers of auth-service."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from auth_service.accounts import Account, Locale
from auth_service.domain.account import shown_email
from auth_service.sessions import PersonalToken, Session
from kernel.http.requests import Body, Line, Text

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
    totp: Annotated[str | None, Field(max_length=10)] = None
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


class TokenBody(Body):
    name: Name


class UserOut(BaseModel):
    id: str
    name: str | None
    email: str | None = None
    email_verified: bool | None = None
    locale: Locale | None = None
    created_at: str | None = None


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
    current: bool


class SessionsOut(BaseModel):
    items: list[SessionInfo]
    next_cursor: str | None


class TokenInfo(BaseModel):
    id: str
    name: str
    created_at: str
    token: str | None = Field(default=None, description="only in the answer that makes it")


class TokensOut(BaseModel):
    items: list[TokenInfo]
    next_cursor: str | None


class IntrospectOut(BaseModel):
    active: bool
    user_id: str | None = None


class EndedSession(BaseModel):
    id: str
    seconds: float = Field(description="for which an access token of it may still live")


class EndedSessionsOut(BaseModel):
    items: list[EndedSession]


def own_document(account: Account) -> dict[str, Any]:
    """A person as they see themself."""
    return {
        "id": account.id,
        "name": account.name,
        "email": shown_email(account.email),
        "email_verified": account.email_verified,
        "locale": account.locale,
        "created_at": account.created_at,
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
        "email": account.email if addressed else None,
        "locale": account.locale,
    }


def session_document(session: Session, current: str | None) -> dict[str, Any]:
    """A session as its owner sees it."""
    return {
        "id": session.id,
        "created_at": session.created_at,
        "used_at": session.used_at,
        "agent": session.agent,
        "current": session.id == current,
    }


def token_document(token: PersonalToken) -> dict[str, Any]:
    """A personal token as its owner sees it, without the token."""
    return {"id": token.id, "name": token.name, "created_at": token.created_at}
