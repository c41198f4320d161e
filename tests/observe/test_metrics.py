"""What docs/operate/metrics.md says is measured, is."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import prometheus_client
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

import kernel.observe.span_export
import kernel.observe.telemetry
import notify_service.telemetry
import taskledger_local.pipe
from testkit.board import eventually, running

pytestmark = pytest.mark.process

PAGE: Final = Path(__file__).resolve().parents[2] / "docs/operate/metrics.md"
MODULES: Final = (kernel.observe.telemetry, kernel.observe.span_export, notify_service.telemetry, taskledger_local.pipe)
_ROW: Final = re.compile(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)

FAULTS: Final = {
    "log_append_conflicts_total",
    "store_retries_total",
    "consumer_retries_total",
    "consumer_unreadable_messages_total",
}
"""Of what a board that is well has none: each has a test of its own, which makes the fault."""


def documented() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Kind and labels by name."""
    return {
        name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in _ROW.findall(PAGE.read_text())
    }


def declared() -> dict[str, tuple[str, tuple[str, ...]]]:
    """What the code has, the same way."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for module in MODULES:
        for each in vars(module).values():
            if isinstance(each, prometheus_client.metrics.MetricWrapperBase):
                [family] = each.describe()
                name = f"{family.name}_total" if family.type == "counter" else family.name
                found[name] = (family.type, each._labelnames)
    return found


def told(url: str) -> Mapping[str, Metric]:
    """The families of a process that have samples."""
    text = httpx.get(f"{url}/metrics").raise_for_status().text
    families = [family for family in text_string_to_metric_families(text) if family.samples]
    return {f"{family.name}_total" if family.type == "counter" else family.name: family for family in families}


def test_every_metric_is_documented_with_its_kind_and_labels() -> None:
    assert documented() == declared()


def test_every_metric_is_really_emitted(used: Any) -> None:
    children = [*used.stack.services.by_name.values(), used.stack.pipe]

    def missing() -> set[str]:
        seen = {name for child in children for name in told(child.url)}
        return set(documented()) - FAULTS - seen

    eventually(lambda: not missing() or None, within=20)
    assert missing() == set()


def test_the_embedded_process_measures_all_that_it_has(tmp_path: Path) -> None:
    with running(tmp_path / "data") as process:
        ann = process.register("Ann")
        project = ann.post("/api/projects", name="Measured")
        ann.post(f"/api/projects/{project['id']}/tasks", title="Count me", assignees=[ann.id])
        eventually(lambda: ann.all("/api/tasks?assignee=me"))
        elsewhere = {name for name in documented() if name.startswith(("pool_", "pipe_", "trace_"))}
        wanted = set(documented()) - FAULTS - elsewhere - {"consumer_dead_messages", "notify_deliveries_total"}
        eventually(lambda: wanted <= set(told(process.url)))
        queues = {each.labels["consumer"] for each in told(process.url)["consumer_queue_messages"].samples}
        assert queues == {"projector", "notifier"}


def test_every_service_measures_its_requests_and_itself(used: Any) -> None:
    for child in (*used.stack.services.by_name.values(), used.stack.pipe):
        assert {"http_requests_total", "http_request_duration_seconds", "process_cpu_seconds_total"} <= set(
            told(child.url)
        )


def test_labels_have_few_values_and_no_ids(used: Any) -> None:
    for child in used.stack.services.by_name.values():
        for family in told(child.url).values():
            for sample in family.samples:
                for value in sample.labels.values():
                    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", value), sample
                    assert "@" not in value


@pytest.mark.parametrize(
    ("service", "pools"),
    [("task", {"taskledger-log", "taskledger_read"}), ("notify", {"taskledger_notify", "taskledger-log"})],
)
def test_pools_are_measured_by_what_they_lead_to(used: Any, service: str, pools: set[str]) -> None:
    family = told(used.stack.services.by_name[service].url)["pool_connections_limit"]
    limits = {sample.labels["pool"]: sample.value for sample in family.samples}
    assert pools <= set(limits)
    assert all(limit > 0 for limit in limits.values())


def test_queues_and_mails_are_counted(used: Any) -> None:
    notify = used.stack.services.by_name["notify"].url
    told_mails = told(notify)["notify_deliveries_total"].samples
    sent = [
        each.value
        for each in told_mails
        if each.labels == {"channel": "mail", "state": "sent"} and each.name.endswith("_total")
    ]
    assert sent
    assert sent[0] >= 2
    for name, consumer in (("notify", "notifier"), ("projector", "projector")):
        url = used.stack.services.by_name[name].url
        for metric in ("consumer_queue_messages", "consumer_dead_messages"):
            [sample] = told(url)[metric].samples
            assert (sample.labels, sample.value) == ({"consumer": consumer}, 0 if "dead" in metric else sample.value)
