"""Spans: what was done for a request or an event, in which service, and how long it took.

Where no variable says who takes them, nothing is recorded, and what is left is a comparison with None for each span.
The ids are those of `kernel.observe.context` either way, so log lines, events, answers and spans name the same trace.
"""

from collections.abc import Iterable, Mapping
from contextvars import Token
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from kernel.observe import context
from kernel.observe.context import Caller, Context

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

Attribute: TypeAlias = str | int | bool
"""What a span says of its work: ids, numbers, never what people wrote."""

Kind = SpanKind

_MOST_LINKS: Final = 128
"""What a span keeps by default: https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits."""

_tracer: "Tracer | None" = None


def use(tracer: "Tracer | None") -> None:
    """Have spans made by a tracer, or none at all. Called once, by a process's main (`kernel.observe.span_export`)."""
    global _tracer
    _tracer = tracer


class Work:
    """A piece of work, for `with`: its context is the current one inside, and its span ends with it."""

    __slots__ = ("_token", "context")

    def __init__(self, made: Context) -> None:
        self.context = made
        self._token: Token[Context] | None = None

    def __enter__(self) -> Self:
        self._token = context.enter(self.context)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._token is not None:
            context.leave(self._token)
        span = self.context.span
        if span is not None:
            if isinstance(error, Exception):
                # Not its text, which may quote what people wrote; the log has that.
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
            span.end()


class _Unrecorded:
    """Work within work that nobody records: all stays as it is."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


_UNRECORDED: Final = _Unrecorded()


def request(method: str, traceparent: str | None, correlation_id: str | None, *, recorded: bool = True) -> Work:
    """The work of answering a request, continuing its caller's trace."""
    caller = context.caller_of(traceparent)
    if _tracer is None or not recorded:
        return Work(context.made(caller, correlation_id))
    return Work(_begun(_tracer, method, Kind.SERVER, caller, correlation_id, (), {"http.request.method": method}))


def work(
    name: str,
    kind: Kind = Kind.INTERNAL,
    *,
    events: Iterable[str | None] = (),
    attributes: Mapping[str, Attribute] | None = None,
) -> Work | _Unrecorded:
    """A piece of work within the current one, or one of its own outside of any.

    `events`: the traceparents of what the work is about; its span links to those that somebody records.
    """
    if _tracer is None:
        return _UNRECORDED
    now = context.parent()
    caller = Caller(now.trace_id, now.span_id, now.sampled) if now else None
    return Work(_begun(_tracer, name, kind, caller, now.correlation_id if now else None, _links(events), attributes))


def recorded(traceparent: str | None) -> str | None:
    """A traceparent that somebody records, else None."""
    caller = context.caller_of(traceparent)
    return traceparent if caller and caller.sampled else None


def link(events: Iterable[str | None]) -> None:
    """Link the current span to more of what it is about."""
    span = context.current().span
    if span is not None:
        known = {(link.context.trace_id, link.context.span_id) for link in getattr(span, "links", ())}
        for each in _links(events):
            ids = each.context.trace_id, each.context.span_id
            if ids not in known and len(known) < _MOST_LINKS:
                known.add(ids)
                span.add_link(each.context)


def note(name: str, value: Attribute) -> None:
    """Say something of the current span."""
    span = context.current().span
    if span is not None:
        span.set_attribute(name, value)


def fail(kind: str) -> None:
    """The current span's work did not succeed, by this kind of fault."""
    span = context.current().span
    if span is not None:
        span.set_attribute("error.type", kind)
        span.set_status(StatusCode.ERROR)


def answered(method: str, route: str, status: int, ids: Mapping[str, str]) -> None:
    """What came of the current span's request. `ids`: what its path names; only ids are kept of it.

    Names as in https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
    """
    span = context.current().span
    if span is None:
        return
    span.update_name(f"{method} {route}")
    told: dict[str, Attribute] = {f"taskledger.{name}": value for name, value in ids.items() if name.endswith("_id")}
    told |= {"http.route": route, "http.response.status_code": status}
    span.set_attributes(told)
    if status == 0 or status >= 500:
        span.set_status(StatusCode.ERROR)


def _begun(
    tracer: "Tracer",
    name: str,
    kind: Kind,
    caller: Caller | None,
    correlation_id: str | None,
    links: Iterable[Link],
    attributes: Mapping[str, Attribute] | None,
) -> Context:
    span: Span = tracer.start_span(
        name,
        # An empty context rather than OpenTelemetry's current one: whose work this is, `kernel.observe.context` knows.
        set_span_in_context(NonRecordingSpan(_span_context(caller)), {}) if caller else {},  # type: ignore[arg-type]
        kind,
        attributes,
        list(links),
        record_exception=False,
        set_status_on_exception=False,
    )
    ids = span.get_span_context()
    trace_id, sampled = f"{ids.trace_id:032x}", ids.trace_flags.sampled
    correlation = context.correlated(correlation_id, trace_id)
    if sampled and correlation != trace_id:
        span.set_attribute("taskledger.correlation_id", correlation)
    return Context(trace_id, f"{ids.span_id:016x}", correlation, sampled, span if sampled else None)


def _links(events: Iterable[str | None]) -> list[Link]:
    callers = {caller: None for caller in map(context.caller_of, dict.fromkeys(events)) if caller and caller.sampled}
    return [Link(_span_context(caller)) for caller in islice(callers, _MOST_LINKS)]


def _span_context(caller: Caller) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if caller.sampled else TraceFlags.DEFAULT)
    return SpanContext(int(caller.trace_id, 16), int(caller.span_id, 16), is_remote=True, trace_flags=flags)
