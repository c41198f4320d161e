"""Sessions that have ended while access tokens of theirs may live on: at once here, within a second elsewhere."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

import httpx
import structlog

from kernel.identity.service_client import ServiceClient
from kernel.ports.faults import StoreUnavailable

log = structlog.get_logger("sessions")

Ask: TypeAlias = Callable[[float], Awaitable[Mapping[str, float]]]
"""Sessions that ended in the last so many seconds, with the seconds for which tokens of each may still live."""

LONGEST_SECONDS: Final = 3600.0
"""No access token lives for longer."""

_EVERY_SECONDS: Final = 1.0
_OVERLAP_SECONDS: Final = 60.0
"""Clocks of the processes that write and that answer may be so far apart, and writes take so long."""


class EndedSessions:
    """What is known of them in this process."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def add(self, session_id: str, seconds: float) -> None:
        """Refuse the session's access tokens, of which none lives for longer than `seconds`."""
        now = time.monotonic()
        for known, until in list(self._until.items()):
            if until > now:
                break  # they were added in the order in which they lapse, or nearly
            del self._until[known]
        self._until[session_id] = now + seconds

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._until

    async def follow(self, ask: Ask, *, every: float = _EVERY_SECONDS) -> None:
        """Ask for those that ended elsewhere until cancelled; after a fault, for the time of the fault as well."""
        asked_at: float | None = None
        away = False
        while True:
            now = time.monotonic()
            window = LONGEST_SECONDS if asked_at is None else min(LONGEST_SECONDS, now - asked_at + _OVERLAP_SECONDS)
            try:
                for session_id, seconds in (await ask(window)).items():
                    if session_id not in self._until:
                        self.add(session_id, seconds)
            except (httpx.HTTPError, StoreUnavailable, ValueError) as fault:
                if not away:
                    log.warning("sessions.not_followed", fault=type(fault).__name__)
                away = True
            else:
                asked_at, away = now, False
            await asyncio.sleep(every)


def ask_of(auth: ServiceClient) -> Ask:
    """Asks auth-service."""

    async def ask(seconds: float) -> Mapping[str, float]:
        answer = await auth.get("/api/auth/ended-sessions", {"seconds": seconds})
        return {item["id"]: item["seconds"] for item in answer["items"]}

    return ask
