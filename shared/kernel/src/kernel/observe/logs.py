"""Logging: one JSON line per event on stdout, or coloured text where stdout is a terminal."""

import logging
import sys
from typing import Any, Final

import orjson
import structlog

from kernel.observe.context import current


def _add_context(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    context = current()
    event["trace_id"] = context.trace_id
    event["span_id"] = context.span_id
    event["correlation_id"] = context.correlation_id
    return event


_PROCESSORS: Final[list[structlog.typing.Processor]] = []
"""One list for ever: a logger that was used keeps the one that it began with, and a test puts its own into that."""


def configure(level: str = "INFO", *, service: str = "taskledger") -> None:
    """Set up structlog and the standard library's logging for a process. Call once, from its main."""
    terminal = sys.stdout.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_context,
        structlog.processors.format_exc_info,
    ]
    last: structlog.typing.Processor
    if terminal:
        # Without the local variables that a rich traceback shows: there are tokens and addresses among them.
        last = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        shared.remove(structlog.processors.format_exc_info)
    else:
        last = structlog.processors.JSONRenderer(
            serializer=lambda event, **_: orjson.dumps(event, default=str).decode()
        )
    _PROCESSORS[:] = [*shared, last]
    structlog.contextvars.bind_contextvars(service=service)
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
