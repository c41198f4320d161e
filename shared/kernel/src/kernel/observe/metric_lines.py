"""A container's own metrics as lines of its log, which CloudWatch makes metrics of (embedded metric format).

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import sys
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, TextIO

import orjson
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.metrics_core import Metric

NAMESPACE: Final = "Taskledger"
DIMENSION: Final = "service"

_LEFT_OUT: Final = ("python_", "process_", "pool_", "trace_", "consumer_queue_messages", "consumer_dead_messages")
"""What CloudWatch knows itself, or costs more there than it tells; `/metrics` has it."""

_TIME: Final = "_timestamp_seconds"

_ONLY_WITH: Final[Mapping[str, str]] = {"consumer_lag_seconds": "consumer_events_total"}
"""A gauge that says something only while its counter moves: what was measured an hour ago is no lag of now."""

_Labels = tuple[tuple[str, str], ...]


class MetricLines:
    """Makes one line after the other. A line has a single value of each metric, whatever its labels.

    A counter is what was added since the line before, a gauge the largest of its values, a point in time how long ago
    it is. Histograms are left out: the load balancer measures how long answers take.
    """

    def __init__(self, service: str, registry: CollectorRegistry = REGISTRY) -> None:
        self._service = service
        self._registry = registry
        self._counted: dict[tuple[str, _Labels], float] = {}

    def line(self, now: float) -> str | None:
        """The JSON of a line, or None where there is nothing to say. `now` in seconds since 1970."""
        values = self._values(now)
        if not values:
            return None
        units = [{"Name": name, "Unit": "Seconds" if name.endswith("_seconds") else "Count"} for name in sorted(values)]
        described = {
            "Timestamp": int(now * 1000),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": units}],
        }
        told = {"event": "metrics", "level": "info", "timestamp": datetime.fromtimestamp(now, UTC).isoformat()}
        return orjson.dumps({"_aws": described, **told, DIMENSION: self._service, **values}).decode()

    def _values(self, now: float) -> dict[str, float]:
        families = [family for family in self._registry.collect() if not family.name.startswith(_LEFT_OUT)]
        moved = self._moved(families)
        values: dict[str, float] = {}
        for (name, _), more in moved.items():
            values[name] = values.get(name, 0.0) + more
        for family in families:
            if family.type != "gauge":
                continue
            partner = _ONLY_WITH.get(family.name)
            found = [
                sample.value
                for sample in family.samples
                if partner is None or moved.get((partner, _labels(sample.labels)))
            ]
            if found and family.name.endswith(_TIME):
                values[family.name.removesuffix(_TIME) + "_age_seconds"] = now - min(found)
            elif found:
                values[family.name] = max(found)
        return values

    def _moved(self, families: Iterable[Metric]) -> dict[tuple[str, _Labels], float]:
        moved: dict[tuple[str, _Labels], float] = {}
        for family in families:
            if family.type != "counter":
                continue
            for sample in family.samples:
                if sample.name.endswith("_total"):
                    key = sample.name, _labels(sample.labels)
                    moved[key] = sample.value - self._counted.get(key, 0.0)
                    self._counted[key] = sample.value
        return moved


def _labels(labels: Mapping[str, str]) -> _Labels:
    return tuple(sorted(labels.items()))


def write_every(
    seconds: float, service: str, *, to: TextIO = sys.stdout, registry: CollectorRegistry = REGISTRY
) -> None:
    """Write a line now and then, in a thread that ends with the process."""
    lines = MetricLines(service, registry)

    def write() -> None:
        while True:
            time.sleep(seconds)
            line = lines.line(time.time())
            if line is not None:
                to.write(f"{line}\n")  # at once, for other threads write too
                to.flush()

    threading.Thread(target=write, name="metric-lines", daemon=True).start()
