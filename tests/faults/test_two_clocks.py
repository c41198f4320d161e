"""Services whose clocks are five minutes apart: tokens hold, nobody waits, leases go by the database's clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from taskledger_local.services import Services
from testkit.board import Person, eventually

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), Path("/libfaketime-is-missing"))
MINUTE = timedelta(minutes=1)


def off_by(minutes: int) -> dict[str, str]:
    """The variables of a process whose clock is wrong; its steady one is right."""
    offset = f"{minutes * 60:+d}"
    return {"LD_PRELOAD": str(FAKETIME), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@pytest.fixture(params=[5, -5])
def services(request: pytest.FixtureRequest, tmp_path: Path, mysql_url: str) -> Iterator[Services]:
    """auth-service has the right time; task-service and notify-service are wrong, each in another direction."""
    data = tmp_path / "data"
    data.mkdir()
    variables = {
        "EVENT_STORE_URL": f"sqlite:///{data}/log.db",
        "KEY_VALUE_URL": f"sqlite:///{data}/keys.db",
        "READ_MODEL_URL": f"sqlite:///{data}/read.db",
        "NOTIFY_DB_URL": mysql_url,
        "MAILER_URL": f"maildir:///{data}/mail",
        "SERVICE_SECRET": "what the services know",
    }
    wrong = {"task": off_by(request.param), "notify": off_by(-request.param)}
    running = Services(tmp_path, variables, own=wrong)
    running.start()
    try:
        yield running
    finally:
        running.end()


def test_clocks_that_are_five_minutes_apart_are_learnt_and_told(services: Services) -> None:
    ann = Person.register(services.url, "Ann", email="ann@example.org")
    bob = Person.register(services.url, "Bob", email="bob@example.org")
    try:
        project = ann.post("/api/projects", name="Clocks")["id"]
        ann.put(f"/api/projects/{project}/members/{bob.id}", role="member")
        task = ann.post(f"/api/projects/{project}/tasks", title="On time", assignees=[bob.id])["id"]
        path = f"/api/notifications/deliveries?task={task}"

        def sent() -> list[dict[str, str]]:
            return [line for line in bob.get(path)["items"] if line["channel"] == "mail" and line["state"] == "sent"]

        [mail] = eventually(sent, within=60)
        # Nobody's machine decides when something is due: the database does.
        assert abs(datetime.fromisoformat(mail["sent_at"]) - datetime.now(UTC)) < 2 * MINUTE
        for name in ("task", "notify"):
            assert '"clock.off"' in services.by_name[name].printed()
    finally:
        ann.http.close()
        bob.http.close()


def test_a_token_that_has_expired_by_the_issuers_clock_is_refused_and_one_that_has_not_is_not(
    services: Services,
) -> None:
    ann = Person.register(services.url, "Ann", email="ann@example.org")
    try:
        headers = {"Authorization": ann.http.headers["Authorization"]}
        for name, path in (("task", "/api/projects"), ("notify", "/api/notifications")):
            answer = httpx.get(f"{services.by_name[name].url}{path}", headers=headers)
            assert answer.status_code == 200, answer.text
    finally:
        ann.http.close()
