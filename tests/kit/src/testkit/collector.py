"""Stands in for a collector of OpenTelemetry: takes spans by OTLP over HTTP and keeps them for whoever looks."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

_PATH: Final = "/v1/traces"


@dataclass(frozen=True, slots=True)
class Seen:
    """A span as it arrived; ids in hexadecimal digits, `parent` empty for a root, `links` to traces and spans."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent: str
    links: Sequence[tuple[str, str]]
    attributes: Mapping[str, Any]
    failed: bool


class Collector:
    """A server on loopback. `refuse` makes it answer 503, as one does that is overloaded."""

    def __init__(self) -> None:
        self._spans: list[Seen] = []
        self._lock = threading.Lock()
        self.refuse = False
        self.refused = 0
        self.malformed: list[str] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self._answer(collector._take(self.path, self.rfile.read(int(self.headers["Content-Length"]))))

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing: what arrived is kept."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def endpoint(self) -> str:
        """For OTEL_EXPORTER_OTLP_ENDPOINT."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def spans(self) -> Sequence[Seen]:
        """What has arrived so far."""
        with self._lock:
            return tuple(self._spans)

    def _take(self, path: str, body: bytes) -> int:
        if self.refuse:
            self.refused += 1
            return 503
        try:
            if path != _PATH:
                raise DecodeError(path)
            request = ExportTraceServiceRequest.FromString(body)
        except DecodeError as error:
            self.malformed.append(str(error))
            return 400
        with self._lock:
            for resource in request.resource_spans:
                service = str(_values(resource.resource.attributes)["service.name"])
                self._spans += [_seen(service, span) for scope in resource.scope_spans for span in scope.spans]
        return 200


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that serves while this lasts."""
    collector = Collector()
    serving = threading.Thread(target=collector._server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield collector
    finally:
        collector._server.shutdown()
        serving.join()
        collector._server.server_close()


def _seen(service: str, span: Span) -> Seen:
    return Seen(
        service=service,
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        links=[(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
        attributes=_values(span.attributes),
        failed=span.status.code == Status.STATUS_CODE_ERROR,
    )


def _values(attributes: Sequence[KeyValue]) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value") or "string_value") for each in attributes}
