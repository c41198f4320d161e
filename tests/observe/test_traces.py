"""Traces of the whole way of a change, as a collector sees them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from testkit.board import eventually, running
from testkit.collector import Collector, Seen, collecting

pytestmark = pytest.mark.process

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ROUTE = "POST /api/projects/{project_id}/tasks"


def of(spans: Sequence[Seen], name: str) -> list[Seen]:
    return [span for span in spans if span.name == name]


def linked(collector: Collector, name: str, request: Seen) -> Seen:
    """The span of this name that links to a request's."""

    def look() -> Seen | None:
        wanted = (request.trace_id, request.span_id)
        return next((span for span in of(collector.spans, name) if wanted in span.links), None)

    found = eventually(look, within=30)
    assert found is not None
    return found


def test_a_trace_leads_from_the_request_over_the_append_to_everyone_it_concerns(observed: Any) -> None:
    ann, collector = observed.ann, observed.collector
    answer = ann.http.post(
        f"/api/projects/{observed.project_id}/tasks",
        json={"title": "Follow the trace", "assignees": [observed.bob.id]},
        headers={"traceparent": f"00-{TRACE}-{CALLER}-01", "x-correlation-id": "the-click"},
    )
    assert (answer.status_code, answer.headers["x-trace-id"]) == (201, TRACE)
    task_id = answer.json()["id"]

    request = eventually(lambda: next((span for span in of(collector.spans, ROUTE) if span.trace_id == TRACE), None))
    assert (request.service, request.kind, request.parent) == ("task-service", "server", CALLER)
    assert request.attributes["http.route"] == "/api/projects/{project_id}/tasks"
    assert request.attributes["http.response.status_code"] == 201
    assert request.attributes["taskledger.project_id"] == observed.project_id
    assert request.attributes["taskledger.correlation_id"] == "client:the-click"

    [append] = [span for span in of(collector.spans, "append task") if span.trace_id == TRACE]
    assert (append.service, append.kind, append.parent) == ("task-service", "producer", request.span_id)
    assert append.attributes["taskledger.stream"] == f"task-{task_id}"

    project = linked(collector, "process projector-g1", request)
    assert (project.service, project.kind, project.parent) == ("log-projector", "consumer", "")
    notify = linked(collector, "process notifier", request)
    assert (notify.service, notify.kind) == ("notify-service", "consumer")
    mail = linked(collector, "send mail", request)
    assert (mail.service, mail.attributes["taskledger.task_id"]) == ("notify-service", task_id)
    assert mail.attributes["taskledger.delivery_state"] == "sent"

    # The sender asks auth-service for the address, which answers within the sender's trace.
    def lookups(kind: str) -> list[Seen]:
        found = of(collector.spans, "GET /api/users")
        return [span for span in found if span.kind == kind and span.trace_id == mail.trace_id]

    # Each service sends its spans when it has time.
    [asked] = eventually(lambda: lookups("client"))
    [told] = eventually(lambda: lookups("server"))
    assert told.parent == asked.span_id
    assert (told.service, told.kind, told.trace_id) == ("auth-service", "server", mail.trace_id)

    recorded = [json.loads(line) for line in observed.stack.services.by_name["notify"].printed().splitlines()]
    [line] = [line for line in recorded if line.get("delivery") == mail.attributes["taskledger.delivery_id"]]
    assert (line["trace_id"], line["span_id"]) == (mail.trace_id, mail.span_id)
    assert collector.malformed == []


def test_spans_tell_nothing_that_people_wrote_and_no_names(used: Any) -> None:
    said = repr(used.collector.spans)
    for secret in ("kettle", "Ann", used.ann.email, used.bob.email):
        assert secret not in said


def test_what_machines_ask_every_few_seconds_is_in_no_trace(used: Any) -> None:
    for child in used.stack.services.by_name.values():
        for path in ("/livez", "/readyz", "/metrics"):
            assert httpx.get(child.url + path).status_code == 200
    names = {span.name for span in used.collector.spans}
    assert not [
        name for name in names if "z" in name.rpartition("/")[2] or name.endswith(("/metrics", "/ended-sessions"))
    ]


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as started:
        yield started


def test_the_embedded_process_sends_the_same_and_what_is_left_when_it_ends(
    tmp_path: Path, collector: Collector
) -> None:
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "60000"}
    with running(tmp_path / "data", **variables) as process:
        ann = process.register("Ann")
        made = ann.http.post(
            "/api/projects", json={"name": "Embedded"}, headers={"traceparent": f"00-{TRACE}-{CALLER}-00"}
        )
        assert made.headers["x-trace-id"] == TRACE
        project = made.json()
        ann.post(f"/api/projects/{project['id']}/tasks", title="Everything in one process")
        eventually(lambda: ann.all(f"/api/projects/{project['id']}/tasks"))
        assert collector.spans == ()
    [request] = of(collector.spans, ROUTE)
    assert request.service == "taskledger"
    for name in ("process projector-g1", "process notifier"):
        assert [span for span in of(collector.spans, name) if (request.trace_id, request.span_id) in span.links]
    # The caller of the project said that nobody records its trace.
    assert TRACE not in {span.trace_id for span in collector.spans}


def test_a_sampler_is_believed_and_what_it_left_out_is_left_out_everywhere(tmp_path: Path) -> None:
    with collecting() as collector:
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_TRACES_SAMPLER": "parentbased_always_off"}
        with running(tmp_path / "data", **variables) as process:
            ann = process.register("Ann")
            ann.post("/api/projects", name="Not recorded")
            head = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
            assert ann.http.post("/api/projects", json={"name": "Recorded"}, headers=head).status_code == 201
            eventually(lambda: len(ann.all("/api/projects")) == 2)
    assert {span.trace_id for span in collector.spans if span.kind == "server"} == {TRACE}
    processed = [span for span in collector.spans if span.kind == "consumer"]
    assert processed
    assert {trace for span in processed for trace, _ in span.links} == {TRACE}


def test_a_collector_that_is_away_is_told_once_and_harms_nobody(tmp_path: Path) -> None:
    with collecting() as collector:
        collector.refuse = True
        variables = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
            "OTEL_BSP_SCHEDULE_DELAY": "50",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
        }
        with running(tmp_path / "data", **variables) as process:
            ann = process.register("Ann")

            def lost() -> float:
                ann.post("/api/projects", name="Unharmed")
                text = httpx.get(f"{process.url}/metrics").text
                lines = [line for line in text.splitlines() if line.startswith('trace_spans_total{outcome="lost"}')]
                return float(lines[0].rpartition(" ")[2]) if lines else 0.0

            eventually(lambda: lost() > 3)
            collector.refuse = False
            ann.post("/api/projects", name="Seen")
            eventually(lambda: collector.spans)
            eventually(lambda: "tracing.well_again" in process.log())
            collector.refuse = True
            ann.post("/api/projects", name="Unseen at the end")
    lines = [json.loads(line) for line in process.log().splitlines() if line.startswith("{")]
    told = [line for line in lines if line["event"].startswith("tracing.")]
    # Refused again at its end: that may be told once more.
    assert [line["event"] for line in told][:2] == ["tracing.fault", "tracing.well_again"]
    assert len(told) <= 3
    assert "spans batch" in told[0]["fault"]
    assert told[0]["service"] == "taskledger"
    assert {line["level"] for line in lines} <= {"info", "warning"}
