"""`?at=`: the moment that somebody asks about."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import AfterValidator, AwareDatetime


def _not_to_come(moment: datetime) -> datetime:
    if moment > datetime.now(UTC):
        raise ValueError("is in the future")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_not_to_come)]
"""A time of the past, RFC 3339 with its offset, as UTC."""

At = Annotated[
    Moment | None, Query(description="as it was at that moment, folded from the log; who may look is decided today")
]


def as_of(response: Response, moment: datetime) -> Response:
    """The answer, with the moment that it is of."""
    response.headers["Taskledger-As-Of"] = moment.isoformat().replace("+00:00", "Z")
    return response
