"""What auth-service reads from its environment."""

from typing import Literal

from pydantic import Field

from kernel.process.settings import Settings as Shared


class Settings(Shared):
    """The shared settings, and those of auth-service alone."""

    login_attempts: int = Field(default=10, ge=1, description="failed logins per account and 15 minutes")
    address_attempts: int = Field(default=100, ge=1, description="failed logins per client address and 15 minutes")
    registrations: int = Field(default=300, ge=1, description="new accounts per client address and hour")
    verified_email: Literal["off", "required"] = Field(
        default="off", description="whether an address has to be verified before its account is let in and gets mail"
    )
    require_second_factor: bool = Field(
        default=False, description="whether everybody needs an authenticator or a passkey to work on the board"
    )
    trusted_proxies: int = Field(default=0, ge=0, description="proxies before the service that add X-Forwarded-For")
    refresh_grace: float = Field(default=20, ge=0, description="seconds in which two tabs may refresh with one token")
