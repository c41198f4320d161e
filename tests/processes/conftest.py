"""The four services and their origin as processes of their own, on SQLite files that they share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taskledger_local.services import Services


def variables(data: Path) -> dict[str, str]:
    """What the services read: every port in one folder."""
    data.mkdir(exist_ok=True)
    return {
        "EVENT_STORE_URL": f"sqlite:///{data}/log.db",
        "KEY_VALUE_URL": f"sqlite:///{data}/keys.db",
        "READ_MODEL_URL": f"sqlite:///{data}/read.db",
        "NOTIFY_DB_URL": f"sqlite:///{data}/notify.db",
        "MAILER_URL": f"maildir:///{data}/mail",
        "SERVICE_SECRET": "what the services know",
        "ADDRESS_ATTEMPTS": "3",
    }


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """All of them, started; a test that ends some starts them again."""
    folder = tmp_path_factory.mktemp("services")
    running = Services(folder, variables(folder / "data"))
    running.start()
    try:
        yield running
    finally:
        assert set(running.end()) <= {0, None}
