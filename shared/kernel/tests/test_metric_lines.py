"""Lines that CloudWatch makes metrics of: one value for each metric, deltas of counters, nothing stale."""

import io
import time
from typing import Any

import orjson
import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from kernel.observe.metric_lines import MetricLines, write_every


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def said(lines: MetricLines, now: float = 1000.0) -> dict[str, Any]:
    line = lines.line(now)
    assert line is not None
    document: dict[str, Any] = orjson.loads(line)
    return document


def test_a_line_is_one_that_cloudwatch_reads(registry: CollectorRegistry) -> None:
    Gauge("notify_mails_pending", "Waiting.", registry=registry).set(3)
    Gauge("notify_oldest_pending_mail_seconds", "Age.", registry=registry).set(1.5)
    document = said(MetricLines("notify-service", registry), now=12.5)
    assert document["_aws"] == {
        "Timestamp": 12500,
        "CloudWatchMetrics": [
            {
                "Namespace": "Taskledger",
                "Dimensions": [["service"]],
                "Metrics": [
                    {"Name": "notify_mails_pending", "Unit": "Count"},
                    {"Name": "notify_oldest_pending_mail_seconds", "Unit": "Seconds"},
                ],
            }
        ],
    }
    assert document["service"] == "notify-service"
    assert document["notify_mails_pending"] == 3
    assert document["notify_oldest_pending_mail_seconds"] == 1.5


def test_a_counter_is_what_was_added_over_all_its_labels(registry: CollectorRegistry) -> None:
    counter = Counter("http_requests", "Requests.", ["status"], registry=registry)
    lines = MetricLines("task-service", registry)
    counter.labels("200").inc(2)
    counter.labels("500").inc()
    assert said(lines)["http_requests_total"] == 3
    assert said(lines)["http_requests_total"] == 0
    counter.labels("500").inc()
    assert said(lines)["http_requests_total"] == 1


def test_a_gauge_is_the_worst_of_its_values_and_a_moment_its_age(registry: CollectorRegistry) -> None:
    blocked = Gauge("consumer_blocked_streams", "Stopped.", ["consumer"], registry=registry)
    blocked.labels("projector-g1").set(0)
    blocked.labels("projector-g2").set(2)
    turn = Gauge("consumer_heartbeat_timestamp_seconds", "Turn.", ["consumer"], registry=registry)
    turn.labels("projector").set(990)
    document = said(MetricLines("log-projector", registry))
    assert document["consumer_blocked_streams"] == 2
    assert document["consumer_heartbeat_age_seconds"] == 10
    assert "consumer_heartbeat_timestamp_seconds" not in document


def test_a_lag_is_told_only_while_events_are_applied(registry: CollectorRegistry) -> None:
    lag = Gauge("consumer_lag_seconds", "Lag.", ["consumer"], registry=registry)
    events = Counter("consumer_events", "Events.", ["consumer"], registry=registry)
    lines = MetricLines("log-projector", registry)
    lag.labels("projector-g1").set(86_400)
    events.labels("projector-g1").inc(7)
    assert said(lines)["consumer_lag_seconds"] == 86_400
    assert "consumer_lag_seconds" not in said(lines)


def test_what_nothing_is_known_of_makes_no_line(registry: CollectorRegistry) -> None:
    Histogram("http_request_duration_seconds", "Time.", ["route"], registry=registry).labels("/").observe(1)
    Gauge("consumer_streams_behind", "Behind.", ["consumer"], registry=registry)
    assert MetricLines("task-service", registry).line(0) is None


def test_lines_are_written_again_and_again(registry: CollectorRegistry) -> None:
    Gauge("notify_mails_pending", "Waiting.", registry=registry)
    written = io.StringIO()
    write_every(0.01, "a-service", to=written, registry=registry)
    until = time.monotonic() + 10
    while written.getvalue().count("\n") < 2 and time.monotonic() < until:
        time.sleep(0.01)
    first, second, *_ = written.getvalue().splitlines()
    assert orjson.loads(first)["service"] == orjson.loads(second)["service"] == "a-service"
