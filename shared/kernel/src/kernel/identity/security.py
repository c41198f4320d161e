"""Who is asking: access tokens (JWT, ES256 or EdDSA), personal tokens, cookies, and the defence against forged ones."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal, Protocol

import httpx
import structlog
from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kernel.http import problems
from kernel.http.problems import Problem
from kernel.identity.scopes import check_scope
from kernel.identity.service_client import ServiceClient
from kernel.log.lru import Lru

log = structlog.get_logger("security")

ISSUER: Final = "taskledger"
USER_AUDIENCE: Final = "taskledger"
ALGORITHMS: Final = ["ES256", "Ed25519", "EdDSA"]
PERSONAL_PREFIX: Final = "tlp_"
"""What every personal token begins with, so that it is never mistaken for a JWT and leak scanners can find it."""

ACCESS_COOKIE: Final = "tl_access"
REFRESH_COOKIE: Final = "tl_refresh"
HOST_PREFIX: Final = "__Host-"
LEEWAY_SECONDS: Final = 60

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY_REFRESH_SECONDS: Final = 10.0
_CLOCK_SECONDS: Final = 2.0
"""What the `Date` of an answer cannot tell: it has whole seconds, and the answer took some time."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking: a user by id with the session, or a service by name.

    A personal token has an id in place of a session, and perhaps bounds: what it may do, and in which projects.
    """

    id: str
    kind: Literal["user", "service"]
    session_id: str | None
    expires_at: float
    token_id: str | None = None
    scopes: frozenset[str] | None = None
    projects: frozenset[str] | None = None

    def has_ended(self, ended: Container[object]) -> bool:
        """Whether the session has ended, or the personal token was revoked."""
        return self.session_id in ended or self.token_id in ended


class KeySource(Protocol):
    """Where the public keys come from."""

    async def keys(self, *, refresh: bool = False) -> KeySet:
        """The current public keys; `refresh` asks for newer ones than those in memory."""
        ...


class JwksClient:
    """Public keys from auth-service's JWKS, kept in memory and read again when a token names an unknown key."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._keys: KeySet | None = None
        self._read_at = 0.0
        self._ahead = 0.0

    def now(self) -> float:
        """The time by the clock of auth-service, which says until when tokens hold: seconds since 1970."""
        return time.time() + self._ahead

    async def keys(self, *, refresh: bool = False) -> KeySet:
        """See KeySource. Raises Problem 503 when auth-service does not answer."""
        stale = refresh and time.monotonic() - self._read_at > _KEY_REFRESH_SECONDS
        if self._keys is None or stale:
            try:
                answer = await self._http.get("/api/auth/.well-known/jwks.json")
                answer.raise_for_status()
                self._keys = KeySet.import_key_set(answer.json())
                self._learn_clock(answer)
            except (httpx.HTTPError, ValueError) as fault:
                if self._keys is None:
                    raise problems.unavailable("The keys of auth-service cannot be read right now.") from fault
            self._read_at = time.monotonic()
        return self._keys

    def _learn_clock(self, answer: httpx.Response) -> None:
        date = answer.headers.get("date")
        if date is None:
            return  # within one process there is one clock
        try:
            ahead = parsedate_to_datetime(date).timestamp() + 0.5 - time.time()
        except ValueError:
            return
        ahead = ahead if abs(ahead) > _CLOCK_SECONDS else 0.0
        if abs(ahead - self._ahead) > _CLOCK_SECONDS:
            log.warning("clock.off", against="auth-service", seconds=round(-ahead, 1))
            self._ahead = ahead


PersonalTokens = Callable[[str], Awaitable[Principal | None]]


class Authenticator:
    """Verifies tokens. A verified token is remembered by its hash until it expires: a signature costs 0.1 ms."""

    def __init__(
        self,
        keys: KeySource,
        *,
        audience: str = USER_AUDIENCE,
        personal: PersonalTokens | None = None,
        ended: Container[object] = (),
        secure: bool = False,
    ) -> None:
        """`secure`: people come by HTTPS, so a cookie counts only under the name that nobody but HTTPS can set."""
        self.secure = secure
        self._keys = keys
        self._audience = audience
        self._personal = personal
        self._ended = ended
        self._now = keys.now if isinstance(keys, JwksClient) else time.time
        self._verified: Lru[bytes, Principal] = Lru(20_000)

    async def principal(self, token: str) -> Principal:
        """Whose token it is. Raises Problem 401: malformed, forged, expired, ended, for another audience."""
        digest = hashlib.sha256(token.encode()).digest()
        principal = self._verified.get(digest)
        if principal is None or principal.expires_at <= time.time():
            principal = self._verified[digest] = await self._verify(token)
        if principal.has_ended(self._ended):
            raise problems.not_authenticated("The session has ended. Log in again.")
        return principal

    async def _verify(self, token: str) -> Principal:
        if token.startswith(PERSONAL_PREFIX):
            found = await self._personal(token) if self._personal else None
            if found is None:
                raise problems.not_authenticated("The token is not valid.")
            return found
        try:
            claims = await self._claims(token)
        except (JoseError, ValueError) as error:
            raise problems.not_authenticated("The token is not valid.") from error
        if not _is_now(claims, self._now()):
            await self._keys.keys(refresh=True)  # perhaps a clock was set: its answer says what time it is
        return _principal_of(claims, self._audience, self._now())

    async def _claims(self, token: str) -> Mapping[str, Any]:
        keys = await self._keys.keys()
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            keys = await self._keys.keys(refresh=True)
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims


