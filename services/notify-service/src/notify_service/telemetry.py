"""The metrics of notify-service."""

from prometheus_client import Counter, Gauge

DELIVERIES = Counter("notify_deliveries_total", "Lines of the ledger by where they came to.", ["channel", "state"])
MAILS_PENDING = Gauge("notify_mails_pending", "Mails that wait to be sent.")
OLDEST_MAIL_SECONDS = Gauge("notify_oldest_pending_mail_seconds", "Age of the change that the oldest such mail tells.")
STREAMS = Gauge("notify_live_streams", "Open live streams.")
