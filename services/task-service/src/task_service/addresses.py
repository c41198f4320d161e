"""Whom an invitation was mailed to. Addresses live in auth-service alone; here they are handed on and forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import httpx
import orjson

from contracts.invitation import Invitation
from kernel.http import problems
from kernel.http.field_errors import FieldError
from kernel.http.problems import Problem
from kernel.identity.service_client import ServiceClient

_PASSED_ON: Final = frozenset({422, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What auth-service says of somebody who comes with the token of a mailed invitation.

    `mailed`: the token is the one in the mail. `person`: whether who asks has the address, verified or not; None for
    somebody who is not signed in. `known`: whether anybody has it. `email`: only for who has the token of the mail.
    """

    mailed: bool
    person: Literal["same", "unverified", "other"] | None
    known: bool
    email: str | None


class Addresses:
    """Keeps, mails to and compares addresses, in auth-service."""

    def __init__(self, auth: ServiceClient) -> None:
        self._auth = auth

    async def keep(self, invitation_id: str, email: str, expires_at: datetime, by: str) -> None:
        """Keep an address for an invitation. Raises Problem 422 where it is none, 429, 503."""
        body = {"id": invitation_id, "email": email, "expires_at": expires_at.isoformat(), "by": by}
        await self._ask("", body)

    async def mail(self, invitation: Invitation, project_id: str, project_name: str) -> bool:
        """Have the invitation mailed; False where auth-service does not answer right now."""
        body = {
            "id": invitation.id,
            "project_id": project_id,
            "project": project_name,
            "role": invitation.role,
            "by": invitation.by,
        }
        try:
            await self._ask("/mail", body)
        except Problem:
            return False
        return True

    async def see(self, invitation_id: str, token_hash: str, user_id: str | None) -> Seen | None:
        """Who comes with a token; None where no address is kept. Raises Problem 503."""
        answer = await self._ask("/see", {"id": invitation_id, "token_hash": token_hash, "user_id": user_id})
        return None if answer is None else Seen(**answer)

    async def of(self, invitation_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """`{email, mailed_at}` by the id of the invitation. Raises Problem 503."""
        if not invitation_ids:
            return {}
        answer = await self._ask("/list", {"ids": list(invitation_ids)})
        return {item["id"]: item for item in answer["items"]}

    async def _ask(self, path: str, body: Mapping[str, Any]) -> Any:
        try:
            return await self._auth.post(f"/api/internal/invited{path}", body)
        except httpx.HTTPStatusError as refused:
            if refused.response.status_code in _PASSED_ON:
                raise _passed_on(refused.response) from refused
            raise problems.unavailable("Invitations by mail cannot be looked after right now.") from refused
        except httpx.HTTPError as fault:
            raise problems.unavailable("Invitations by mail cannot be looked after right now.") from fault


def _passed_on(answer: httpx.Response) -> Problem:
    document = orjson.loads(answer.content)
    errors = [
        FieldError(error["field"], error["message"], error.get("code", "invalid"), error.get("limit"))
        for error in document.get("errors", [])
    ]
    after = answer.headers.get("retry-after")
    headers = {"Retry-After": after} if after else None
    return Problem(
        answer.status_code,
        document["code"],
        document["detail"],
        errors=errors,
        headers=headers,
        reason=document.get("reason"),
    )
