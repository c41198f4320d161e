"""`taskledger up`: one process per folder and port, and a word on what makes no sense."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from testkit.board import Running, running

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("up") / "data") as process:
        yield process


def test_a_second_process_on_the_same_data_is_refused(stack: Running) -> None:
    second = stack.command("up", "--port", "0")
    assert second.returncode == 2
    assert "already" in second.stderr


def test_a_port_in_use_is_told(stack: Running) -> None:
    other = Running(stack.data.parent / "other")
    second = other.command("up", "--port", str(stack.port))
    assert second.returncode == 2
    assert "--port" in second.stderr


@pytest.mark.parametrize(("name", "value"), [("TRUSTED_PROXIES", "x"), ("LOG_LEVEL", "loud")])
def test_a_variable_that_makes_no_sense_is_told(tmp_path: Path, name: str, value: str) -> None:
    refused = Running(tmp_path / "data", **{name: value}).command("up", "--port", "0")
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"{name}: ")
