"""Which requests the embedded process takes at all: by the name it is called, and what only its machine may read."""

import hmac
import ipaddress
from typing import Final
from urllib.parse import urlsplit

from starlette.types import Message, Scope, Send

from kernel.http.problems import Problem, not_found

PRIVATE: Final = frozenset({"/metrics", "/api/openapi.json"})
"""For whoever asks on this machine, or has the token: they tell what the board is made of and how much it is used."""

_PROBES: Final = frozenset({"/livez", "/readyz"})
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")


class Gate:
    """`public_url`: where people open the site. `token`: lets `/metrics` and the API's document be read from elsewhere.

    A page elsewhere may have its own name lead to this machine (DNS rebinding): the browser then takes the board for a
    part of that page. So names that nobody gave this board are refused; addresses are no names.
    """

    def __init__(self, public_url: str, token: str = "") -> None:
        self._names = {"localhost", urlsplit(public_url).hostname or ""}
        self._https = public_url.startswith("https:")
        self._token = token

    def problem(self, scope: Scope) -> Problem | None:
        """Why a request is not taken, or None."""
        headers = dict(scope["headers"])
        path = scope["path"]
        if path in _PROBES:
            return None
        name = _name_of(headers.get(b"host", b"").decode("latin-1"))
        if name not in self._names and not _is_address(name):
            detail = f"This board does not go by the name {name[:100]!r}. PUBLIC_URL says which name it has."
            return Problem(421, "unknown_host", detail)
        if path in PRIVATE and not self._is_near(scope, name, headers) and not self._has_token(headers):
            return not_found("address")
        return None

    def answering(self, send: Send) -> Send:
        """The same, with what every answer says where the site is reached over HTTPS."""
        if not self._https:
            return send

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], _HSTS]
            await send(message)

        return answer

    @staticmethod
    def _is_near(scope: Scope, name: str, headers: dict[bytes, bytes]) -> bool:
        """Whether somebody on this machine asks directly: a proxy in between says for whom, or passes the name on."""
        client = scope.get("client")
        passed_on = b"x-forwarded-for" in headers or b"forwarded" in headers
        here = client is None or _is_loopback(client[0])
        return here and not passed_on and (name == "localhost" or _is_loopback(name))

    def _has_token(self, headers: dict[bytes, bytes]) -> bool:
        sent = headers.get(b"authorization", b"").removeprefix(b"Bearer ")
        return bool(self._token) and hmac.compare_digest(sent, self._token.encode())


def _name_of(host: str) -> str:
    """The name of a `Host` header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return host


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ipaddress.ip_address(name).is_loopback
