"""Registering by an invitation: the door opens for one person, and that person is in the project at once."""

from dataclasses import dataclass

from auth_service.client import Client
from auth_service.commands import Auth, LoggedIn, Newcomer
from auth_service.domain.account import normal_text
from auth_service.invited import InvitedPeople
from auth_service.projects import Projects
from auth_service.recovery import Recovery
from contracts.invitation import Token
from kernel.http import once
from kernel.http.problems import Problem, not_found


@dataclass(frozen=True, slots=True)
class Joining:
    """The use case."""

    auth: Auth
    projects: Projects
    invited: InvitedPeople
    recovery: Recovery

    async def register(self, new: Newcomer, text: str, client: Client) -> LoggedIn | None:
        """A new account by an invitation, logged in; a member, unless the address has to be verified before.

        None where nobody is logged in before that.

        Raises Problem 404 for an invitation that cannot be used, also when somebody was quicker: then there is no
        account. 403 for another address than the one it was mailed to. Else as `Auth.create`, and 503.
        """
        token = Token.of(text)
        if token is None or (once.earlier("user_id") is None and not await self.projects.usable(text)):
            raise not_found("invitation")
        kept = await self.invited.get(token.invitation_id)
        # Whoever has the token of the mail has read it, so the address is theirs.
        verified = kept is not None and self.invited.is_mailed(kept, token.hash)
        if kept is not None and normal_text(kept.email) != normal_text(new.email):
            raise Problem(
                403,
                "forbidden",
                "The invitation is for another address: use the one that it was mailed to.",
                reason="other_address",
            )
        account = await self.auth.create(new, client, verified=verified)
        if kept is None or verified:
            try:
                joined = await self.projects.accept(text, account.id)
            except BaseException:
                await self.auth.accounts.remove(account)
                raise
            if not joined:
                await self.auth.accounts.remove(account)
                raise not_found("invitation")
        if self.recovery.required and not verified:
            await self.recovery.verify_again(account)
            return None
        return await self.auth.begin(account, client)
