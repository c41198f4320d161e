"""What every OpenAPI document of ours says the same: problems, tokens and the headers of answers."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "RFC 9457 problem details. Codes and `reason` are stable; `errors` comes with 422.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "trace_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "trace_id": {"type": "string"},
        "reason": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "code"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                    "limit": {"type": "number"},
                },
            },
        },
        "position": {"type": "integer", "description": "Of `bad_query`: where, in code points from 0."},
        "expected": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Of `bad_query`: what would do.",
        },
    },
}

SECURITY_SCHEMES: Final[dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token or a personal token."},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "tl_access", "description": "The browser's session."},
}
SECURITY: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"cookie": []}]
"""What operations need unless they say otherwise; a public one has `openapi_extra={"security": []}`."""

HEADERS: Final[dict[str, Any]] = {
    "ETag": {"schema": {"type": "string"}, "description": "The version, quoted; for `If-Match`."},
    "Taskledger-Unreadable": {
        "schema": {"type": "string"},
        "description": "Ids of projects that are left out, for this version cannot read their history.",
    },
    "Taskledger-Versions": {
        "schema": {"type": "string", "pattern": "^[0-9]+-[0-9]+$"},
        "description": "First and last version of the events that the command made. Absent: it changed nothing.",
    },
    "Taskledger-As-Of": {
        "schema": {"type": "string", "format": "date-time"},
        "description": "The moment that the answer is of, where `at` asked for one.",
    },
    "Location": {"schema": {"type": "string"}, "description": "Where the new resource is."},
    "Idempotency-Replayed": {
        "schema": {"type": "string", "const": "true"},
        "description": "The answer is the first one to this Idempotency-Key.",
    },
}

_READING: Final = (401, 404, 422, 503)
_WRITING: Final = (401, 403, 404, 409, 412, 413, 415, 422, 503)


def answers(
    model: Any,
    *,
    status: int = 200,
    headers: tuple[str, ...] = (),
    writes: bool = False,
    also: tuple[int, ...] = (),
) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation: the model of its good answer, the problems that reading or writing has, `also`
    those that it alone has."""
    documented: dict[int | str, dict[str, Any]] = {
        status: {
            "model": model,
            "description": HTTPStatus(status).phrase,
            "headers": {name: HEADERS[name] for name in headers},
        }
    }
    for problem in (*(_WRITING if writes else _READING), *also):
        documented[problem] = {
            "description": HTTPStatus(problem).phrase,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return documented


def merged(apps: Sequence[FastAPI]) -> dict[str, Any]:
    """The services' documents as one. Raises ValueError when two services give one schema name two meanings."""
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Taskledger", "version": "1"},
        "paths": {},
        "components": {"schemas": {}},
    }
    for app in apps:
        part = app.openapi()
        document["paths"].update(part["paths"])
        for kind, components in part.get("components", {}).items():
            known = document["components"].setdefault(kind, {})
            for name, component in components.items():
                if known.setdefault(name, component) != component:
                    raise ValueError(f"{name} means one thing here and another there")
        if "security" in part:
            document["security"] = part["security"]
    document["paths"] = dict(sorted(document["paths"].items()))
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return document
