"""Errors over HTTP: RFC 9457 problem details with a stable `code`, and the one place that maps exceptions to them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from kernel.http.field_errors import FieldError, errors_of
from kernel.log.decider import CommandIdReused, Contended, Rejection
from kernel.log.streams import CannotApply
from kernel.observe.context import current
from kernel.ports.database import DatabaseUnavailable
from kernel.ports.event_store import AppendRefused
from kernel.ports.faults import StoreUnavailable

log = structlog.get_logger("http")

RETRY_AFTER_SECONDS: Final = 2
UNREADABLE_AFTER_SECONDS: Final = 60
"""For what goes on when somebody has mended it, not in a moment."""


class Problem(Exception):
    """An error answer. `reason` says more than `code`, `members` are more of the body; `headers` go with it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.members = dict(members or {})
        self.reason = reason


def not_authenticated(detail: str = "Log in first.") -> Problem:
    """401 `not_authenticated`."""
    return Problem(401, "not_authenticated", detail, headers={"WWW-Authenticate": "Bearer"})


def forbidden(detail: str) -> Problem:
    """403 `forbidden`: a member without the role."""
    return Problem(403, "forbidden", detail)


def not_found(what: str) -> Problem:
    """404 `not_found`, also for what the caller may not know exists."""
    return Problem(404, "not_found", f"There is no such {what}.")


def invalid(
    field: str, message: str, code: str = "validation_failed", *, reason: str = "invalid", limit: float | None = None
) -> Problem:
    """422 for one field; `reason` is the code of the field's error."""
    return Problem(422, code, message, errors=[FieldError(field, message, reason, limit)])


def stale(version: int) -> Problem:
    """412 `stale`: `If-Match` names another version than the current one."""
    return Problem(412, "stale", f"The resource is at version {version} by now.", headers={"ETag": f'"{version}"'})


def unavailable(detail: str = "A part of the system does not answer right now. Try again in a moment.") -> Problem:
    """503 `unavailable` with `Retry-After`."""
    return Problem(503, "unavailable", detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def unreadable() -> Problem:
    """503 `unreadable_history`: one stream has an event that this program cannot read; all others go on."""
    return Problem(
        503,
        "unreadable_history",
        "The history of this has something that this version cannot read. Nothing is lost, and all else works;"
        " whoever runs the board finds it with `taskledger blocked`.",
        headers={"Retry-After": str(UNREADABLE_AFTER_SECONDS)},
    )


def problem_document(problem: Problem) -> bytes:
    """The RFC 9457 body of a problem, with the current trace id."""
    document: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "trace_id": current().trace_id,
    }
    if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        document["errors"] = [_member(error) for error in problem.errors]
    if problem.reason is not None:
        document["reason"] = problem.reason
    return orjson.dumps(problem.members | document, option=orjson.OPT_UTC_Z)


def _member(error: FieldError) -> dict[str, Any]:
    member: dict[str, Any] = {"field": error.field, "message": error.message, "code": error.code}
    return member if error.limit is None else {**member, "limit": error.limit}


def problem_response(problem: Problem) -> Response:
    """The answer for a problem."""
    return Response(
        problem_document(problem), problem.status, headers=problem.headers, media_type="application/problem+json"
    )


_STATUS_CODES: Final = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
}


def _of_validation(error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return Problem(
            422,
            "malformed_json",
            "The body is not valid JSON.",
            errors=[FieldError("body", str(found[0]["ctx"]["error"]), "malformed_json")],
        )
    errors = errors_of(found[:20])
    return Problem(422, "validation_failed", "The request is not valid; `errors` says where.", errors=errors)


def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception means to a caller, or None for one that is a defect of ours."""
    match error:
        case Problem():
            return error
        case Rejection():
            named = FieldError(error.field or "", error.detail, error.reason or "invalid", error.limit)
            return Problem(
                error.status, error.code, error.detail, errors=[named] if error.field else [], reason=error.reason
            )
        case RequestValidationError():
            return _of_validation(error)
        case CommandIdReused():
            return Problem(
                422,
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request.",
                errors=[FieldError("Idempotency-Key", "was used for another request", "key_reused")],
            )
        case AppendRefused():
            return Problem(413, "too_large", "The change is too large to be stored.")
        case Contended():
            return Problem(409, "conflict", "Too many people are changing this at once. Try again.", reason="busy")
        case StoreUnavailable() | DatabaseUnavailable():
            return unavailable()
        case CannotApply():
            return unreadable()
        case ClientDisconnect():  # nobody reads it, but it is counted as what it is: no defect of ours
            return Problem(400, "broken_off", "The request was broken off.")
        case HTTPException():
            code = _STATUS_CODES.get(error.status_code, "error")
            detail = "There is nothing at this address." if error.status_code == 404 else str(error.detail)
            return Problem(error.status_code, code, detail, headers=error.headers)
        case _:
            return None


def _methods_at(app: FastAPI, scope: Scope) -> list[str]:
    """Every method that a path answers to, not those of its first route alone."""
    methods: set[str] = set()
    for route in app.routes:
        if route.matches(scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return sorted(methods)


def install(app: FastAPI) -> None:
    """Answer every known exception of the app as a problem; what remains is answered by `kernel.http.app` as a 500."""

    async def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem is not None:
            request.scope["taskledger.reason"] = problem.code
            if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
                problem.headers["Allow"] = ", ".join(_methods_at(app, request.scope)) or problem.headers.get(
                    "Allow", ""
                )
        if problem is None:
            raise error
        if problem.status >= 500:
            log.warning("http.unavailable", fault=f"{type(error).__name__}: {error}")
        return problem_response(problem)

    for kind in (
        Problem,
        Rejection,
        RequestValidationError,
        CommandIdReused,
        AppendRefused,
        Contended,
        StoreUnavailable,
        DatabaseUnavailable,
        CannotApply,
        ClientDisconnect,
        HTTPException,
    ):
        app.add_exception_handler(kind, answer)
