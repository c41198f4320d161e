"""What the process prints: lines for programs, with nothing in them that is secret or personal."""

import json
from pathlib import Path

import httpx
import pytest

from testkit.board import PASSWORD, Person, Running, running

pytestmark = pytest.mark.process

MISTAKEN = "not the password"


def use(process: Running) -> Person:
    """Register and mistake the password once."""
    ann = process.register("Ann")
    ann.post("/api/projects", name="Cakes for the mayor")
    answer = httpx.post(f"{process.url}/api/auth/login", json={"email": ann.email, "password": MISTAKEN})
    assert answer.status_code == 401
    return ann


def test_log_lines_are_json_and_name_nobody(tmp_path: Path) -> None:
    with running(tmp_path / "data") as process:
        ann = use(process)
    lines = [json.loads(line) for line in process.log().splitlines() if not line.startswith("Taskledger is at")]
    assert "auth.login-failed" in {line["event"] for line in lines}
    assert all(line["trace_id"] for line in lines)
    for secret in (ann.email, ann.name, PASSWORD, MISTAKEN, "Cakes"):
        assert secret not in process.log()


@pytest.mark.parametrize("level", ["WARNING", "error"])
def test_less_is_logged_when_asked_for(tmp_path: Path, level: str) -> None:
    with running(tmp_path / "data", LOG_LEVEL=level) as process:
        use(process)
    assert process.log().splitlines() == [f"Taskledger is at {process.url}"]
