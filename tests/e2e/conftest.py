"""The stack that the journeys run on. They know its address alone, so that they can run on another one."""

from collections.abc import Iterator

import pytest

from taskledger.testing import Running, running


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A fresh embedded process."""
    with running(tmp_path_factory.mktemp("stack") / "data") as process:
        yield process
