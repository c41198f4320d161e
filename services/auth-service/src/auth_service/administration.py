"""What administrators do to accounts. Each step is in the audit log, and takes a proof of who one is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from auth_service.accounts import Account
from auth_service.commands import Auth
from auth_service.recovery import Recovery
from contracts.read_model import folded
from kernel.http.problems import Problem, forbidden, not_found

State: TypeAlias = Literal["active", "deactivated", "admin"]

MACHINE: Final = "machine"
"""The actor of what a command on the machine has done."""


@dataclass(frozen=True, slots=True)
class Administration:
    """The use cases. `by`: the id of who does it."""

    auth: Auth
    recovery: Recovery

    async def check(self, user_id: str) -> None:
        """Raises Problem 403 to everyone but administrators."""
        account = await self.auth.me(user_id)
        if not account.admin:
            raise forbidden("Only administrators may do that.")

    async def people(self, query: str, state: State | None) -> Sequence[Account]:
        """Everyone whose name or address contains the query, by name."""
        wanted = folded(query.strip())
        return [
            account
            for account in await self.auth.accounts.directory()
            if wanted in folded(account.name) or wanted in folded(account.email)
            if state is None or state in _states(account)
        ]

    async def person(self, user_id: str) -> Account:
        """An account. Raises Problem 404."""
        account = await self.auth.accounts.get(user_id)
        if account is None or account.erased:
            raise not_found("user")
        return account

    async def change(self, user_id: str, by: str, *, active: bool | None, admin: bool | None) -> Account:
        """Deactivate or activate somebody, make them an administrator or not. Raises Problem 404, 409 for the last one.

        Who is deactivated is out everywhere within a second or two; their work, name and history stay.
        """
        account = await self.person(user_id)
        wanted = {"active": active, "admin": admin}
        changed = {key: value for key, value in wanted.items() if value is not None and value != getattr(account, key)}
        if account.admin and account.active and False in changed.values():
            await self._check_others(user_id)
        if not changed:
            return account
        account = await self.auth.accounts.change(user_id, **changed)
        for key, value in changed.items():
            await self.auth.journal.add(_KINDS[key, bool(value)], user_id, actor=by)
        if changed.get("active") is False:
            await self.auth.sessions.end_all(user_id)
            await self.auth.personal.remove_all(user_id)
        return account

    async def _check_others(self, user_id: str) -> None:
        self.auth.accounts.forget_directory()
        others = await self.auth.accounts.directory()
        if not any(each.admin and each.active and each.id != user_id for each in others):
            detail = "Somebody has to administer: make another one an administrator first."
            raise Problem(409, "conflict", detail, reason="last_administrator")

    async def link(self, user_id: str, by: str) -> str:
        """A link to set a new password, to hand over. Raises Problem 404."""
        link = await self.recovery.link(await self.person(user_id))
        await self.auth.journal.add("reset_link_made", user_id, actor=by)
        return link

    async def end_sessions(self, user_id: str, by: str) -> None:
        """End every session of somebody. Raises Problem 404."""
        account = await self.person(user_id)
        await self.auth.sessions.end_all(account.id)
        await self.auth.journal.add("sessions_ended", user_id, actor=by)

    async def remove_factors(self, user_id: str, by: str) -> None:
        """Take the second factors of somebody who has lost them. Every session ends. Raises Problem 404."""
        account = await self.person(user_id)
        await self.auth.factors.remove(account.id)
        await self.auth.passkeys.remove_all(account.id)
        await self.auth.sessions.end_all(account.id)
        await self.auth.journal.add("factor_removed", user_id, actor=by)


_KINDS: Final = {
    ("active", True): "activated",
    ("active", False): "deactivated",
    ("admin", True): "admin_granted",
    ("admin", False): "admin_revoked",
}


def _states(account: Account) -> set[State]:
    return {"active" if account.active else "deactivated", *(("admin",) if account.admin else ())}
