"""Sessions: refresh tokens that change with every use. Tokens are stored as hashes alone."""

import hashlib
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from auth_service.domain.account import time_text
from auth_service.signing import USER_TOKEN_SECONDS
from kernel.http import once
from kernel.identity.ended_sessions import EndedSessions
from kernel.log.ids import is_id, new_id
from kernel.ports.key_value_store import ABSENT, ConditionFailed, Delete, KeyValueStore, Put

IDLE_SECONDS: Final = 14 * 86_400
LONGEST_SECONDS: Final = 30 * 86_400
"""A session ends when it was not used for so long, and after so long whatever happens."""

MAX_SESSIONS: Final = 20
"""So many a person may have at once: the one not used for longest ends for another."""

PROOF_SECONDS: Final = 600
"""For so long a password counts as just shown."""

_PER_WRITE: Final = 50
_ENDED: Final = "ended-sessions"
_MAX_TABS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One login. `current` are the hashes of the refresh tokens that work, `previous` of those they replaced.

    There is one current token, or one for each tab that refreshed at the same moment. `family` is the hash of what all
    tokens of the session have in common: it tells one used again from one made up. `place`: the network that it was
    begun from. `rotated_at`, `begun_at`, `proved_at` (when the person last showed who they are): seconds since 1970.
    `strong`: by two factors, or by a passkey.
    """

    id: str
    family: str
    created_at: str
    used_at: str
    current: Sequence[str]
    previous: Sequence[str] = ()
    rotated_at: float = 0.0
    agent: str = ""
    place: str = ""
    begun_at: float = 0.0
    proved_at: float = 0.0
    strong: bool = False


class RefreshRefused(Exception):
    """The refresh token is unknown, expired or was used before."""


def _hash(token: str) -> str:
    # The tokens are 256 random bits: a plain digest cannot be guessed back.
    return hashlib.sha256(token.encode()).hexdigest()


def _moment(time: datetime) -> str:
    """A key that is sorted by time."""
    return f"{int(time.timestamp() * 1_000_000):020}"


def _now() -> str:
    return time_text(datetime.now(UTC))


class Sessions:
    """Sessions of users in the key-value store."""

    def __init__(self, store: KeyValueStore, grace: float, ended: EndedSessions) -> None:
        """`grace`: seconds for which a replaced refresh token still works, so that two tabs at once are no thief.

        `ended` is told of every session that ends here.
        """
        self._store = store
        self._grace = grace
        self._ended = ended

    async def begin(self, user_id: str, agent: str, place: str = "", *, strong: bool = False) -> tuple[Session, str]:
        """A new session and its refresh token. Of too many, those not used for longest end."""
        known = sorted(await self.of(user_id), key=lambda session: session.used_at, reverse=True)
        if len(known) >= MAX_SESSIONS:
            await self._end(user_id, [session.id for session in known[MAX_SESSIONS - 1 :][:_PER_WRITE]])
        token = _Token(user_id, new_id(), secrets.token_urlsafe(24), secrets.token_urlsafe(32))
        session = Session(
            id=token.session_id,
            family=_hash(token.family),
            created_at=_now(),
            used_at=_now(),
            current=[_hash(token.secret)],
            agent=agent[:200],
            place=place,
            begun_at=time.time(),
            proved_at=time.time(),
            strong=strong,
        )
        await self._store.write(_put(user_id, session, ABSENT))
        return session, str(token)

    async def rotate(self, refresh_token: str) -> tuple[str, Session, str]:
        """The user, the session and the next refresh token.

        Raises RefreshRefused. A token that was replaced more than the grace ago has leaked: its session ends
        (RFC 9700, section 4.14.2).
        """
        token = _Token.of(refresh_token)
        presented, renewed = _hash(token.secret), replace(token, secret=secrets.token_urlsafe(32))
        while True:
            item = await self._store.get(_partition(token.user_id), token.session_id)
            session = None if item is None else Session(**orjson.loads(item.value))
            if item is None or session is None or session.family != _hash(token.family):
                raise RefreshRefused("unknown")
            if presented in session.current:
                session = replace(
                    session,
                    begun_at=session.begun_at or time.time(),
                    previous=session.current,
                    current=[_hash(renewed.secret)],
                    rotated_at=time.time(),
                    used_at=_now(),
                )
            elif self._is_other_tab(session, presented):
                # Whichever answer reaches the browser last decides which token it keeps: all must work.
                session = replace(session, current=[*session.current, _hash(renewed.secret)])
            else:
                await self.end(token.user_id, token.session_id)
                raise RefreshRefused("reused")
            try:
                await self._store.write(_put(token.user_id, session, item.version))
            except ConditionFailed:
                continue
            return token.user_id, session, str(renewed)

    def _is_other_tab(self, session: Session, presented: str) -> bool:
        recent = time.time() - session.rotated_at < self._grace
        return recent and presented in session.previous and len(session.current) < _MAX_TABS

    async def prove(self, user_id: str, session_id: str, *, strong: bool = False) -> bool:
        """The person has just shown who they are, `strong`: by a second factor; False where the session has ended."""
        while (item := await self._store.get(_partition(user_id), session_id)) is not None:
            session = Session(**orjson.loads(item.value))
            session = replace(session, proved_at=time.time(), strong=session.strong or strong)
            try:
                await self._store.write(_put(user_id, session, item.version))
            except ConditionFailed:
                continue
            return True
        return False

    async def is_proved(self, user_id: str, session_id: str | None) -> bool:
        """Whether the person showed within the last minutes who they are, in a session that goes on."""
        item = None if session_id is None else await self._store.get(_partition(user_id), session_id)
        return item is not None and Session(**orjson.loads(item.value)).proved_at > time.time() - PROOF_SECONDS

    async def is_strong(self, user_id: str, session_id: str) -> bool:
        """Whether a session was begun by two factors."""
        item = await self._store.get(_partition(user_id), session_id)
        return item is not None and Session(**orjson.loads(item.value)).strong

    async def exists(self, user_id: str, session_id: str) -> bool:
        """Whether a session goes on."""
        return await self._store.get(_partition(user_id), session_id) is not None

    async def of(self, user_id: str, after: str = "", limit: int = 200) -> Sequence[Session]:
        """Up to `limit` of a user's sessions whose id is greater than `after`, oldest first."""
        items = await self._store.query(_partition(user_id), after, limit)
        return [Session(**orjson.loads(item.value)) for item in items]

    async def end(self, user_id: str, session_id: str) -> None:
        """End a session, existing or not."""
        await self._end(user_id, [session_id], *once.recorded(ended=session_id))

    async def end_all(self, user_id: str, *, but: str | None = None) -> None:
        """End every session of a user, perhaps but one."""
        after = ""
        while sessions := await self.of(user_id, after, limit=_PER_WRITE):
            after = sessions[-1].id
            await self._end(user_id, [session.id for session in sessions if session.id != but])

    async def _end(self, user_id: str, session_ids: Sequence[str], *together: Put) -> None:
        gone = [Delete(_partition(user_id), session_id) for session_id in session_ids]
        await self.revoke(*gone, *together, ids=session_ids)

    async def revoke(self, *together: Put | Delete, ids: Sequence[str]) -> None:
        """Write, and have every process refuse who comes with these ids: of sessions, or of personal tokens."""
        now = datetime.now(UTC)
        lapse = now + timedelta(seconds=USER_TOKEN_SECONDS)
        told = [Put(_ENDED, f"{_moment(now)}:{each}", each.encode(), lapse) for each in ids]
        await self._store.write(*together, *told)
        for each in ids:
            self._ended.add(each, USER_TOKEN_SECONDS)

    async def ended(self, seconds: float) -> Mapping[str, float]:
        """The sessions that ended in the last so many seconds, with the seconds for which tokens of each may live."""
        now = datetime.now(UTC)
        after = _moment(now - timedelta(seconds=seconds))
        found: dict[str, float] = {}
        while items := await self._store.query(_ENDED, after):
            after = items[-1].key
            for item in items:
                if item.expires_at is not None:
                    found[item.value.decode()] = (item.expires_at - now).total_seconds()
        return found


