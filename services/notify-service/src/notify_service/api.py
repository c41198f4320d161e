"""The HTTP endpoints of notify-service."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from kernel.http.idempotency import IdempotentRoute
from kernel.http.openapi import answers
from kernel.http.problems import invalid, not_found, unavailable
from kernel.http.requests import JSON, Cursor, IdempotencyKey, Limit, decode_cursor, encode_cursor
from kernel.http.user_route import UserRoute, principal_of
from kernel.identity.people import DirectoryAway
from kernel.ports.mailer import MailUnavailable
from kernel.process.serve import STOPPING
from notify_service.deps import Deps
from notify_service.inbox import NEWEST
from notify_service.schemas import (
    DeliveryView,
    InboxView,
    ListOf,
    MailView,
    NotificationView,
    PreferencesBody,
    UnreadView,
    list_of,
    to_json,
)
from notify_service.unsubscribing import end_mails


class _Route(UserRoute, IdempotentRoute):
    """For people who are logged in; writes take an `Idempotency-Key`. The router makes no other routes."""


router = APIRouter(
    prefix="/api", route_class=_Route, tags=["notifications"], generate_unique_id_function=lambda route: route.name
)

public = APIRouter(prefix="/api", include_in_schema=False)


def _deps(request: Request) -> Deps:
    deps: Deps = request.app.state.deps
    return deps


def _json(document: Any) -> Response:
    return Response(to_json(document), media_type=JSON)


@router.get("/notifications", responses=answers(InboxView))
async def read_inbox(
    request: Request,
    unread: Annotated[bool, Query(description="unread items alone")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """One's inbox, newest first."""
    inbox, user_id = _deps(request).inbox, principal_of(request).id
    items, more = await inbox.items(user_id, unread=unread, before=_before(cursor), limit=limit)
    next_cursor = None if more is None else encode_cursor(more)
    return _json({"items": items, "next_cursor": next_cursor, "unread": await inbox.unread(user_id)})


@router.post("/notifications/read-all", responses=answers(UnreadView, writes=True))
async def read_everything(request: Request, key: IdempotencyKey = None) -> Response:
    """Mark every item as read."""
    inbox, user_id = _deps(request).inbox, principal_of(request).id
    await inbox.read_all(user_id)
    return _json({"unread": await inbox.unread(user_id)})


@router.post("/notifications/{notification_id}/read", responses=answers(NotificationView, writes=True))
async def read_notification(request: Request, notification_id: str, key: IdempotencyKey = None) -> Response:
    """Mark an item as read."""
    return _json(await _deps(request).inbox.read(principal_of(request).id, notification_id))


@router.get("/notifications/preferences", responses=answers(PreferencesBody))
async def read_preferences(request: Request) -> Response:
    """What one wants to be told of, and how; everything, unless one said otherwise."""
    return Response(await _deps(request).inbox.preferences(principal_of(request).id), media_type=JSON)


@router.put("/notifications/preferences", responses=answers(PreferencesBody, writes=True))
async def put_preferences(request: Request, body: PreferencesBody, key: IdempotencyKey = None) -> Response:
    """Replace one's preferences; what is left out is wanted."""
    return Response(await _deps(request).inbox.put_preferences(principal_of(request).id, body), media_type=JSON)


@router.get("/notifications/deliveries", responses=answers(ListOf[DeliveryView]))
async def read_deliveries(
    request: Request,
    task: Annotated[str, Query(max_length=64, description="the task's id")],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The ledger of a task, for members of its project: who was told of what, by which channel, when, or why not."""
    inbox, user_id = _deps(request).inbox, principal_of(request).id
    items, more = await inbox.ledger(user_id, task, before=_before(cursor), limit=limit)
    return Response(list_of(items, None if more is None else encode_cursor(more)), media_type=JSON)


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses=answers(None) | {200: {"description": "OK", "content": {"text/event-stream": {}}}},
)
async def read_stream(
    request: Request,
    last_event_id: Annotated[str | None, Query(description="as the header, for clients that cannot set one")] = None,
    last_event_id_header: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> StreamingResponse:
    """What happens in one's projects, as it happens, as server-sent events.

    `change`: an event of a task or project with the state after it. `notification`: a new item of the inbox.
    `reset`: what came after `Last-Event-ID` is not kept any more; load everything anew. `opened`: the place from which
    on the stream tells everything.
    """
    deps = _deps(request)
    on_stop = request.scope.get("extensions", {}).get(STOPPING)
    if on_stop is not None:
        on_stop(deps.feed.stop)
    events = deps.stream.events(principal_of(request), last_event_id_header or last_event_id)
    # X-Accel-Buffering: nginx must pass each event on at once.
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/outbox", tags=["outbox"], responses=answers(ListOf[MailView]))
async def read_outbox(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The mails to one's own address, newest first, where the embedded mailer keeps them; elsewhere 404."""
    deps, user_id = _deps(request), principal_of(request).id
    if deps.outbox is None:
        raise not_found("outbox")
    before = None if cursor is None else decode_cursor(cursor, str)[0]
    try:
        person = (await deps.people.find([user_id])).get(user_id)
        mails = await deps.outbox.mails(person.email, before, limit, reader=user_id) if person and person.email else []
    except DirectoryAway as away:
        raise unavailable("Your address cannot be asked for right now.") from away
    except MailUnavailable as fault:
        raise unavailable("The mails cannot be read right now.") from fault
    except ValueError as error:
        raise invalid("cursor", "is not a cursor of this list") from error
    items = [
        {
            "id": mail.message_id,
            "to": mail.to,
            "subject": mail.subject,
            "date": mail.sent_at,
            "text": mail.text,
            "html": mail.html,
        }
        for mail in mails
    ]
    return Response(list_of(items, encode_cursor(mails[-1].cursor) if len(mails) == limit else None), media_type=JSON)


@public.post("/notifications/unsubscribe/{token}")
async def unsubscribe(request: Request, token: str) -> Response:
    """End the mails of whoever got this link, as mail programs ask for it (RFC 8058); the inbox goes on."""
    deps = _deps(request)
    user_id = deps.unsubscribing.reader_of(token)
    if user_id is None:
        raise not_found("link")
    await end_mails(deps.inbox, user_id)
    return Response(status_code=204)


@public.get("/notifications/unsubscribe/{token}")
async def ask_to_unsubscribe(request: Request, token: str) -> Response:
    """A link that somebody only follows, or a scanner, changes nothing: the site has the settings."""
    return RedirectResponse("/notifications", 303)


@public.get("/config")
async def read_config(request: Request) -> Response:
    """What the site has to know of the installation before anybody is logged in."""
    deps = _deps(request)
    return _json({"mode": deps.mode, "outbox": deps.outbox is not None, "registration": deps.registration})


def _before(cursor: str | None) -> str:
    return NEWEST if cursor is None else str(decode_cursor(cursor, str)[0])
