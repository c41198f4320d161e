"""The metrics of our own that alarms and the dashboard look at. Plain Python: tests of the services read it too.

Services write them as lines of their log (`kernel.observe.metric_lines`), with their name as the one dimension.
"""

from dataclasses import dataclass
from typing import Final

NAMESPACE: Final = "Taskledger"
DIMENSION: Final = "service"


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric of a service: `name` as in its line, `service` as its dimension says."""

    name: str
    service: str


_PROJECTOR, _NOTIFIER = "log-projector", "notify-service"

LAGS: Final = (Measured("consumer_lag_seconds", _PROJECTOR), Measured("consumer_lag_seconds", _NOTIFIER))
BLOCKED: Final = (Measured("consumer_blocked_streams", _PROJECTOR), Measured("consumer_blocked_streams", _NOTIFIER))
BEHIND: Final = (
    Measured("consumer_oldest_behind_seconds", _PROJECTOR),
    Measured("consumer_oldest_behind_seconds", _NOTIFIER),
)
TURNS: Final = (
    Measured("consumer_heartbeat_age_seconds", _PROJECTOR),
    Measured("consumer_heartbeat_age_seconds", _NOTIFIER),
)
UNREADABLE: Final = (
    Measured("consumer_unreadable_messages_total", _PROJECTOR),
    Measured("consumer_unreadable_messages_total", _NOTIFIER),
)
APPLIED: Final = (Measured("consumer_events_total", _PROJECTOR), Measured("consumer_events_total", _NOTIFIER))
OLDEST_MAIL: Final = Measured("notify_oldest_pending_mail_seconds", _NOTIFIER)
MAILS_PENDING: Final = Measured("notify_mails_pending", _NOTIFIER)
LIVE_STREAMS: Final = Measured("notify_live_streams", _NOTIFIER)
REQUESTS: Final = tuple(
    Measured("http_requests_total", service) for service in ("auth-service", "task-service", _NOTIFIER)
)

ALL: Final = (
    *LAGS,
    *BLOCKED,
    *BEHIND,
    *TURNS,
    *UNREADABLE,
    *APPLIED,
    OLDEST_MAIL,
    MAILS_PENDING,
    LIVE_STREAMS,
    *REQUESTS,
)
"""Each is really written by its service: a test starts it and reads its lines."""
