"""Sends the spans of a process by OTLP over HTTP, if OpenTelemetry's variables say where to.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ has the variables. The SDK is imported
only where they ask for it. What goes wrong with sending is told in the log when it begins, and does no more harm.
"""

import contextvars
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import structlog
from prometheus_client import Counter

from kernel.observe import tracing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

log = structlog.get_logger("tracing")

SPANS: Final = Counter("trace_spans_total", "Spans by what became of them.", ["outcome"])

_CLOSE_SECONDS: Final = 3.0
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def wanted() -> bool:
    """Whether the variables ask for spans to be sent."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if os.environ.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() == "none":
        return False
    return any(os.environ.get(name) for name in _ENDPOINTS)


@contextmanager
def sending(service: str) -> Iterator[None]:
    """Send the spans of a process while this lasts, as those of `service` unless OTEL_SERVICE_NAME has another name.

    At the end, what is left is sent within a few seconds.
    """
    if not wanted():
        yield
        return
    provider = _provider(service)
    tracing.use(provider.get_tracer("taskledger"))
    try:
        yield
    finally:
        tracing.use(None)
        # It would wait for as long as a collector that is away lets it.
        closing = threading.Thread(target=provider.shutdown, daemon=True, name="spans-close")
        closing.start()
        closing.join(_CLOSE_SECONDS)


def _provider(service: str) -> "TracerProvider":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
    from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult

    class FollowsLinks(Sampler):
        """Records whatever links to something recorded, so that sampled traces are whole; the rest as configured."""

        def __init__(self, otherwise: Sampler) -> None:
            self._otherwise = otherwise

        def should_sample(  # type: ignore[no-untyped-def]  # as the interface has it
            self, parent_context, trace_id, name, kind=None, attributes=None, links=None, trace_state=None
        ) -> SamplingResult:
            if links:
                return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes)
            return self._otherwise.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

        def get_description(self) -> str:
            return f"FollowsLinks{{{self._otherwise.get_description()}}}"

    class Made(SpanProcessor):
        """Counts what ended; of that, what is neither sent nor lost waits, or was dropped where too many waited."""

        def on_end(self, span: ReadableSpan) -> None:
            SPANS.labels("made").inc()

    class Exporter(SpanExporter):
        """Counts what was sent and what was not."""

        def __init__(self, exporter: SpanExporter, faults: "_Faults") -> None:
            self._exporter = exporter
            self._faults = faults

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            result = self._exporter.export(spans)
            sent = result is SpanExportResult.SUCCESS
            SPANS.labels("sent" if sent else "lost").inc(len(spans))
            if sent:
                self._faults.over()
            return result

        def shutdown(self) -> None:
            self._exporter.shutdown()

    faults = _Faults()
    library = logging.getLogger("opentelemetry")
    library.handlers[:], library.propagate = [faults], False
    known = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME") or service})
    provider = TracerProvider(resource=known, shutdown_on_exit=False)
    provider.sampler = FollowsLinks(provider.sampler)
    provider.add_span_processor(Made())
    provider.add_span_processor(BatchSpanProcessor(Exporter(OTLPSpanExporter(), faults)))
    return provider


class _Faults(logging.Handler):
    """What the library says of its trouble, which it does at each attempt, told once until all is well again."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._told = False
        self._context = contextvars.copy_context()  # where the log knows the service's name

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of the first."""
        if not self._told:
            self._told = True
            self._context.copy().run(log.warning, "tracing.fault", fault=record.getMessage())

    def over(self) -> None:
        """Spans were taken: the next fault is news."""
        if self._told:
            self._told = False
            self._context.copy().run(log.info, "tracing.well_again")
