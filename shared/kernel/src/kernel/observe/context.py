"""What a piece of work belongs to: trace and correlation, carried by a context variable into logs and events."""

import random
import re
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opentelemetry.trace import Span


@dataclass(frozen=True, slots=True)
class Context:
    """`trace_id` and `span_id` as in W3C Trace Context; `correlation_id` groups everything one action caused.

    `sampled`: somebody records the trace. `span`: what is recorded here, if anything (`kernel.observe.tracing`).
    """

    trace_id: str
    span_id: str
    correlation_id: str
    sampled: bool = False
    span: "Span | None" = None

    @property
    def traceparent(self) -> str:
        """The W3C `traceparent` header value (https://www.w3.org/TR/trace-context/#traceparent-header)."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


@dataclass(frozen=True, slots=True)
class Caller:
    """What a `traceparent` says: the trace, the span that called, whether it is recorded."""

    trace_id: str
    span_id: str
    sampled: bool


_TRACEPARENT: Final = re.compile(r"^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$")
_CORRELATION: Final = re.compile(r"^(?:client:)?[\x21-\x7e]{1,128}$")
FROM_OUTSIDE: Final = "client:"
"""What begins a correlation id that somebody else chose: nobody takes it for one of ours, whatever it says."""

_NONE: Final = Context("0" * 32, "0" * 16, "none")
_current: ContextVar[Context] = ContextVar("context", default=_NONE)


def current() -> Context:
    """The context of the running piece of work; an all-zero one outside of any."""
    return _current.get()


def parent() -> Context | None:
    """The context of the running piece of work, or None outside of any."""
    now = _current.get()
    return None if now is _NONE else now


def caller_of(traceparent: str | None) -> Caller | None:
    """What a `traceparent` says, or None for none and for one that is not valid."""
    found = _TRACEPARENT.match(traceparent) if traceparent else None
    return Caller(found[1], found[2], bool(int(found[3], 16) & 1)) if found else None


def headers() -> dict[str, str]:
    """What another service is sent, so that what it does belongs to the same piece of work.

    Outside of any, it is told that nobody records this.
    """
    now = _current.get()
    if now is _NONE:
        return {"traceparent": made(None).traceparent}
    return {"traceparent": now.traceparent, "x-correlation-id": now.correlation_id}


def made(caller: Caller | None, correlation_id: str | None = None) -> Context:
    """A context with a span id of its own, as a continuation of a caller's, if there is one."""
    # Ids, not secrets; the operating system's randomness would have this thread wait its turn for the interpreter.
    fresh = f"{random.getrandbits(192):048x}"
    trace_id = caller.trace_id if caller else fresh[:32]
    return Context(trace_id, fresh[32:], correlated(correlation_id, trace_id), caller is not None and caller.sampled)


def correlated(correlation_id: str | None, trace_id: str) -> str:
    """The trace id, unless a caller sent a correlation id of its own: that one, marked as from outside.

    Services send each other one that is marked, or their trace's id.
    """
    if not correlation_id or correlation_id == trace_id or not _CORRELATION.match(correlation_id):
        return trace_id
    return correlation_id if correlation_id.startswith(FROM_OUTSIDE) else FROM_OUTSIDE + correlation_id


def enter(context: Context) -> Token[Context]:
    """Make a context the current one of this task, until `leave`."""
    return _current.set(context)


def leave(token: Token[Context]) -> None:
    """Go back to the context before."""
    _current.reset(token)
