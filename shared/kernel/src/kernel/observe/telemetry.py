"""The metrics of every container, in the Prometheus data model."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("http_requests_total", "HTTP requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from request to the end of the answer.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
APPEND_SECONDS = Histogram(
    "log_append_duration_seconds",
    "Time that an append took which the log accepted; its count is how many there were.",
    ["kind"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
APPENDED_EVENTS = Counter("log_appended_events_total", "Events that commands appended.", ["kind"])
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
CONSUMER_BEHIND_EVENTS = Gauge(
    "consumer_events_behind", "Events that the last reconciliation found in the log and not applied.", ["consumer"]
)
CONSUMER_BEHIND_SECONDS = Gauge(
    "consumer_oldest_behind_seconds",
    "How long ago the stream changed that has waited longest of those that the last reconciliation found behind.",
    ["consumer"],
)
CONSUMER_RETRIES = Counter("consumer_retries_total", "Batches tried again after a passing fault.", ["consumer"])
CONSUMER_HEARTBEAT = Gauge("consumer_heartbeat_timestamp_seconds", "When the consumer last took a turn.", ["consumer"])
QUEUE_MESSAGES = Gauge(
    "consumer_queue_messages", "Messages that wait for the consumer or are with it, by its subscription.", ["consumer"]
)
DEAD_MESSAGES = Gauge("consumer_dead_messages", "Messages in the consumer's dead-letter queue.", ["consumer"])
CONSUMER_UNREADABLE = Counter(
    "consumer_unreadable_messages_total",
    "Messages left for the dead-letter queue: nobody could read them.",
    ["consumer"],
)
POOL_IN_USE = Gauge("pool_connections_in_use", "Connections that somebody uses now.", ["pool"])
POOL_LIMIT = Gauge("pool_connections_limit", "How many connections may be in use at once.", ["pool"])
POOL_WAITING = Gauge("pool_waiting", "Who waits for a connection.", ["pool"])
