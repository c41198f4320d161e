"""The metrics of every container, in the Prometheus data model."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("http_requests_total", "HTTP requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from request to the end of the answer.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
APPEND_CONFLICTS = Counter("log_append_conflicts_total", "Appends that lost a race and were decided again.", ["kind"])
STORE_RETRIES = Counter(
    "store_retries_total", "Calls of a store tried again after a passing fault.", ["store", "fault"]
)
CONSUMER_EVENTS = Counter("consumer_events_total", "Events applied and committed.", ["consumer"])
CONSUMER_LAG_SECONDS = Gauge(
    "consumer_lag_seconds", "Age of the newest applied event when it was committed.", ["consumer"]
)
CONSUMER_BLOCKED = Gauge(
    "consumer_blocked_streams", "Streams stopped by an event that cannot be applied.", ["consumer"]
)
CONSUMER_BEHIND = Gauge("consumer_streams_behind", "Streams that the last reconciliation found behind.", ["consumer"])
CONSUMER_RETRIES = Counter("consumer_retries_total", "Batches tried again after a passing fault.", ["consumer"])
CONSUMER_HEARTBEAT = Gauge("consumer_heartbeat_timestamp_seconds", "When the consumer last took a turn.", ["consumer"])
CONSUMER_UNREADABLE = Counter(
    "consumer_unreadable_messages_total",
    "Messages left for the dead-letter queue: nobody could read them.",
    ["consumer"],
)
