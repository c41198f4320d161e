"""Who one is: a password with a second factor, or a passkey; and where a second factor has to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from auth_service.accounts import Account
from auth_service.client import Client
from auth_service.commands import Auth, LoggedIn
from auth_service.passkeys import PasskeyRefused
from kernel.http.problems import Problem, forbidden, invalid

log = structlog.get_logger("auth")


@dataclass(frozen=True, slots=True)
class Proving:
    """The use cases. `required`: nobody works here without a second factor."""

    auth: Auth
    required: bool

    async def login(self, email: str, password: str, code: str | None, client: Client) -> LoggedIn:
        """A new session. Raises as `Auth.proved` and `second`; 403 `email_not_verified` where that is required."""
        account = await self.auth.proved(email, password, client)
        strong = await self.second(account, code)
        return await self._begin(account, client, strong=strong)

    async def login_by_passkey(self, answer: Mapping[str, Any], client: Client) -> LoggedIn:
        """A new session for whoever has the passkey. Raises Problem 401 `invalid_credentials`, 429."""
        await self.auth.limits.check(self.auth.rules.address, client.address)
        try:
            account = await self.auth.accounts.get(await self.auth.passkeys.prove(answer))
        except PasskeyRefused as refused:
            log.info("auth.passkey-refused", reason=str(refused))
            account = None
        if account is None or not account.usable:
            await self.auth.limits.count(self.auth.rules.address, client.address)
            raise Problem(401, "invalid_credentials", "The passkey is not known here.")
        return await self._begin(account, client, strong=True)

    async def _begin(self, account: Account, client: Client, *, strong: bool) -> LoggedIn:
        if self.auth.verified_only and not account.email_verified:
            raise Problem(403, "email_not_verified", "Verify your e-mail address first: the mail says how.")
        return await self.auth.begin(account, client, strong=strong)

    async def second(self, account: Account, code: str | None) -> bool:
        """Whether a second factor was shown, for whoever has just shown a password.

        Raises Problem 401 `totp_required`, `invalid_credentials` for a wrong or used code, 403
        `second_factor_required` where a password is not enough and there is a passkey, 429.
        """
        if (await self.auth.factors.of(account.id)).secret:
            if not code:
                raise Problem(401, "totp_required", "A code of your authenticator, or a recovery code, is needed too.")
            if not await self.auth.factors.use(account.id, code):
                log.info("auth.code-refused", actor=account.id)
                raise Problem(401, "invalid_credentials", "The code is wrong, or was used before.")
            return True
        if self.required and await self.auth.passkeys.of(account.id):
            raise Problem(403, "second_factor_required", "A password is not enough here: sign in with your passkey.")
        return False

    def limited(self, logged_in: LoggedIn) -> bool:
        """Whether a session may do nothing but get its person a second factor."""
        return self.required and not logged_in.session.strong

    async def again(
        self,
        account: Account,
        session_id: str | None,
        *,
        password: str | None,
        code: str | None,
        passkey: Mapping[str, Any] | None,
    ) -> None:
        """Somebody shows again who they are. Raises Problem 422 for a wrong proof or none, 403 for a token, 429."""
        if passkey is not None:
            await self._check_passkey(account, passkey)
        elif code is not None:
            if not await self.auth.factors.use(account.id, code):
                raise invalid("totp", "is wrong, or was used before", reason="wrong_code")
        elif password is not None:
            await self.auth.confirm(account, password, "password")
        else:
            raise invalid("password", "is needed", reason="required")
        if session_id is None or not await self.auth.sessions.prove(account.id, session_id):
            raise forbidden("Only a login can be renewed so, not a token.")

    async def _check_passkey(self, account: Account, answer: Mapping[str, Any]) -> None:
        try:
            owner = await self.auth.passkeys.prove(answer)
        except PasskeyRefused as refused:
            raise invalid("passkey", "does not prove who you are", reason="proves_nothing") from refused
        if owner != account.id:
            raise invalid("passkey", "does not prove who you are", reason="proves_nothing")

    async def confirmed(self, account: Account, session_id: str | None, password: str | None) -> None:
        """Check the password, or without one that it was shown within ten minutes; never a token's call."""
        if session_id is None:
            raise forbidden("Log in to change how you log in: a token is not enough.")
        if password is not None:
            await self.auth.confirm(account, password, "password")
        else:
            await self.auth.check_proof(account.id, session_id)

    async def strengthened(self, account: Account, session_id: str | None) -> None:
        """A second factor has come: this session has shown it, and every other one ends."""
        if session_id is not None:
            await self.auth.sessions.prove(account.id, session_id, strong=True)
        await self.auth.sessions.end_all(account.id, but=session_id)

    async def check_last(self, account: Account) -> None:
        """Raises Problem 409 where somebody would be left without any second factor although one is required."""
        if not self.required:
            return
        has_codes = bool((await self.auth.factors.of(account.id)).secret)
        if len(await self.auth.passkeys.of(account.id)) + has_codes <= 1:
            detail = "A second factor is required here: set up another one first."
            raise Problem(409, "conflict", detail, reason="last_factor")
