"""What a piece of work belongs to: trace and correlation, carried by a context variable into logs and events."""

import random
import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Context:
    """`trace_id` and `span_id` as in W3C Trace Context; `correlation_id` groups everything one action caused."""

    trace_id: str
    span_id: str
    correlation_id: str

    @property
    def traceparent(self) -> str:
        """The W3C `traceparent` header value, sampled."""
        return f"00-{self.trace_id}-{self.span_id}-01"


_TRACEPARENT: Final = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")
_CORRELATION: Final = re.compile(r"^[\x21-\x7e]{1,128}$")
_NONE: Final = Context("0" * 32, "0" * 16, "none")
_current: ContextVar[Context] = ContextVar("context", default=_NONE)


def current() -> Context:
    """The context of the running piece of work; an all-zero one outside of any."""
    return _current.get()


def headers() -> dict[str, str]:
    """What another service is sent, so that what it does belongs to the same piece of work."""
    now = _current.get()
    return {} if now is _NONE else {"traceparent": now.traceparent, "x-correlation-id": now.correlation_id}


def enter(traceparent: str | None = None, correlation_id: str | None = None) -> Context:
    """Start a context in this task, as a continuation of a caller's if it sent valid headers."""
    found = _TRACEPARENT.match(traceparent) if traceparent else None
    # Ids, not secrets; the operating system's randomness would have this thread wait its turn for the interpreter.
    fresh = f"{random.getrandbits(192):048x}"
    trace_id = found[1] if found else fresh[:32]
    correlation = correlation_id if correlation_id and _CORRELATION.match(correlation_id) else trace_id
    context = Context(trace_id, fresh[32:], correlation)
    _current.set(context)
    return context
