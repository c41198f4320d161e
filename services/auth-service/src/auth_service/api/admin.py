"""Routes of administrators, and of one's own log."""

import csv
import io
from collections.abc import Sequence
from contextlib import aclosing
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from auth_service.accounts import Account
from auth_service.administration import State
from auth_service.api.common import DONE, KEPT, SecretRoute, after, answer, deps_of, page, router_of, user_of
from auth_service.api.people import page_of
from auth_service.domain.account import shown_email
from auth_service.journal import Entry
from kernel.http.openapi import answers
from kernel.http.requests import Body, Cursor, IdempotencyKey, Limit

MOST_LINES: Final = 10_000
"""So many lines of the audit log one file has."""


router: Final = router_of(SecretRoute, "admin")


class PersonOut(BaseModel):
    id: str
    name: str
    email: str
    email_verified: bool
    active: bool
    admin: bool
    created_at: str
    last_login_at: str | None


class PeopleOut(BaseModel):
    items: list[PersonOut]
    next_cursor: str | None


class PersonBody(Body):
    active: bool | None = None
    admin: bool | None = None


class LinkOut(BaseModel):
    url: str


class EntryOut(BaseModel):
    id: str
    at: str
    kind: str = Field(description="what happened: login, new_device, login_failed, password_changed, deactivated, …")
    user_id: str | None
    actor: str | None = Field(description="a person's id, `machine` for a command, null where nobody is known")
    place: str
    agent: str
    detail: dict[str, Any]


class LogOut(BaseModel):
    items: list[EntryOut]
    next_cursor: str | None


async def _administrator(request: Request, *, changes: bool) -> str:
    """The id of the administrator who asks. Raises Problem 403, `reauthentication_required` for changes."""
    deps, principal = deps_of(request), user_of(request)
    await deps.administration.check(principal.id)
    if changes:
        await deps.auth.check_proof(principal.id, principal.session_id)
    return principal.id


@router.get("/auth/log", responses=answers(LogOut))
async def read_log(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """What happened to one's own account, newest first."""
    found = await deps_of(request).auth.journal.of(user_of(request).id, after(cursor), limit + 1)
    return answer(page([_entry(each) for each in found], limit))


@router.get("/admin/users", responses=answers(PeopleOut, also=(403,)))
async def list_people(
    request: Request,
    q: Annotated[str, Query(max_length=200)] = "",
    state: State | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Everyone, by name, and with `q` those whose name or address contains it. For administrators alone."""
    await _administrator(request, changes=False)
    found, next_cursor = page_of(await deps_of(request).administration.people(q, state), limit, cursor)
    return answer({"items": [_person(each) for each in found], "next_cursor": next_cursor})


@router.patch("/admin/users/{user_id}", responses=answers(PersonOut, headers=KEPT, writes=True))
async def change_person(request: Request, user_id: str, body: PersonBody, key: IdempotencyKey = None) -> Response:
    """Deactivate or activate somebody, make them an administrator or not. 409 for the last administrator.

    Who is deactivated is refused everywhere within two seconds, tokens and streams too. Tasks stay as they are.
    """
    by = await _administrator(request, changes=True)
    changed = await deps_of(request).administration.change(user_id, by, active=body.active, admin=body.admin)
    return answer(_person(changed))


@router.post("/admin/users/{user_id}/reset", responses=answers(LinkOut, headers=KEPT, writes=True))
async def make_reset_link(request: Request, user_id: str, key: IdempotencyKey = None) -> Response:
    """A link with which somebody sets a new password: to hand over, once, for 30 minutes."""
    by = await _administrator(request, changes=True)
    return answer({"url": await deps_of(request).administration.link(user_id, by)})


@router.delete("/admin/users/{user_id}/sessions", status_code=204, responses=DONE)
async def end_sessions_of(request: Request, user_id: str, key: IdempotencyKey = None) -> Response:
    """End every session of somebody."""
    by = await _administrator(request, changes=True)
    await deps_of(request).administration.end_sessions(user_id, by)
    return Response(status_code=204)


@router.delete("/admin/users/{user_id}/factors", status_code=204, responses=DONE)
async def remove_factors_of(request: Request, user_id: str, key: IdempotencyKey = None) -> Response:
    """Remove the authenticator and the passkeys of somebody who has lost them; they are told, and sessions end."""
    by = await _administrator(request, changes=True)
    await deps_of(request).administration.remove_factors(user_id, by)
    return Response(status_code=204)


_AUDIT: Final = answers(LogOut, also=(403,))
_AUDIT[200]["content"] = {"text/csv": {"schema": {"type": "string"}}}


@router.get("/admin/audit", responses=_AUDIT)
async def read_audit(
    request: Request,
    user: Annotated[str | None, Query(max_length=36, description="the id of whose account it happened to")] = None,
    kind: Annotated[str | None, Query(max_length=50)] = None,
    format: Annotated[Literal["json", "csv"], Query(description="as a file for spreadsheets")] = "json",  # noqa: A002
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Who did what to accounts and roles, newest first; kept for a year. For administrators alone."""
    await _administrator(request, changes=False)
    found: list[Entry] = []
    most = limit + 1 if format == "json" else MOST_LINES
    async with aclosing(deps_of(request).auth.journal.everything(user, kind, after(cursor))) as entries:
        async for entry in entries:
            found.append(entry)
            if len(found) >= most:
                break
    if format == "csv":
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return Response(_table(found), media_type="text/csv; charset=utf-8", headers=headers)
    return answer(page([_entry(each) for each in found], limit))


def _table(entries: Sequence[Entry]) -> str:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["at", "kind", "user_id", "actor", "place", "agent"])
    for each in entries:
        cells = (each.at, each.kind, each.user_id or "", each.actor or "", each.place, each.agent)
        lines.writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def _cell(text: str) -> str:
    """What a program calls itself is its own choice: no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _person(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "email": shown_email(account.email),
        "email_verified": account.email_verified,
        "active": account.active,
        "admin": account.admin,
        "created_at": account.created_at,
        "last_login_at": account.last_login_at,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}
