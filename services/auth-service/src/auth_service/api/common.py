"""What all routes share: who is asking, from where, and how they are answered."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response

from auth_service import cookies
from auth_service.client import Client
from auth_service.deps import Deps
from kernel.http import user_route
from kernel.http.idempotency import IdempotentRoute
from kernel.http.openapi import answers
from kernel.http.requests import JSON, decode_cursor, encode_cursor
from kernel.identity.security import Principal, cookie_of

PUBLIC: Final[dict[str, Any]] = {"security": []}
KEPT: Final = ("Idempotency-Replayed",)
DONE: Final = answers(None, status=204, headers=KEPT, writes=True)


class UserRoute(user_route.UserRoute, IdempotentRoute):
    """A route for people who are logged in; writes take an `Idempotency-Key`."""


class SecretRoute(UserRoute):
    """The same where an answer has secrets, or a request is worth something once: nothing of it is kept."""

    keeps = False


def router_of(route_class: type[IdempotentRoute], tag: str) -> APIRouter:
    """A router whose operations are named as their functions."""
    return APIRouter(
        prefix="/api", route_class=route_class, tags=[tag], generate_unique_id_function=lambda route: route.name
    )


def deps_of(request: Request) -> Deps:
    """What the app was made of."""
    deps: Deps = request.app.state.deps
    return deps


def user_of(request: Request) -> Principal:
    """Who is asking, on a UserRoute."""
    return user_route.principal_of(request)


def client_of(request: Request) -> Client:
    """Where the request comes from."""
    proxies = deps_of(request).settings.trusted_proxies
    address = request.client.host if request.client else ""
    # A header that comes several times is one list (RFC 9110, section 5.3): a line of the client's own counts as left.
    lines = ",".join(request.headers.getlist("x-forwarded-for"))
    forwarded = [part.strip() for part in lines.split(",") if part.strip()]
    if proxies and len(forwarded) >= proxies:
        # Each proxy appends whom it saw; what stands further left is the client's own claim.
        address = forwarded[-proxies]
    device = cookie_of(request, cookies.DEVICE_COOKIE, secure=deps_of(request).authenticator.secure) or ""
    return Client(address, request.headers.get("user-agent", ""), device[:100])


async def note(request: Request, kind: str, user_id: str, **detail: Any) -> None:
    """Write what somebody who is logged in has done into the log of an account."""
    client = client_of(request)
    journal = deps_of(request).auth.journal
    await journal.add(kind, user_id, actor=user_of(request).id, place=client.place, agent=client.agent, **detail)


def after(cursor: str | None) -> str:
    """The id of the last item of the page before. Raises Problem 422."""
    after: str = decode_cursor(cursor, str)[0] if cursor is not None else ""
    return after


def page(items: Sequence[dict[str, Any]], limit: int) -> dict[str, Any]:
    """A page of what is listed by id, given up to one item more than fits."""
    page = items[:limit]
    return {"items": page, "next_cursor": encode_cursor(page[-1]["id"]) if len(items) > limit else None}


def kept_as(response: Response, document: Any) -> Response:
    """The answer, of which only `document` is kept for whoever repeats the request."""
    response.kept = orjson.dumps(document)  # type: ignore[attr-defined]
    return response


def answer(document: Any, status: int = 200) -> Response:
    """The answer with this JSON."""
    return Response(orjson.dumps(document), status, media_type=JSON)


async def renew(request: Request, response: Response) -> None:
    """After a change of credentials a browser goes on with a session that nobody can have seen before."""
    deps, principal = deps_of(request), user_of(request)
    if "authorization" in request.headers or principal.session_id is None:
        return
    strong = await deps.auth.sessions.is_strong(principal.id, principal.session_id)
    renewed = await deps.auth.begin(await deps.auth.me(principal.id), client_of(request), strong=strong)
    await deps.auth.sessions.end(principal.id, principal.session_id)
    limited = deps.proving.limited(renewed)
    access_token = await deps.keys.user_token(principal.id, renewed.session.id, limited=limited)
    https = cookies.is_https(request, deps.settings.public_url)
    cookies.set_session(response, access_token=access_token, refresh_token=renewed.refresh_token, https=https)