def _partition(user_id: str) -> str:
    return f"sessions:{user_id}"


def ends_at(session: Session) -> datetime:
    """When a session ends that is not used again."""
    used_at = datetime.fromisoformat(session.used_at)
    # One that began before this was kept has its thirty days from its first use since.
    begun_at = datetime.fromtimestamp(session.begun_at, UTC) if session.begun_at else used_at
    return min(used_at + timedelta(seconds=IDLE_SECONDS), begun_at + timedelta(seconds=LONGEST_SECONDS))


def _put(user_id: str, session: Session, expect: int) -> Put:
    expires_at = ends_at(session)
    return Put(_partition(user_id), session.id, orjson.dumps(session), expires_at=expires_at, expect=expect)


@dataclass(frozen=True, slots=True)
class _Token:
    """A refresh token taken apart; `family` stays while `secret` changes with every use."""

    user_id: str
    session_id: str
    family: str
    secret: str

    @classmethod
    def of(cls, text: str) -> "_Token":
        """Raises RefreshRefused."""
        parts = text.split(".")
        if len(parts) != 4 or not is_id(parts[0]) or not is_id(parts[1]):
            raise RefreshRefused("malformed")
        return cls(*parts)

    def __str__(self) -> str:
        return ".".join((self.user_id, self.session_id, self.family, self.secret))
