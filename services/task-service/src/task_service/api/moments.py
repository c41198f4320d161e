"""`?at=`: the moment that somebody asks about."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Query, Response
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

_RFC3339: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")


def _written_out(value: Any) -> Any:
    """Only the text form: a number is no time."""
    if isinstance(value, datetime) or (isinstance(value, str) and _RFC3339.fullmatch(value)):
        return value
    raise ValueError("must be a time such as 2026-12-31T12:00:00Z")


def _not_to_come(moment: datetime) -> datetime:
    if moment > datetime.now(UTC):
        raise ValueError("is in the future")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_not_to_come)]
"""A time of the past, RFC 3339 with its offset, as UTC."""

At = Annotated[
    Moment | None, Query(description="as it was at that moment, folded from the log; who may look is decided today")
]


def as_of(response: Response, moment: datetime) -> Response:
    """The answer, with the moment that it is of."""
    response.headers["Taskledger-As-Of"] = moment.isoformat().replace("+00:00", "Z")
    return response
