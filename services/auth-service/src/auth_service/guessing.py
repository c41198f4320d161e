"""Guesses at passwords are slowed down, and shut nobody out who has been here before."""

import hashlib
from dataclasses import dataclass
from typing import Final

import structlog

from auth_service.accounts import Account
from auth_service.client import Client
from auth_service.devices import Devices
from auth_service.journal import Journal
from auth_service.limits import Limit, Limits, RateLimits

log = structlog.get_logger("auth")

_TOLD: Final = Limit("told-of-guesses", 1, 86_400)
_TOLD_AFTER: Final = 5


@dataclass(frozen=True, slots=True)
class Guessing:
    """Who guesses waits longer with each wrong password: by the account and the address together.

    A browser that its owner has logged in with is on its own account, so whoever guesses elsewhere does not slow it.
    Guesses from many addresses at once are bounded by the account alone; a known browser is free of that too.
    """

    limits: RateLimits
    rules: Limits
    devices: Devices
    journal: Journal

    async def subject(self, email: str, account: Account | None, client: Client) -> tuple[str, bool]:
        """By what guesses are counted, and whether it is a browser that is known. Another password begins anew."""
        password = "" if account is None else account.password_hash
        known = account is not None and await self.devices.is_known(account.id, client.device)
        whence = client.device if known else client.address
        return hashlib.sha256("\0".join((email, password, whence)).encode()).hexdigest(), known

    async def check(self, email: str, subject: tuple[str, bool], client: Client) -> None:
        """Raises Problem 429 with the seconds to wait."""
        name, known = subject
        await self.limits.check_delay(self.rules.account, name)
        if not known:
            await self.limits.check(self.rules.address, client.address)
            await self.limits.check(self.rules.everywhere, email)

    async def wrong(self, email: str, account: Account | None, subject: tuple[str, bool], client: Client) -> None:
        """Count a guess. The owner reads of it, and gets a mail when there are many, once a day."""
        await self.limits.count(self.rules.address, client.address)
        failures = await self.limits.count(self.rules.everywhere, email)
        await self.limits.delay(self.rules.account, subject[0])
        log.info("auth.login-failed", account=hashlib.sha256(email.encode()).hexdigest()[:12])
        if account is None:
            return
        await self.journal.add("login_failed", account.id, actor=None, place=client.place, agent=client.agent)
        if failures >= _TOLD_AFTER and await self.limits.count(_TOLD, account.id) == 1:
            await self.journal.add("guessed_at", account.id, actor=None, place=client.place, agent=client.agent)

    async def right(self, subject: tuple[str, bool]) -> None:
        """The password was right: what was guessed at before is forgotten."""
        await self.limits.forget_delay(self.rules.account, subject[0])
