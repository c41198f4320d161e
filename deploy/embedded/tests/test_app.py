"""The embedded process's root: every path of a service reaches it."""

from kernel.process.platform import Platform
from taskledger.app import services
from taskledger.root import ROUTES
from taskledger.settings import AUTH_URL


def test_every_path_of_a_service_is_passed_to_it() -> None:
    apps = services({"AUTH_URL": AUTH_URL, "MAILER_URL": "maildir:///unused"}, Platform())
    passed = {
        path: (name, ROUTES.get(path.split("/")[2])) for name, app in apps.items() for path in app.openapi()["paths"]
    }
    assert len(passed) > 30
    assert {path: pair for path, pair in passed.items() if pair[0] != pair[1]} == {}
