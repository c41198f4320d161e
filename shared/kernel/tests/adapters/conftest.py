from collections.abc import Iterator

import pytest

from testkit.faults import Faults, faults_before


@pytest.fixture(scope="module")
def proxy(dynamodb: str) -> Iterator[Faults]:
    with faults_before(dynamodb) as started:
        yield started


@pytest.fixture
def faults(proxy: Faults) -> Iterator[Faults]:
    """A proxy before DynamoDB that does nothing yet, and has seen nothing."""
    proxy.clear()
    proxy.requests.clear()
    yield proxy
    proxy.clear()
