"""The browser's session: two cookies that no script can read (RFC 6265bis)."""

from typing import Final

from fastapi import Request, Response

from auth_service.devices import KNOWN_FOR
from auth_service.sessions import IDLE_SECONDS
from auth_service.signing import USER_TOKEN_SECONDS
from kernel.identity.security import ACCESS_COOKIE, HOST_PREFIX, REFRESH_COOKIE

DEVICE_COOKIE: Final = "tl_device"
_AGES: Final = {ACCESS_COOKIE: USER_TOKEN_SECONDS, REFRESH_COOKIE: IDLE_SECONDS}


def is_https(request: Request, public_url: str) -> bool:
    """Whether the browser reaches the service over HTTPS, perhaps through a proxy that `public_url` knows of."""
    return request.url.scheme == "https" or public_url.startswith("https:")


def set_session(response: Response, *, access_token: str, refresh_token: str, https: bool) -> None:
    """Give the browser a session."""
    for name, value in ((ACCESS_COOKIE, access_token), (REFRESH_COOKIE, refresh_token)):
        _set(response, name, value, _AGES[name], https)


def set_device(response: Response, *, secret: str, https: bool) -> None:
    """Have the browser be known at its next login, for as long as it comes back in time."""
    _set(response, DEVICE_COOKIE, secret, int(KNOWN_FOR.total_seconds()), https)


def clear_session(response: Response, *, https: bool) -> None:
    """Take the session from the browser."""
    for name in _AGES:
        _set(response, name, "", 0, https)


def _set(response: Response, name: str, value: str, age: int, https: bool) -> None:
    response.set_cookie(
        (HOST_PREFIX if https else "") + name,
        value,
        max_age=age,
        path="/",
        secure=https,
        httponly=True,
        samesite="strict",
    )
