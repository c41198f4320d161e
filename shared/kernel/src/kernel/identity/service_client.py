"""HTTP from one service to another."""

import time
from collections.abc import Mapping
from typing import Any

import httpx
import orjson


class ServiceClient:
    """HTTP to another service with a short-lived token of this service, made for that audience alone."""

    def __init__(self, http: httpx.AsyncClient, *, service: str, secret: str, audience: str) -> None:
        self._http = http
        self._service = service
        self._secret = secret
        self._audience = audience
        self._token = ""
        self._renew_at = 0.0

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """GET and decode JSON. Raises httpx.HTTPError."""
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """POST JSON and decode JSON. Raises httpx.HTTPError."""
        return await self._call("POST", path, json=body)

    async def _call(self, method: str, path: str, **arguments: Any) -> Any:
        answer = await self._http.request(method, path, headers=await self._authorization(), **arguments)
        if answer.status_code == 401:
            self._renew_at = 0.0
            answer = await self._http.request(method, path, headers=await self._authorization(), **arguments)
        answer.raise_for_status()
        return orjson.loads(answer.content)

    async def _authorization(self) -> dict[str, str]:
        if time.monotonic() >= self._renew_at:
            body = {"service": self._service, "secret": self._secret, "audience": self._audience}
            answer = await self._http.post("/api/auth/service-token", json=body)
            answer.raise_for_status()
            token = orjson.loads(answer.content)
            self._token = token["access_token"]
            self._renew_at = time.monotonic() + token["expires_in"] * 0.8
        return {"Authorization": f"Bearer {self._token}"}
