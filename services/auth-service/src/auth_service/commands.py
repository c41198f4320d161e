"""What auth-service does: accounts in its own store, their streams in the log, sessions and tokens."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog

from auth_service.accounts import Account, Accounts, EmailTaken, Locale, NoAccount
from auth_service.checks import check_password, checked_email
from auth_service.client import Client
from auth_service.devices import Devices
from auth_service.domain import account as domain
from auth_service.domain.account import UserCommand
from auth_service.factors import SecondFactors
from auth_service.guessing import Guessing
from auth_service.journal import Journal
from auth_service.limits import Limits, RateLimits
from auth_service.passkeys import Passkeys
from auth_service.passwords import PARALLEL, Passwords
from auth_service.personal import PersonalToken, PersonalTokens, Wish
from auth_service.sessions import RefreshRefused, Session, Sessions
from contracts.read_model import folded
from contracts.user import User, UserEvent, stream_of
from kernel.http import once
from kernel.http.problems import Problem, forbidden, invalid, not_authenticated
from kernel.identity.security import Principal
from kernel.log.decider import Command, Decider
from kernel.log.ids import new_id
from kernel.observe.context import current
from kernel.ports.key_value_store import Put
from kernel.ports.mailer import MailKeeper

log = structlog.get_logger("auth")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who wants an account."""

    email: str
    password: str
    name: str
    locale: Locale


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """An account with a session of it and the refresh token."""

    account: Account
    session: Session
    refresh_token: str
    known_device: bool = True


