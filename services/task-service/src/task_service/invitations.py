"""Invitations: made and withdrawn by owners, looked at by whoever holds the token, accepted by people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from contracts.invitation import Invitation, InvitedRole, Token
from contracts.project import Project, stream_of
from kernel.http.problems import Problem
from kernel.identity.people import People
from kernel.log.decider import Command, Outcome
from kernel.log.ids import new_id
from task_service.addresses import Addresses, Seen
from task_service.commands.projects import Projects
from task_service.domain import invitation as domain
from task_service.domain.access import not_found


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An invitation that was just made. `token` is None in the answer to a repeated request."""

    invitation: Invitation
    token: str | None
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What whoever holds a token sees. `email`: whom it was mailed to, for who has the token of the mail."""

    project: str
    invited_by: str | None
    role: InvitedRole
    expires_at: datetime
    needs: Literal["account", "login"] | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Invitations:
    """The use cases."""

    projects: Projects
    addresses: Addresses
    directory: People

    async def make(
        self,
        project_id: str,
        by: str,
        role: InvitedRole,
        email: str | None,
        max_uses: int,
        lasts: timedelta,
        command: Command,
    ) -> Made:
        """Invite somebody, or whoever gets the link. Raises Rejection; Problem 422 (e-mail), 429, 503."""
        project = await self.projects.managed(project_id, by, "manage")
        replayed = await self.projects.decider.replay(command)
        if replayed is not None:
            return self._made(replayed, None)
        token = Token.new(project.id, new_id())
        invite = domain.Invite(
            by=by,
            invitation_id=token.invitation_id,
            token_hash=token.hash,
            role=role,
            max_uses=max_uses,
            now=command.time,
            expires_at=command.time + lasts,
            addressed=email is not None,
        )
        domain.invite(invite, project)  # what will be rejected keeps no address
        if email is not None:
            await self.addresses.keep(token.invitation_id, email, invite.expires_at, by)
        outcome = await self.projects.decider.execute(
            stream_of(project.id),
            lambda state: domain.invite(invite, state),
            command,
            {"invitation_id": token.invitation_id},
        )
        made = self._made(outcome, token.text)
        if email is not None:
            await self.addresses.mail(made.invitation, project.id, project.name)
        return made

    def _made(self, outcome: Outcome[Project], token: str | None) -> Made:
        invitation = outcome.state.invitation(outcome.result["invitation_id"])
        if invitation is None:
            raise RuntimeError("an invitation was made that is not in its project")
        return Made(invitation=invitation, token=token, replayed=outcome.replayed)

    async def open(
        self, project_id: str, by: str, before: str | None, limit: int
    ) -> tuple[Sequence[Invitation], Mapping[str, Mapping[str, Any]]]:
        """Some of a project's invitations that have not expired, newest first, older than `before`; with addresses.

        Raises Rejection, Problem 503.
        """
        project = await self.projects.managed(project_id, by, "manage")
        now = datetime.now(UTC)
        known = [each for each in project.invitations if each.expires_at > now and (before is None or each.id < before)]
        found = sorted(known, key=lambda each: each.id, reverse=True)[:limit]
        return found, await self.addresses.of([each.id for each in found if each.addressed])

    async def withdraw(self, project_id: str, invitation_id: str, by: str, command: Command) -> Outcome[Project]:
        """Close an invitation. Raises Rejection."""
        project = await self.projects.managed(project_id, by, "manage")
        withdraw = domain.Withdraw(by=by, invitation_id=invitation_id)
        return await self.projects.decider.execute(
            stream_of(project.id), lambda state: domain.withdraw(withdraw, state), command
        )

    async def show(self, text: str, user_id: str | None) -> Shown:
        """What an invitation opens, to whoever holds its token. Raises Rejection 404, Problem 503."""
        token, project, invitation = await self._found(text, user_id)
        needs: Literal["account", "login"] | None = "account" if user_id is None else None
        email = None
        if invitation.addressed:
            seen = await self._seen(token, invitation, user_id)
            email = seen.email
            if seen.person in (None, "other"):
                needs = "login" if seen.known else "account"
        names = await self.directory.names([invitation.by] if invitation.by else [])
        return Shown(
            project=project.name,
            invited_by=names.get(invitation.by or ""),
            role=invitation.role,
            expires_at=invitation.expires_at,
            needs=needs,
            email=email,
        )

    async def accept(self, text: str, user_id: str, command: Command) -> Outcome[Project]:
        """Come into the project. Raises Rejection 404; Problem 403 for another than the one mailed; 503."""
        token, project, invitation = await self._found(text, user_id)
        if invitation.addressed and project.role_of(user_id) is None:
            seen = await self._seen(token, invitation, user_id)
            if seen.person == "other":
                raise Problem(
                    403,
                    "forbidden",
                    "The invitation is for another person: log in with the address that it was mailed to.",
                    reason="other_address",
                )
            if seen.person != "same":
                raise Problem(403, "email_not_verified", "Verify your e-mail address first, then accept.")
        accept = domain.Accept(by=user_id, invitation_id=invitation.id, now=command.time)
        outcome = await self.projects.decider.execute(
            stream_of(project.id), lambda state: domain.accept(accept, state), command
        )
        self.projects.memberships.note(outcome.state)
        return outcome

    async def _found(self, text: str, user_id: str | None) -> tuple[Token, Project, Invitation]:
        token = Token.of(text)
        if token is None:
            raise not_found("invitation")
        state = await self.projects.latest(token.project_id)
        project, invitation = domain.usable(state, token.invitation_id, user_id, datetime.now(UTC))
        if not domain.belongs(token, invitation) and not invitation.addressed:
            raise not_found("invitation")
        if invitation.by is None or not await self.projects.registered.has(invitation.by):
            raise not_found("invitation")
        return token, project, invitation

    async def _seen(self, token: Token, invitation: Invitation, user_id: str | None) -> Seen:
        seen = await self.addresses.see(invitation.id, token.hash, user_id)
        if seen is None or not (seen.mailed or domain.belongs(token, invitation)):
            raise not_found("invitation")
        return seen

    async def companions(self, user_id: str, among: Sequence[str] | None) -> Sequence[str]:
        """Who is or was in a project that the user is in; of some, which ones."""
        found: set[str] = set()
        wanted = None if among is None else set(among)
        for project_id in await self.projects.memberships.of(user_id):
            project = await self.projects.latest(project_id)
            if project is None or project.role_of(user_id) is None:
                continue
            people = project.members.keys() | project.left
            found |= people if wanted is None else people & wanted
            if wanted is not None and found == wanted:
                break
        return sorted(found)
