"""Back in, and where mail goes: forgotten passwords, verified and changed addresses."""

import hashlib
from dataclasses import dataclass
from typing import Final

from auth_service.accounts import Account, EmailTaken, NoAccount
from auth_service.checks import check_password, checked_email
from auth_service.client import Client
from auth_service.commands import Auth, Newcomer
from auth_service.domain import account as domain
from auth_service.limits import Limit
from auth_service.mails.letters import Letter, render
from auth_service.mails.outbox import Outbox, Params
from auth_service.mails.words import PACKAGE, WORDS
from auth_service.once import Once, OnceTokens
from kernel.http.problems import Problem, invalid
from kernel.log.ids import new_id
from kernel.ports.mailer import Mail
from kernel.words.catalogues import catalogue

_HOUR: Final = 60 * 60
_ASKED: Final = Limit("mails-address", 30, _HOUR)
_MAILS: Final = Limit("mails-account", 5, _HOUR)
"""So many mails of a kind one account gets in an hour, whoever asks for them."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The use cases, and the mails that belong to them. `required`: unverified addresses get no other mail."""

    auth: Auth
    once: OnceTokens
    outbox: Outbox
    public_url: str
    required: bool

    def __post_init__(self) -> None:
        for kind, compose in (
            ("reset", self._reset_mail),
            ("verify", self._verify_mail),
            ("notice", self._notice_mail),
        ):
            self.outbox.write(kind, compose)

    async def register(self, new: Newcomer, client: Client) -> None:
        """A new account whose address has to be verified; who has the address already is told. Raises 422, 429."""
        try:
            account = await self.auth.create(new, client)
        except Problem as problem:
            if problem.status != 409:
                raise
            owner = await self.auth.accounts.by_email(new.email)
            if owner is not None and await self.auth.limits.count(_MAILS, f"taken:{owner.id}") <= _MAILS.attempts:
                await self.tell(owner.id, "taken")
        else:
            await self.verify_again(account)

    # --- a forgotten password ---

    async def forgot(self, email: str, client: Client) -> None:
        """Have a link mailed, if there is such an account: the answer and its time say nothing. Raises Problem 429."""
        await self.auth.limits.spend(_ASKED, client.address)
        subject = domain.normal_text(email)
        if await self.auth.limits.count(_MAILS, f"reset:{subject}") <= _MAILS.attempts:
            await self.outbox.add("reset", email=email)

    async def link(self, account: Account) -> str:
        """A link to set a new password, for whoever runs the board to hand over."""
        token = await self.once.make("reset", Once(user_id=account.id, bound=_password(account), mailed=False))
        return f"{self.public_url}/reset#{token}"

    async def reset(self, token: str, password: str) -> None:
        """Set a new password; every session ends. Raises Problem 422: `invalid_token`, or a weak password."""
        found = await self.once.look("reset", token)
        account = None if found is None else await self.auth.accounts.get(found.user_id)
        if (
            found is None
            or account is None
            or account.erased
            or not account.active
            or found.bound != _password(account)
        ):
            raise _no_token()
        check_password(password, [account.email, account.name], "password")
        hashed = await self.auth.passwords.hash(password)
        if await self.once.take("reset", token) is None:
            raise _no_token()
        verified = account.email_verified or found.mailed
        await self.auth.set_password(account, hashed, email_verified=verified)
        await self.tell(account.id, "password")
        await self.auth.journal.add("password_reset", account.id, actor=account.id)

    # --- addresses ---

    async def change_email(self, account: Account, email: str) -> None:
        """Have a link mailed to a new address. Nothing changes before it is used. Raises Problem 422, 429."""
        checked_email(email)
        await self.auth.limits.spend(_MAILS, f"verify:{account.id}")
        await self.outbox.add("verify", user_id=account.id, email=email.strip())

    async def verify_again(self, account: Account) -> None:
        """Have the link to verify one's address mailed. Raises Problem 429."""
        if not account.email_verified:
            await self.change_email(account, account.email)

    async def verify(self, token: str) -> None:
        """An address is somebody's. Raises Problem 422 `invalid_token`, 409 for one that has been taken."""
        found = await self.once.take("verify", token)
        account = None if found is None else await self.auth.accounts.get(found.user_id)
        if found is None or account is None or not account.usable or found.bound != _address(account):
            raise _no_token()
        try:
            changed = await self.auth.accounts.change_email(account.id, found.email)
        except EmailTaken as error:
            raise Problem(409, "conflict", "Another account has this address.", reason="email_taken") from error
        except NoAccount as error:
            raise _no_token() from error
        if domain.normal_text(changed.email) != domain.normal_text(account.email):
            await self.auth.journal.add("email_changed", account.id, actor=account.id)
            await self.auth.sessions.end_all(account.id)
            if account.email_verified or not self.required:
                await self.outbox.add("notice", user_id=account.id, what="email", to=account.email)

    # --- mails ---

    async def tell(self, user_id: str, what: str) -> None:
        """Tell somebody of a change of their own account."""
        await self.outbox.add("notice", user_id=user_id, what=what, to=None)

    async def _reset_mail(self, params: Params) -> Mail | None:
        account = await self.auth.accounts.by_email(params["email"])
        if account is None or not account.usable:
            return None
        if self.required and not account.email_verified:
            return await self._verify_mail({"user_id": account.id, "email": account.email})
        token = await self.once.make("reset", Once(user_id=account.id, bound=_password(account), mailed=True))
        return self._letter(account, account.email, "reset", f"{self.public_url}/reset#{token}")

    async def _verify_mail(self, params: Params) -> Mail | None:
        account = await self.auth.accounts.get(params["user_id"])
        if account is None or not account.usable:
            return None
        email = params["email"]
        owner = await self.auth.accounts.by_email(email)
        if owner is not None and owner.id != account.id:
            return None
        once = Once(user_id=account.id, bound=_address(account), mailed=True, email=email)
        token = await self.once.make("verify", once)
        return self._letter(account, email, "verify", f"{self.public_url}/verify#{token}")

    async def _notice_mail(self, params: Params) -> Mail | None:
        account = await self.auth.accounts.get(params["user_id"])
        if account is None or not account.usable:
            return None
        if params["to"] is None and self.required and not account.email_verified:
            return None
        return self._letter(account, params["to"] or account.email, params["what"], f"{self.public_url}/account")

    def _letter(self, account: Account, to: str, what: str, link: str) -> Mail:
        words, say = WORDS[what], catalogue(PACKAGE, account.locale).say
        return render(
            Letter(
                id=f"{what}-{new_id()}",
                to=to,
                locale=account.locale,
                subject=say(words.subject),
                lines=tuple(say(line, name=account.name) for line in words.lines),
                button=say(words.button),
                link=link,
                fine_print=say(words.fine_print),
            )
        )


def _no_token() -> Problem:
    return invalid("token", "is not valid any more: ask for another one", "invalid_token", reason="invalid_token")


def _password(account: Account) -> str:
    """What a link to reset hangs on: it is worth nothing after the password has changed in any way."""
    return hashlib.sha256(account.password_hash.encode()).hexdigest()


def _address(account: Account) -> str:
    return hashlib.sha256(account.email.encode()).hexdigest()
