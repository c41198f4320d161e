"""Log lines carry no secrets, whatever they are written to."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from kernel.observe import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def configured() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.parametrize("out", [io.StringIO, Terminal])
def test_a_traceback_shows_no_local_variables(
    out: type[io.StringIO], monkeypatch: pytest.MonkeyPatch, configured: None
) -> None:
    monkeypatch.setattr(sys, "stdout", out())
    logs.configure()

    def fail(password: str) -> None:
        raise ValueError("a defect")

    try:
        fail("hunter" + "2")
    except ValueError as defect:
        structlog.get_logger("test").error("failed", exc_info=defect)
    written = sys.stdout.getvalue()  # type: ignore[attr-defined]
    assert "a defect" in written
    assert "hunter2" not in written