def _is_now(claims: Mapping[str, Any], now: float) -> bool:
    """Whether a token holds at a time by the clock of who made it."""
    expires_at, not_before = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(expires_at, int | float) or not isinstance(not_before, int | float):
        return True
    return expires_at > now and not_before <= now + LEEWAY_SECONDS


def _principal_of(claims: Mapping[str, Any], audience: str, now: float) -> Principal:
    """RFC 7519, section 4.1, and RFC 8725: issuer, audience and times are all checked.

    `now` is by the clock of who made the token; the principal's times are by this machine's.
    """
    expires_at, not_before, subject = claims.get("exp"), claims.get("nbf", 0), claims.get("sub")
    if (
        claims.get("iss") != ISSUER
        or claims.get("aud") != audience
        or not isinstance(expires_at, int | float)
        or not isinstance(not_before, int | float)
        or not isinstance(subject, str)
    ):
        raise problems.not_authenticated("The token is not for this service.")
    if expires_at <= now:
        raise problems.not_authenticated("The token has expired.")
    if not_before > now + LEEWAY_SECONDS:
        raise problems.not_authenticated("The token is not valid yet.")
    expires_at += time.time() - now
    service = subject.removeprefix("service:")
    if service != subject:
        return Principal(service, "service", None, float(expires_at))
    session_id, scope = claims.get("sid"), claims.get("scope")
    return Principal(
        subject,
        "user",
        session_id if isinstance(session_id, str) else None,
        float(expires_at),
        scopes=frozenset(scope.split()) if isinstance(scope, str) else None,
    )


def cookie_of(request: Request, name: str, *, secure: bool = False) -> str | None:
    """A cookie by its bare name: over HTTPS only with the `__Host-` prefix, which no other host can have set."""
    cookies = request.cookies
    prefixed = cookies.get(HOST_PREFIX + name)
    return prefixed if secure or request.url.scheme == "https" else prefixed or cookies.get(name)


def check_same_origin(request: Request) -> None:
    """403 `cross_site` unless a cookie request that changes state comes from our own pages.

    Fetch Metadata first (https://www.w3.org/TR/fetch-metadata/), else `Origin` against `Host`.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    if site == "same-origin":
        return
    origin = request.headers.get("origin")
    if site is None and origin is not None and origin.partition("://")[2] == request.headers.get("host"):
        return
    raise Problem(403, "cross_site", "The request does not come from this site.")


async def authenticate(request: Request, authenticator: Authenticator) -> Principal:
    """The principal of a request, by `Authorization: Bearer` or by cookie. Raises Problem 401 or 403 `cross_site`."""
    principal = await _authenticated(request, authenticator)
    request.scope["taskledger.actor"] = principal.id  # for the log, where the request is refused later
    return principal


async def _authenticated(request: Request, authenticator: Authenticator) -> Principal:
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise problems.not_authenticated("Use `Authorization: Bearer <token>`.")
        return await authenticator.principal(token.strip())
    cookie = cookie_of(request, ACCESS_COOKIE, secure=authenticator.secure)
    if cookie is None:
        raise problems.not_authenticated()
    check_same_origin(request)
    return await authenticator.principal(cookie)


async def authenticate_user(request: Request, authenticator: Authenticator) -> Principal:
    """As `authenticate`, for a person; a service's token is 401."""
    principal = await authenticate(request, authenticator)
    if principal.kind != "user":
        raise problems.not_authenticated("A person's token is needed here.")
    if principal.scopes is not None:
        check_scope(request.method, request.url.path, principal.scopes, principal.projects)
    return principal


PERSONAL_SECONDS: Final = 60.0
"""For so long what auth-service said of a personal token is trusted; what was revoked is told within a second."""


def personal_principal(known: Mapping[str, Any]) -> Principal:
    """Who comes with a personal token: `user_id`, and as far as given `token_id`, `scopes`, `projects`."""
    scopes, projects = known.get("scopes"), known.get("projects")
    return Principal(
        known["user_id"],
        "user",
        None,
        time.time() + PERSONAL_SECONDS,
        token_id=known.get("token_id"),
        scopes=None if scopes is None else frozenset(scopes),
        projects=None if projects is None else frozenset(projects),
    )


class PersonalTokenClient:
    """Asks auth-service whose personal token it is; the answer is trusted for a minute."""

    def __init__(self, service: ServiceClient) -> None:
        self._service = service

    async def __call__(self, token: str) -> Principal | None:
        """The token's owner, or None. Raises Problem 503 when auth-service does not answer."""
        try:
            answer = await self._service.post("/api/auth/introspect", {"token": token})
        except httpx.HTTPError as fault:
            raise problems.unavailable("Personal tokens cannot be checked right now.") from fault
        if not answer["active"]:
            return None
        return personal_principal(answer)
