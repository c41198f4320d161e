"""Times as tables hold them: whole microseconds since 1970, UTC."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def microseconds(time: datetime) -> int:
    """Microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def time_of(stored: int) -> datetime:
    """The time of a number of microseconds since 1970."""
    return _EPOCH + stored * _MICROSECOND
