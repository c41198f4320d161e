"""What auth-service asks task-service: who shares a project with whom, and invitations."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import orjson

from auth_service.signing import SERVICE_TOKEN_SECONDS, SigningKeys
from kernel.http import problems


class Projects:
    """task-service, asked with a token of auth-service's own making."""

    def __init__(self, http: httpx.AsyncClient, keys: SigningKeys) -> None:
        self._http = http
        self._keys = keys
        self._token = ""
        self._renew_at = 0.0

    async def companions(self, user_id: str, among: Sequence[str] | None = None) -> frozenset[str]:
        """The ids of those who are or were in a project with somebody; of some, which ones. Raises Problem 503."""
        answer = await self._post("/api/internal/companions", {"user_id": user_id, "among": among})
        if answer.status_code != 200:
            raise _away()
        return frozenset(orjson.loads(answer.content)["ids"])

    async def usable(self, token: str) -> bool:
        """Whether an invitation may be used. Raises Problem 503."""
        return await self._claim({"token": token})

    async def accept(self, token: str, user_id: str) -> bool:
        """Use an invitation for somebody who is about to be registered; False when it is too late. Problem 503."""
        return await self._claim({"token": token, "user_id": user_id})

    async def _claim(self, body: Mapping[str, Any]) -> bool:
        answer = await self._post("/api/internal/invitations", body)
        if answer.status_code not in (204, 403, 404):
            raise _away()
        return answer.status_code == 204

    async def _post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        if time.monotonic() >= self._renew_at:
            self._token = await self._keys.service_token("auth-service", "task-service")
            self._renew_at = time.monotonic() + SERVICE_TOKEN_SECONDS * 0.8
        try:
            return await self._http.post(path, json=body, headers={"Authorization": f"Bearer {self._token}"})
        except httpx.HTTPError as fault:
            raise _away() from fault


def _away() -> problems.Problem:
    return problems.unavailable("Projects cannot be asked right now.")
