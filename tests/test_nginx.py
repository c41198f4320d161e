"""The one origin of the images, by a real nginx: what it passes on, what it answers itself, and with which headers."""

import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
import pytest

from taskledger.site import CONTENT_SECURITY_POLICY
from taskledger_local.processes import free_port

pytestmark = pytest.mark.process

ROOT: Final = Path(__file__).parents[1]
CONFIGURATION: Final = (ROOT / "deploy/images/nginx.conf").read_text()

GUARDS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}


class Service(BaseHTTPRequestHandler):
    """Says which path it was asked for, with headers of its own as the services have them."""

    def do_GET(self) -> None:
        refused = self.path.startswith("/api/tasks/none")
        body = json.dumps({"path": self.path} if not refused else {"code": "not_found", "detail": "of the service"})
        self.send_response(404 if refused else 200)
        self.send_header("Content-Type", "application/problem+json" if refused else "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@contextmanager
def service() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def origin() -> Iterator[httpx.Client]:
    """nginx with the configuration of the image: the site in a folder, all services and mails at one address.

    notify-service does not answer.
    """
    subprocess.run([ROOT / "tools/need-nginx"], check=True)
    with TemporaryDirectory(prefix="taskledger-") as name, service() as at:
        yield from _served(Path(name), at)


def _served(folder: Path, at: int) -> Iterator[httpx.Client]:
    folder.chmod(0o755)  # nginx reads as another user where it is started by root
    for name, text in {
        "site/index.html": "<!doctype html><title>Taskledger</title>",
        "site/assets/app-1a2b.js": "export {}",
        "site/sw.js": "",
        "api/openapi.json": "{}",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    port = free_port()
    own = CONFIGURATION.replace("listen 8080", f"listen 127.0.0.1:{port}")
    own = own.replace("/tmp/", f"{folder}/tmp-").replace("/srv/", f"{folder}/")
    own = re.sub(r"(auth-service|task-service):8000", f"127.0.0.1:{at}", own)
    own = own.replace("mailpit:8025", f"127.0.0.1:{at}").replace("notify-service:8000", f"127.0.0.1:{free_port()}")
    (folder / "nginx.conf").write_text(own)
    tried = subprocess.run(["nginx", "-t", "-c", folder / "nginx.conf"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr
    nginx = subprocess.Popen(
        ["nginx", "-c", folder / "nginx.conf", "-g", "daemon off;"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            _wait(client, nginx)
            yield client
    finally:
        nginx.terminate()
        nginx.communicate(timeout=30)


def _wait(client: httpx.Client, nginx: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while nginx.poll() is None and time.monotonic() < until:
        try:
            client.get("/livez")
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx did not start")


def guarded(answer: httpx.Response) -> bool:
    """Whether it has the headers of every answer, each once."""
    return all(answer.headers.get_list(name) == [value] for name, value in GUARDS.items())


@pytest.mark.parametrize(
    "path",
    [
        "/api/auth/.well-known/jwks.json",
        "/api/tasks/0199/board.csv",
        "/api/projects",
        "/mail/dist/app.js",
        "/mail/api/v1/messages",
    ],
)
def test_what_is_a_services_is_no_file_however_it_ends(origin: httpx.Client, path: str) -> None:
    answer = origin.get(path)
    assert answer.status_code == 200
    assert answer.json() == {"path": path}


def test_an_answer_of_a_service_is_left_as_it_is(origin: httpx.Client) -> None:
    answer = origin.get("/api/tasks/none")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "of the service"
    assert guarded(answer)
    assert answer.headers.get_list("cache-control") == ["no-store"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/nothing.json", 404, "not_found"),
        ("GET", "/api/auth/introspect", 404, "not_found"),
        ("GET", "/assets/gone-1a2b.js", 404, "not_found"),
        ("GET", "/favicon.ico", 404, "not_found"),
        ("POST", "/", 405, "method_not_allowed"),
        ("PUT", "/assets/app-1a2b.js", 405, "method_not_allowed"),
        ("GET", "/api/notifications", 503, "unavailable"),
        ("GET", "/projects/" + "a" * 20_000, 414, "uri_too_long"),
    ],
)
def test_what_nginx_refuses_is_a_problem_with_the_headers_of_every_answer(
    origin: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = origin.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert guarded(answer)
    assert answer.headers.get_list("cache-control") == ["no-store"]
    assert ("retry-after" in answer.headers) == (status == 503)


def test_a_body_that_is_too_large_is_refused_as_a_problem(origin: httpx.Client) -> None:
    answer = origin.post("/api/tasks", content=b"x" * 1_100_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert guarded(answer)


def test_a_head_that_is_no_request_is_refused_as_a_problem(origin: httpx.Client) -> None:
    with socket.create_connection(("127.0.0.1", origin.base_url.port or 0), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + b"c" * 40_000 + b"\r\n\r\n")
        text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    head, _, body = text.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 400 ")
    assert json.loads(body)["code"] == "bad_request"
    assert all(
        f"{name}: {value}" in head.replace(head, head.lower()) or name in head.lower() for name, value in GUARDS.items()
    )


def test_the_site_resolves_its_own_addresses_and_says_how_long_a_file_is_kept(origin: httpx.Client) -> None:
    page = origin.get("/projects/0199")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
    assert "Taskledger" in page.text
    assert guarded(page)
    script = origin.get("/assets/app-1a2b.js")
    assert script.headers.get_list("cache-control") == ["public, max-age=31536000, immutable"]
    assert script.headers["content-type"] == "application/javascript; charset=utf-8"
    assert guarded(script)
    assert origin.get("/api/openapi.json").json() == {}
    tagged = origin.get("/sw.js")
    again = origin.get("/sw.js", headers={"If-None-Match": tagged.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")