@dataclass(frozen=True, slots=True)
class Auth:
    """The use cases."""

    accounts: Accounts
    sessions: Sessions
    personal: PersonalTokens
    passwords: Passwords
    limits: RateLimits
    factors: SecondFactors
    passkeys: Passkeys
    users: Decider[User, UserEvent]
    rules: Limits
    devices: Devices
    journal: Journal
    guessing: Guessing
    verified_only: bool = False
    kept_mails: MailKeeper | None = None
    # An attempt is checked, made and counted in one turn: so many at once cannot slip past the limit, nor do good
    # logins use it up.
    _attempts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PARALLEL))

    async def register(self, new: Newcomer, client: Client) -> LoggedIn:
        """A new account, logged in. Raises as `create`."""
        return await self.begin(await self.create(new, client), client)

    async def create(self, new: Newcomer, client: Client, *, verified: bool = False) -> Account:
        """A new account. Raises Problem 422 (password, e-mail), 409 (address taken), 429.

        Asked again after a break between the account and the answer, it is the account that was made.
        """
        made = once.earlier("user_id")
        known = None if made is None else await self.accounts.get(made)
        if known is not None and not known.erased:
            if not await self.passwords.verify(known.password_hash, new.password):  # it was changed since
                raise Problem(
                    409, "conflict", "There is an account with this e-mail address already.", reason="email_taken"
                )
            return known
        address = checked_email(new.email)
        check_password(new.password, [address, new.name], "password")
        await self.limits.spend(self.rules.registrations, client.address)
        account = Account(
            id=new_id(),
            email=new.email.strip(),
            name=new.name,
            locale=new.locale,
            password_hash=await self.passwords.hash(new.password),
            created_at=domain.time_text(datetime.now(UTC)),
            email_verified=verified,
        )
        try:
            return await self.accounts.create(account, *once.recorded(user_id=account.id))
        except EmailTaken as error:
            raise Problem(
                409, "conflict", "There is an account with this e-mail address already.", reason="email_taken"
            ) from error

    async def proved(self, email: str, password: str, client: Client) -> Account:
        """Whose the password is. Problem 401 `invalid_credentials`, after the same work for any reason, and 429."""
        address = domain.normal_text(email)
        async with self._attempts:
            account = await self.accounts.by_email(email)
            subject = await self.guessing.subject(address, account, client)
            await self.guessing.check(address, subject, client)
            matches = await self.passwords.verify(account.password_hash if account else None, password)
            if account is None or not matches:
                await self.guessing.wrong(address, account, subject, client)
                raise Problem(401, "invalid_credentials", "The e-mail address or the password is wrong.")
        await self.guessing.right(subject)
        check_active(account)
        if self.passwords.outdated(account.password_hash):
            account = await self._change(account.id, password_hash=await self.passwords.hash(password))
        return account

    async def begin(self, account: Account, client: Client, *, strong: bool = False) -> LoggedIn:
        """A session for somebody who has shown who they are, `strong` by two factors. Problem 401 for an erased one,
        403 for a deactivated one.
        """
        check_active(account)
        session, refresh_token = await self.sessions.begin(account.id, client.agent, client.place, strong=strong)
        user = await self._record(account.id, domain.LogIn(session_id=session.id))
        if user.erased:
            await self._forget(account)  # a crash came between the log and the store
            raise _gone()
        account = await self._change(account.id, last_login_at=domain.time_text(datetime.now(UTC)))
        if not account.active:  # since a moment ago
            await self.sessions.end(account.id, session.id)
            check_active(account)
        known = await self.devices.is_known(account.id, client.device)
        new = await self.devices.is_new(account.id, client.device, client.agent, client.place)
        kind = "new_device" if new else "login"
        await self.journal.add(kind, account.id, actor=account.id, place=client.place, agent=client.agent)
        return LoggedIn(account, session, refresh_token, known)

    async def refresh(self, refresh_token: str) -> LoggedIn:
        """The session goes on with a new refresh token. Raises Problem 401."""
        try:
            user_id, session, renewed = await self.sessions.rotate(refresh_token)
        except RefreshRefused as error:
            log.info("auth.refresh-refused", reason=str(error))
            raise not_authenticated("The session has ended. Log in again.") from error
        return LoggedIn(await self.me(user_id), session, renewed)

    async def logout(self, refresh_token: str | None, principal: Principal | None) -> None:
        """End the sessions that a refresh token and an access token are of, if there are any."""
        if refresh_token is not None:
            try:
                # Only whoever holds a working token may end its session.
                user_id, session, _ = await self.sessions.rotate(refresh_token)
            except RefreshRefused as refused:
                log.info("auth.refresh-refused", reason=str(refused))
            else:
                await self.sessions.end(user_id, session.id)
        if principal is not None and principal.session_id is not None:
            await self.sessions.end(principal.id, principal.session_id)

    async def me(self, user_id: str) -> Account:
        """The account of whoever is logged in. Raises Problem 401 when it was erased."""
        account = await self.accounts.get(user_id)
        if account is None or not account.usable:
            raise _gone()
        return account

    async def change_profile(self, user_id: str, name: str | None, locale: Locale | None) -> Account:
        """Set the name or the language; what is None stays."""
        account = await self.me(user_id)
        wanted = {"name": name, "locale": locale}
        changed = {key: value for key, value in wanted.items() if value is not None and value != getattr(account, key)}
        if not changed:
            return account
        account = await self._change(user_id, **changed)
        await self._record(user_id, domain.ChangeProfile(fields=tuple(sorted(changed))))
        return account

    async def change_password(self, user_id: str, session_id: str | None, old: str, new: str) -> None:
        """Set a new password; every other session ends. Raises Problem 422 for a wrong old or a weak new password."""
        account = await self.me(user_id)
        if once.earlier("password") != user_id:  # else it is set already, and the old one is right no more
            await self.confirm(account, old, "old_password")
            check_password(new, [account.email, account.name], "new_password")
        await self.set_password(account, await self.passwords.hash(new), but=session_id)

    async def set_password(self, account: Account, hashed: str, *, but: str | None = None, **fields: Any) -> None:
        """Replace a password; every session ends, perhaps but one, and tries with the old one are forgotten."""
        done = once.recorded(password=account.id)
        await self._change(account.id, *done, password_hash=hashed, **fields)
        await self.sessions.end_all(account.id, but=but)
        await self.limits.reset(self.rules.everywhere, domain.normal_text(account.email))
        await self._record(account.id, domain.ChangePassword())

    async def erase(self, user_id: str, password: str) -> None:
        """Forget the person. What they did stays in the log, under an id that nobody can look up any more."""
        account = await self.me(user_id)
        await self.confirm(account, password, "password")
        await self._record(user_id, domain.Erase())
        await self.journal.add("erased", user_id, actor=user_id)
        await self._forget(account)

    async def _forget(self, account: Account) -> None:
        await self.sessions.end_all(account.id)
        await self.personal.remove_all(account.id)
        await self.factors.remove(account.id)
        await self.passkeys.remove_all(account.id)
        await self.devices.forget(account.id)
        await self.journal.forget(account.id)
        if self.kept_mails is not None:
            await self.kept_mails.forget(account.email, account.id)
        await self.accounts.erase(account)

    async def add_token(self, user_id: str, session_id: str | None, wish: Wish) -> tuple[PersonalToken, str]:
        """A personal token, shown this once. Raises Problem 403 without a fresh login, 409 for too many."""
        if session_id is None or not await self.sessions.exists(user_id, session_id):
            raise forbidden("Log in to make a token: another token, or a session that has ended, is not enough.")
        await self.check_proof(user_id, session_id)
        lost = once.earlier("token_id")
        if lost is not None:
            await self.personal.remove(user_id, lost)  # nobody was ever shown it
        try:
            made = await self.personal.add(user_id, wish)
        except ValueError as error:
            raise Problem(409, "conflict", str(error), reason="too_many_tokens") from error
        if not await self.sessions.exists(user_id, session_id):  # deactivated, or signed out, since a moment ago
            await self.personal.remove(user_id, made[0].id)
            raise forbidden("The session has ended.")
        return made

    async def check_proof(self, user_id: str, session_id: str | None) -> None:
        """Raises Problem 403 `reauthentication_required` unless the person has just shown who they are."""
        if not await self.sessions.is_proved(user_id, session_id):
            detail = "Show again who you are: POST /api/auth/reauthenticate with your password."
            raise Problem(403, "reauthentication_required", detail)

    async def confirm(self, account: Account, password: str, field: str) -> None:
        """Check the password of somebody who is logged in. Raises Problem 422 for a wrong one, 429."""
        async with self._attempts:
            await self.limits.check(self.rules.account, account.id)
            if not await self.passwords.verify(account.password_hash, password):
                await self.limits.count(self.rules.account, account.id)
                raise invalid(field, "is not your password", reason="wrong_password")
        await self.limits.reset(self.rules.account, account.id)

    async def _change(self, user_id: str, *together: Put, **fields: Any) -> Account:
        try:
            return await self.accounts.change(user_id, *together, **fields)
        except NoAccount as error:
            raise _gone() from error

    async def find(self, query: str, among: Collection[str]) -> Sequence[Account]:
        """Those of some whose name contains the query, and who has it as their address, exactly; by name."""
        everyone, wanted = await self.accounts.directory(), folded(query.strip())
        named = [account for account in everyone if account.id in among and wanted in folded(account.name)]
        addressed = await self.accounts.by_email(query) if "@" in query else None
        if addressed is None or addressed.erased or addressed.id in (account.id for account in named):
            return named
        return sorted([addressed, *named], key=lambda account: (account.name.casefold(), account.id))

    async def _record(self, user_id: str, what: UserCommand) -> User:
        context = current()
        command = Command(
            id=new_id(),
            fingerprint="",
            actor=user_id,
            time=datetime.now(UTC),
            correlation_id=context.correlation_id,
            traceparent=context.traceparent,
        )
        return (await self.users.execute(stream_of(user_id), partial(domain.decide, what), command)).state


def check_active(account: Account) -> None:
    """Raises Problem 403 `deactivated`: only whoever has shown who they are gets to know."""
    if not account.active:
        raise Problem(403, "deactivated", "The account is deactivated. Ask whoever runs this board.")


def _gone() -> Problem:
    return not_authenticated("The account does not exist any more.")
